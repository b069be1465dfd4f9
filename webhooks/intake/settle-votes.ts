import { sql } from 'kysely';
import { z } from 'zod';
import type { Tx } from '../../core/database/connect.js';
import { readRegions } from '../../core/label-studio/result-regions.js';
import type { Queue } from '../../core/queue.js';
import { ensureRater } from '../quality/rater.js';
import { voteChanged } from '../quality/vote-changed.js';
import { deriveVotes, type Derived, type JournalEntry, type KnownAnnotation } from './votes.js';

/** Whose votes on what: all annotations of one Label Studio user on one task. */
export interface Seat {
  readonly taskId: number;
  readonly userId: number;
}

interface Place {
  readonly seat: Seat;
  readonly project: { readonly id: number; readonly journal_required: boolean };
  readonly item: { readonly id: number; readonly pair_id: string; readonly opaque_id: string };
  readonly raterId: string;
}

/**
 * Derives one annotator's votes on one task again from the stored annotations and the journal, and writes
 * the difference. Does nothing when the task is no item of a batch (yet).
 *
 * Concurrency: the project's row is locked before anything is read that the derivation depends on, and
 * kept until the transaction ends. So of two transactions that touch votes of one project the second
 * one reads what the first one committed: the result is that of some serial order, also for what
 * `voteChanged` counts over all raters of the pair. Callers lock annotation rows before, never after, so
 * that no two transactions wait for each other.
 */
export async function settleVotes(tx: Tx, seat: Seat, queue: Pick<Queue, 'send'>): Promise<void> {
  const place = await findPlace(tx, seat);
  if (place === undefined) return;
  const [annotations, journal] = [await readAnnotations(tx, seat), await readJournal(tx, seat)];
  const derived = deriveVotes(annotations, journal, place.project.journal_required, place.item.opaque_id);
  const votes = derived.filter((one): one is DerivedVote => !('unusable' in one));
  const vanished = await removeOthers(tx, place, votes);
  const changed = [];
  for (const vote of votes) if (await storeVote(tx, place, vote)) changed.push(vote.annotationId);
  for (const annotationId of [...vanished, ...changed]) {
    const { project, item, raterId } = place;
    await voteChanged(tx, { projectId: project.id, batchItemId: item.id, pairId: item.pair_id, raterId, annotationId }, queue);
  }
}

type DerivedVote = Exclude<Derived, { unusable: string }>;

async function findPlace(tx: Tx, seat: Seat): Promise<Place | undefined> {
  const found = await tx
    .selectFrom('batch_item')
    .innerJoin('batch', 'batch.id', 'batch_item.batch_id')
    .innerJoin('pair', 'pair.id', 'batch_item.pair_id')
    .select(['batch_item.id', 'batch_item.pair_id', 'batch.project_id', 'pair.opaque_id'])
    .where('batch_item.task_id', '=', seat.taskId)
    .executeTakeFirst();
  if (found === undefined) return undefined;
  const project = await tx
    .selectFrom('project')
    .select(['id', 'journal_required'])
    .where('id', '=', found.project_id)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  const { id: raterId } = await ensureRater(tx, seat.userId);
  return { seat, project, item: { id: found.id, pair_id: found.pair_id, opaque_id: found.opaque_id }, raterId };
}

/** ISO 8601 in UTC with microseconds, so that two times compare as text. */
const UPDATED_AT_TEXT = sql<string>`to_char(updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

async function readAnnotations(tx: Tx, seat: Seat): Promise<KnownAnnotation[]> {
  const rows = await tx
    .selectFrom('annotation')
    .select(['id', 'unique_id', 'result', 'was_cancelled', 'lead_time_s', 'deleted_at'])
    .select(UPDATED_AT_TEXT.as('updated'))
    .where('task_id', '=', seat.taskId)
    .where('label_studio_user_id', '=', seat.userId)
    .where('updated_at', 'is not', null)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    unique_id: row.unique_id,
    result: readRegions(row.result),
    was_cancelled: row.was_cancelled,
    lead_time_s: row.lead_time_s,
    updated_at: row.updated,
    deleted: row.deleted_at !== null,
  }));
}

const journalBodySchema = z.object({
  result: z.unknown().optional(),
  was_cancelled: z.boolean().optional().catch(undefined),
  started_at: z.iso.datetime({ offset: true }).optional().catch(undefined),
  comment: z.string().optional().catch(undefined),
});

async function readJournal(tx: Tx, seat: Seat): Promise<JournalEntry[]> {
  const rows = await tx
    .selectFrom('journal')
    .select(['kind', 'task_id', 'annotation_id', 'unique_id', 'body'])
    .where('label_studio_user_id', '=', seat.userId)
    .where('task_id', '=', seat.taskId)
    .where('outcome', '!=', 'refused')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ ...row, body: journalBodySchema.catch({}).parse(row.body) }));
}

/** Removes this seat's votes that no longer follow from its annotations. Returns their annotation ids. */
async function removeOthers(tx: Tx, place: Place, votes: readonly DerivedVote[]): Promise<number[]> {
  const kept = votes.map((vote) => vote.annotationId);
  const removed = await tx
    .deleteFrom('vote')
    .where('batch_item_id', '=', place.item.id)
    .where('rater_id', '=', place.raterId)
    .$if(kept.length > 0, (query) => query.where('annotation_id', 'not in', kept))
    .returning('annotation_id')
    .execute();
  return removed.map((row) => row.annotation_id);
}

/** Stores a vote; returns whether anything about it is new. */
async function storeVote(tx: Tx, place: Place, vote: DerivedVote): Promise<boolean> {
  const { judgement } = vote;
  const meta = judgement?.meta ?? null;
  const row = {
    project_id: place.project.id,
    batch_item_id: place.item.id,
    pair_id: place.item.pair_id,
    rater_id: place.raterId,
    state: judgement === null ? ('skipped' as const) : ('cast' as const),
    verdict: judgement?.verdict ?? null,
    strength: judgement?.strength ?? null,
    likert: judgement === null ? null : JSON.stringify(judgement.likert),
    rationale: judgement?.rationale ?? null,
    critique: judgement?.critique ?? null,
    policy_reference: judgement?.policyReference ?? null,
    flags: judgement === null ? null : JSON.stringify(judgement.flags),
    stale_source: judgement?.staleSource ?? null,
    stale_date: judgement?.staleDate ?? null,
    skip_reason: vote.skipReason,
    displayed_order: meta?.displayed ?? null,
    guideline_version: meta?.guideline_version ?? null,
    guideline_sha256: meta?.guideline_sha256 ?? null,
    label_config_hash: meta?.label_config_hash ?? null,
    view_version: meta?.view ?? null,
    meta: meta === null ? null : JSON.stringify(meta),
    started_at: vote.startedAt === null ? null : new Date(vote.startedAt),
    submitted_at: new Date(vote.submittedAt),
    active_ms: meta?.active_ms ?? null,
    lead_time_s: vote.leadTimeS,
    counted: vote.notCountedReason === null,
    not_counted_reason: vote.notCountedReason,
  };
  const columns = Object.keys(row);
  const tuple = (table: string) => sql`row(${sql.join(columns.map((column) => sql.ref(`${table}.${column}`)))})`;
  const stored = await tx
    .insertInto('vote')
    .values({ annotation_id: vote.annotationId, ...row })
    .onConflict((conflict) =>
      conflict.column('annotation_id').doUpdateSet(row).where(sql<boolean>`${tuple('vote')} is distinct from ${tuple('excluded')}`),
    )
    .returning('annotation_id')
    .execute();
  return stored.length > 0;
}
