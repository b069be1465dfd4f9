import { sql } from 'kysely';
import type { Tx } from '../../core/database/connect.js';
import type { Verdict } from '../../core/domain/verdict.js';

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
