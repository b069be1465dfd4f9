import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import type { Tx } from '../../core/database/connect.js';
import { VERDICTS, type Verdict } from '../../core/domain/verdict.js';
import { kappaInterval } from '../statistics/kappa-interval.js';
import { factSchema, type Fact } from './rater-policy/facts.js';
import type { RaterPolicy } from './rater-policy/policy.js';

/** Whose vote in which project. */
export interface RaterVote {
  readonly raterId: string;
  readonly projectId: number;
  readonly annotationId: number;
}

/** A vote in less than this share of the time that a fluent adult needs to read is no judgement: four times as fast as the mean. */
const TOO_FAST_SHARE = 0.25;
/** Shorter texts are read at a glance. */
const READING_MIN_MS = 4_000;
/** A majority is one of at least so many others. */
const OTHERS_MIN = 2;

/**
 * Derives the facts that come from one vote again and stores the difference: gold passed or failed, κ with the majority after a
 * gold item, too fast. A vote that is gone or does not count leaves none. Returns whether anything changed. The caller holds the
 * project's row lock.
 */
export async function settleFacts(tx: Tx, vote: RaterVote, policy: RaterPolicy): Promise<boolean> {
  const read = await readVote(tx, vote.annotationId);
  const facts: Fact[] = [];
  if (read?.batch_id !== undefined && read.passed !== null) facts.push({ kind: 'gold', batchId: read.batch_id, passed: read.passed });
  if (read?.isTooFast === true) facts.push({ kind: 'too_fast' });
  const kappa = facts.some(({ kind }) => kind === 'gold') ? await kappaWithMajority(tx, vote, policy.kappa_golds) : null;
  if (kappa !== null) facts.push(kappa);
  const known = await tx.selectFrom('rater_fact').select(['id', 'fact', 'at']).where('annotation_id', '=', vote.annotationId).execute();
  const wanted = new Map(facts.map((fact) => [`${fact.kind}:${vote.annotationId}`, fact]));
  const same = known.length === wanted.size && known.every((row) => isDeepStrictEqual(factSchema.parse(row.fact), wanted.get(row.id)) && row.at.getTime() === read?.submitted_at.getTime());
  if (same) return false;
  await tx.deleteFrom('rater_fact').where('annotation_id', '=', vote.annotationId).execute();
  for (const [id, fact] of wanted) {
    const place = { rater_id: vote.raterId, project_id: vote.projectId, annotation_id: vote.annotationId };
    await tx.insertInto('rater_fact').values({ id, ...place, at: read!.submitted_at, fact: JSON.stringify(fact) }).execute();
  }
  return true;
}

interface ReadVote {
  readonly submitted_at: Date;
  readonly batch_id: number;
  /** Null: not on an active gold item. */
  readonly passed: boolean | null;
  readonly isTooFast: boolean;
}

async function readVote(tx: Tx, annotationId: number): Promise<ReadVote | undefined> {
  const row = await tx
    .selectFrom('vote')
    .innerJoin('batch_item', 'batch_item.id', 'vote.batch_item_id')
    .leftJoin('gold_check', 'gold_check.annotation_id', 'vote.annotation_id')
    .select(['vote.submitted_at', 'vote.active_ms', 'vote.meta', 'batch_item.batch_id', 'gold_check.passed'])
    .where('vote.annotation_id', '=', annotationId)
    .where('vote.state', '=', 'cast')
    .where('vote.counted', '=', true)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const readingMs = row.meta?.reading_ms ?? 0;
  const isTooFast = readingMs >= READING_MIN_MS && row.active_ms !== null && row.active_ms < TOO_FAST_SHARE * readingMs;
  return { submitted_at: row.submitted_at, batch_id: row.batch_id, passed: row.passed, isTooFast };
}

/** How many others gave a verdict on a gold item that the rater answered. */
interface Answer {
  readonly pair_id: string;
  readonly own: Verdict;
  readonly other: Verdict;
  readonly count: number;
}

/** The verdict that more of the others gave than any other one; null without such, or with too few others. */
function majorityOf(answers: readonly Answer[]): Answer | null {
  const [first, second] = answers.toSorted((one, other) => other.count - one.count);
  const others = answers.reduce((sum, { count }) => sum + count, 0);
  return first === undefined || others < OTHERS_MIN || first.count === second?.count ? null : first;
}

/** κ of the rater's gold answers since the tests last began with what most others answered; null with fewer than `goldsMin` of them. */
async function kappaWithMajority(tx: Tx, { raterId, projectId }: RaterVote, goldsMin: number): Promise<Fact | null> {
  const { rows } = await sql<Answer>`
    select own.pair_id, own.verdict as own, other.verdict as other, count(*)::int as count
    from gold_check own
    join vote on vote.annotation_id = own.annotation_id and vote.project_id = ${projectId}
    join gold_check other on other.pair_id = own.pair_id and other.rater_id <> own.rater_id
    join vote other_vote on other_vote.annotation_id = other.annotation_id and other_vote.project_id = ${projectId}
    where own.rater_id = ${raterId} and vote.submitted_at > coalesce((
      select max(at) from rater_fact where rater_id = ${raterId}
        and (fact @> '{"kind": "decision", "to": "active"}' or (fact @> '{"kind": "calibration", "step": "passed"}' and project_id = ${projectId}))
    ), '-infinity')
    group by own.pair_id, own.verdict, other.verdict`.execute(tx);
  const byPair = new Map<string, Answer[]>();
  for (const row of rows) byPair.set(row.pair_id, [...(byPair.get(row.pair_id) ?? []), row]);
  const counts = VERDICTS.map(() => VERDICTS.map(() => 0));
  for (const answers of byPair.values()) {
    const majority = majorityOf(answers);
    if (majority !== null) counts[VERDICTS.indexOf(majority.own)]![VERDICTS.indexOf(majority.other)]! += 1;
  }
  const kappa = kappaInterval(counts);
  return kappa === null || kappa.n < goldsMin ? null : { kind: 'kappa', golds: kappa.n, value: kappa.value, high: kappa.high };
}
