import { sql } from 'kysely';
import type { Db, Tx } from '../../core/database/connect.js';
import { mirrorVerdict, type Verdict } from '../../core/domain/verdict.js';
import { PairloopError } from '../../core/errors.js';
import type { GoldAnswer } from './gold-file.js';
import { settleRater } from './rater-standing.js';

const IDS_SHOWN_MAX = 10;

/**
 * Stores the answers of gold pairs that are in the database already, in canonical sides. An answer that
 * is there is replaced, and votes checked against it are checked again. Label Studio never gets any of it.
 *
 * @param answers accepted verdicts in the sides of the file, as `parseGoldFile` reads them
 * @throws PairloopError naming the pairs that are not there or are no gold items; nothing is stored then.
 */
export async function storeGoldAnswers(db: Db, answers: readonly GoldAnswer[]): Promise<{ stored: number; changed: number }> {
  return db.transaction().execute(async (tx) => {
    const swapped = await readSides(tx, answers);
    const known = await tx.selectFrom('gold_item').select(['pair_id', 'accepted_verdicts']).forUpdate().execute();
    const before = new Map(known.map((row) => [row.pair_id, row.accepted_verdicts]));
    let changed = 0;
    for (const answer of answers) {
      const accepted = swapped.get(answer.pairId) === true ? answer.acceptedVerdicts.map(mirrorVerdict) : answer.acceptedVerdicts;
      await storeAnswer(tx, answer, accepted);
      const old = before.get(answer.pairId);
      if (old === undefined || isSameSet(old, accepted)) continue;
      changed += 1;
      await recheckVotes(tx, answer.pairId);
    }
    return { stored: answers.length, changed };
  });
}

async function readSides(tx: Tx, answers: readonly GoldAnswer[]): Promise<Map<string, boolean>> {
  const ids = answers.map((answer) => answer.pairId);
  const { rows } = await sql<{ id: string; sides_swapped: boolean }>`
    select id, sides_swapped from pair where purpose = 'gold' and id = any(${ids})`.execute(tx);
  const sides = new Map(rows.map((row) => [row.id, row.sides_swapped]));
  const missing = ids.filter((id) => !sides.has(id));
  if (missing.length === 0) return sides;
  const shown = missing.slice(0, IDS_SHOWN_MAX).map((id) => JSON.stringify(id)).join(', ');
  throw new PairloopError(
    `No gold pair has the id ${shown}${missing.length > IDS_SHOWN_MAX ? ` (and ${missing.length - IDS_SHOWN_MAX} more)` : ''}; import its pair as gold first. No answer was stored.`,
  );
}

async function storeAnswer(tx: Tx, answer: GoldAnswer, accepted: readonly Verdict[]): Promise<void> {
  const values = { accepted_verdicts: JSON.stringify(accepted), explanation: answer.explanation, author: answer.author };
  await tx
    .insertInto('gold_item')
    .values({ pair_id: answer.pairId, ...values })
    .onConflict((conflict) => conflict.column('pair_id').doUpdateSet(values))
    .execute();
}

function isSameSet(some: readonly Verdict[], others: readonly Verdict[]): boolean {
  return some.length === others.length && some.every((verdict) => others.includes(verdict));
}

async function recheckVotes(tx: Tx, pairId: string): Promise<void> {
  const votes = await tx
    .selectFrom('gold_check')
    .innerJoin('vote', 'vote.annotation_id', 'gold_check.annotation_id')
    .innerJoin('project', 'project.id', 'vote.project_id')
    .select(['vote.annotation_id as annotationId', 'vote.rater_id as raterId', 'vote.project_id as projectId'])
    .where('gold_check.pair_id', '=', pairId)
    .orderBy('project.id')
    .forNoKeyUpdate('project')
    .execute();
  for (const vote of votes) {
    await recheckGold(tx, vote.annotationId);
    await settleRater(tx, vote);
  }
}

/**
 * Checks one annotation of a gold item against its accepted verdicts and stores whether it passed. A
 * vote that was withdrawn, skipped or does not count, and a gold item that is not active, leave no check.
 */
export async function recheckGold(tx: Tx, annotationId: number): Promise<void> {
  const vote = await tx
    .selectFrom('vote')
    .innerJoin('gold_item', 'gold_item.pair_id', 'vote.pair_id')
    .select(['vote.pair_id', 'vote.rater_id', 'vote.verdict', 'gold_item.accepted_verdicts'])
    .where('vote.annotation_id', '=', annotationId)
    .where('vote.state', '=', 'cast')
    .where('vote.counted', '=', true)
    .where('gold_item.state', '=', 'active')
    .executeTakeFirst();
  if (vote === undefined) {
    await tx.deleteFrom('gold_check').where('annotation_id', '=', annotationId).execute();
    return;
  }
  const verdict: Verdict = vote.verdict!;
  const check = { pair_id: vote.pair_id, rater_id: vote.rater_id, verdict, passed: vote.accepted_verdicts.includes(verdict) };
  await tx
    .insertInto('gold_check')
    .values({ annotation_id: annotationId, ...check })
    .onConflict((conflict) => conflict.column('annotation_id').doUpdateSet({ ...check, checked_at: sql<Date>`now()` }))
    .execute();
}
