import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import type { Tx } from '../../core/database/connect.js';
import { record } from '../../core/database/ledger-record.js';
import type { Strength, Verdict } from '../../core/domain/verdict.js';
import { decide, type AcceptanceRule, type CastVote, type Decision } from './acceptance-rule.js';

/** Rows of one file of the accepted folder. */
const PART_SIZE_MAX = 1_000;

interface PairInProject {
  readonly projectId: number;
  readonly pairId: string;
  readonly rule: AcceptanceRule;
}

/**
 * Counts a pair's votes again and stores what follows: consensus, and the accepted pair made, changed
 * or taken back. Returns whether the accepted pair changed. The caller holds the project's row lock.
 */
export async function recountConsensus(tx: Tx, pair: PairInProject): Promise<boolean> {
  const votes = await readCastVotes(tx, pair.projectId, pair.pairId);
  const decision = decide(votes, pair.rule);
  const values = {
    state: decision.state,
    vote_counts: JSON.stringify(decision.counts),
    verdict: decision.verdict,
    agreement: decision.agreement,
  };
  const before = await tx
    .selectFrom('consensus')
    .select('state')
    .where('project_id', '=', pair.projectId)
    .where('pair_id', '=', pair.pairId)
    .executeTakeFirst();
  await tx
    .insertInto('consensus')
    .values({ project_id: pair.projectId, pair_id: pair.pairId, ...values })
    .onConflict((conflict) =>
      conflict.columns(['project_id', 'pair_id']).doUpdateSet({ ...values, updated_at: sql<Date>`now()` }),
    )
    .execute();
  await settleItems(tx, pair, decision.state !== 'open');
  const acceptedChanged = await storeAcceptance(tx, pair, decision, votes);
  if (acceptedChanged || decision.state !== (before?.state ?? 'open')) await recordDecision(tx, pair, decision);
  return acceptedChanged;
}

async function recordDecision(tx: Tx, { projectId, pairId, rule }: PairInProject, decision: Decision): Promise<void> {
  const { state, verdict, agreement, voteCount } = decision;
  const facts = { project: projectId, pair: pairId, state, verdict, agreement, votes: voteCount };
  await record(tx, 'pair.decided', [{ ...facts, votes_min: rule.votesMin, votes_max: rule.votesMax, agreement_min: rule.agreementMin }]);
}

/** Marks the pair's items in the project's batches as settled, or opens them again; assignment passes over settled ones. */
async function settleItems(tx: Tx, pair: PairInProject, settled: boolean): Promise<void> {
  await tx
    .updateTable('batch_item')
    .from('batch')
    .set({ settled })
    .whereRef('batch.id', '=', 'batch_item.batch_id')
    .where('batch.project_id', '=', pair.projectId)
    .where('batch_item.pair_id', '=', pair.pairId)
    .where('batch_item.kind', '=', 'pair')
    .where('batch_item.settled', '<>', settled)
    .execute();
}

/** A vote with what it says beside its verdict. */
interface MarkedVote extends CastVote {
  readonly strength: Strength | null;
  readonly flags: { readonly a: readonly string[]; readonly b: readonly string[] } | null;
}

/** The counted votes of a pair in a project; gold items and skips are no votes. */
async function readCastVotes(tx: Tx, projectId: number, pairId: string): Promise<MarkedVote[]> {
  const rows = await tx
    .selectFrom('vote')
    .innerJoin('batch_item', 'batch_item.id', 'vote.batch_item_id')
    .select(['vote.annotation_id', 'vote.rater_id', 'vote.verdict', 'vote.strength', 'vote.flags', 'vote.submitted_at'])
    .where('vote.project_id', '=', projectId)
    .where('vote.pair_id', '=', pairId)
    .where('vote.state', '=', 'cast')
    .where('vote.counted', '=', true)
    .where('batch_item.kind', '=', 'pair')
    .execute();
  return rows.map((row) => ({
    raterId: row.rater_id,
    verdict: row.verdict!,
    strength: row.strength,
    flags: row.flags,
    submittedAt: row.submitted_at,
    annotationId: row.annotation_id,
  }));
}

async function storeAcceptance(tx: Tx, pair: PairInProject, decision: Decision, votes: readonly MarkedVote[]): Promise<boolean> {
  const known = await tx
    .selectFrom('accepted_pair')
    .select(['verdict', 'vote_count', 'agreement', 'strengths', 'flags', 'rule'])
    .where('project_id', '=', pair.projectId)
    .where('pair_id', '=', pair.pairId)
    .executeTakeFirst();
  if (decision.verdict === null) return known !== undefined && removeAccepted(tx, pair);
  const values = {
    verdict: decision.verdict,
    vote_count: decision.voteCount,
    agreement: decision.agreement!,
    rule: describeRule(pair.rule),
  };
  const marks = marksOf(votes, decision.verdict);
  const row = { ...values, strengths: JSON.stringify(marks.strengths), flags: JSON.stringify(marks.flags) };
  if (known === undefined) {
    const part = await nextPart(tx, pair.projectId);
    await tx.insertInto('accepted_pair').values({ project_id: pair.projectId, pair_id: pair.pairId, part, ...row }).execute();
    return true;
  }
  if (isDeepStrictEqual(known, { ...values, ...marks })) return false;
  await tx
    .updateTable('accepted_pair')
    .set({ ...row, accepted_at: sql<Date>`now()` })
    .where('project_id', '=', pair.projectId)
    .where('pair_id', '=', pair.pairId)
    .execute();
  return true;
}

/** How clear those who gave the accepted verdict said it is, and the flags that anybody set. */
function marksOf(votes: readonly MarkedVote[], accepted: Verdict): { strengths: Partial<Record<Strength, number>>; flags: { a: string[]; b: string[] } } {
  const strengths: Partial<Record<Strength, number>> = {};
  for (const { verdict, strength } of votes) {
    if (verdict === accepted && strength !== null) strengths[strength] = (strengths[strength] ?? 0) + 1;
  }
  const set = (side: 'a' | 'b'): string[] => [...new Set(votes.flatMap(({ flags }) => flags?.[side] ?? []))].sort();
  return { strengths, flags: { a: set('a'), b: set('b') } };
}

async function removeAccepted(tx: Tx, pair: PairInProject): Promise<true> {
  await tx
    .deleteFrom('accepted_pair')
    .where('project_id', '=', pair.projectId)
    .where('pair_id', '=', pair.pairId)
    .execute();
  return true;
}

/** The last part while it has room, else a new one; a place freed in an earlier part stays free, so that its file changes no more. */
async function nextPart(tx: Tx, projectId: number): Promise<number> {
  const last = await tx
    .selectFrom('accepted_pair')
    .select((eb) => ['part', eb.fn.countAll<number>().as('size')])
    .where('project_id', '=', projectId)
    .groupBy('part')
    .orderBy('part', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (last === undefined) return 1;
  return last.size < PART_SIZE_MAX ? last.part : last.part + 1;
}

/** The rule in words, kept with each accepted pair. */
function describeRule(rule: AcceptanceRule): string {
  return `${rule.votesMin} to ${rule.votesMax} votes, agreement at least ${rule.agreementMin}`;
}
