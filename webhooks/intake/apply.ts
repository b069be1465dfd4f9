import { sql } from 'kysely';
import type { Tx } from '../../core/database/connect.js';
import { readJudgement } from '../../core/label-studio/judgement.js';
import { readRegions } from '../../core/label-studio/result-regions.js';
import type { Queue } from '../../core/queue.js';
import type { AnnotationRecord } from './annotation-record.js';
import { settleVotes, type Seat } from './settle-votes.js';

/** Who has shown an annotation: a webhook, or Label Studio's API. */
export type Witness = 'delivery' | 'api';

/**
 * Takes in the state of one annotation, from a webhook or from the API alike, and settles the votes that
 * depend on it. Idempotent and independent of order: of all states shown the one with the newest
 * `updated_at` stays, and a deletion, before or after, is never taken back.
 *
 * Concurrency: the row is made if need be and then locked, so that two workers that apply events of one
 * annotation follow one another and the second compares with what the first one committed. An upsert
 * alone would do for the row, not for the votes derived from it. The task is locked before, against its deletion.
 */
export async function applyAnnotation(tx: Tx, record: AnnotationRecord, witness: Witness, queue: Pick<Queue, 'send'>): Promise<void> {
  await lockTasks(tx, record.task === null ? [] : [record.task], 'shared');
  const before = await lockAnnotation(tx, record);
  const seen = witness === 'delivery' ? { seen_in_delivery: true } : { seen_in_api: true };
  const content = isNewer(before, record) ? { ...contentOf(record), deleted_at: deletedWith(record.task) } : {};
  const after = await tx
    .updateTable('annotation')
    .set({ ...seen, ...content, unique_id: before.unique_id ?? record.unique_id })
    .where('id', '=', record.id)
    .returning(['task_id', 'label_studio_user_id'])
    .executeTakeFirstOrThrow();
  await settleSeats(tx, [before, after], queue);
}

/**
 * Takes in that annotations were deleted in Label Studio. Also of annotations never heard of: a tombstone
 * is kept, so that an event that comes late does not bring them to life.
 */
export async function applyDeletion(tx: Tx, annotationIds: readonly number[], deletedAt: Date, queue: Pick<Queue, 'send'>): Promise<void> {
  // In ascending order, like every transaction that locks several: none waits for another in a circle.
  const ids = [...new Set(annotationIds)].sort((one, other) => one - other);
  const seats = [];
  for (const id of ids) {
    const row = await tx
      .insertInto('annotation')
      .values({ id, deleted_at: deletedAt })
      .onConflict((conflict) =>
        // `least` passes over null: the earliest news of the deletion stays.
        conflict.column('id').doUpdateSet({ deleted_at: sql<Date>`least(annotation.deleted_at, excluded.deleted_at)` }),
      )
      .returning(['task_id', 'label_studio_user_id'])
      .executeTakeFirstOrThrow();
    seats.push(row);
  }
  await settleSeats(tx, seats, queue);
}

/**
 * Takes in that tasks were deleted in Label Studio, and all their annotations with them, for which it posts no event of
 * their own. Tombstones are kept, so that an annotation that comes late does not come to life.
 */
export async function applyTaskDeletion(tx: Tx, taskIds: readonly number[], deletedAt: Date, queue: Pick<Queue, 'send'>): Promise<void> {
  const ids = [...new Set(taskIds)];
  if (ids.length === 0) return;
  await lockTasks(tx, ids, 'alone');
  await tx
    .insertInto('deleted_task')
    .values(ids.map((id) => ({ task_id: id, deleted_at: deletedAt })))
    .onConflict((conflict) => conflict.column('task_id').doUpdateSet({ deleted_at: sql<Date>`least(deleted_task.deleted_at, excluded.deleted_at)` }))
    .execute();
  const rows = await tx.selectFrom('annotation').select('id').where('task_id', '=', sql<number>`any(${ids}::int[])`).execute();
  await applyDeletion(tx, rows.map((row) => row.id), deletedAt, queue);
}

/** Any number that no other advisory lock of two numbers uses. */
const TASK_LOCK = 7_220;

/**
 * Locks tasks until the transaction ends, in ascending order: many may apply annotations of a task at once, but not
 * while its deletion is applied, which otherwise could miss one that is not committed yet, as that one misses the tombstone.
 */
async function lockTasks(tx: Tx, taskIds: readonly number[], mode: 'shared' | 'alone'): Promise<void> {
  const lock = sql.raw(mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock');
  const ascending = [...taskIds].sort((one, other) => one - other);
  for (const id of ascending) await sql`select ${lock}(${TASK_LOCK}::int, ${id}::int)`.execute(tx);
}

/** The time of deletion of an annotation whose content is replaced: its own, or its task's where that was earlier. */
function deletedWith(taskId: number | null) {
  return sql<Date | null>`least(deleted_at, (select d.deleted_at from deleted_task d where d.task_id = ${taskId}))`;
}

interface KnownState {
  readonly unique_id: string | null;
  readonly task_id: number | null;
  readonly label_studio_project_id: number | null;
  readonly label_studio_user_id: number | null;
  readonly result: unknown;
  readonly was_cancelled: boolean;
  readonly lead_time_s: number | null;
  /** How the state stored compares with the one shown, by `updated_at` in microseconds. */
  readonly age: 'unknown' | 'older' | 'same' | 'newer';
}

async function lockAnnotation(tx: Tx, record: AnnotationRecord): Promise<KnownState> {
  await tx
    .insertInto('annotation')
    .values({ id: record.id })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  const shown = sql`${record.updated_at}::timestamptz`;
  return tx
    .selectFrom('annotation')
    .select(['unique_id', 'task_id', 'label_studio_project_id', 'label_studio_user_id', 'result', 'was_cancelled', 'lead_time_s'])
    .select(
      sql<KnownState['age']>`case when updated_at is null then 'unknown' when updated_at < ${shown} then 'older'
        when updated_at = ${shown} then 'same' else 'newer' end`.as('age'),
    )
    .where('id', '=', record.id)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
}

/**
 * Label Studio never shows two different states with one `updated_at`; if somebody does, the one whose
 * text sorts last stays, so that the order of arrival still cannot matter.
 */
function isNewer(before: KnownState, record: AnnotationRecord): boolean {
  if (before.age !== 'same') return before.age !== 'newer';
  const stored = [before.task_id, before.label_studio_project_id, before.label_studio_user_id, readRegions(before.result), before.was_cancelled, before.lead_time_s];
  const shown = [record.task, record.project, record.completed_by, record.result, record.was_cancelled, record.lead_time];
  return JSON.stringify(shown) > JSON.stringify(stored);
}

function contentOf(record: AnnotationRecord) {
  return {
    task_id: record.task,
    label_studio_project_id: record.project,
    label_studio_user_id: record.completed_by,
    result: record.result === null ? null : JSON.stringify(record.result),
    was_cancelled: record.was_cancelled,
    lead_time_s: record.lead_time,
    created_at: record.created_at,
    updated_at: record.updated_at,
    unusable_reason: unusableReason(record),
  };
}

function unusableReason(record: AnnotationRecord): string | null {
  if (record.completed_by === null) return 'it names no annotator';
  if (record.was_cancelled) return null;
  const reading = readJudgement(record.result);
  return 'unusable' in reading ? reading.unusable : null;
}

async function settleSeats(
  tx: Tx,
  rows: readonly { readonly task_id: number | null; readonly label_studio_user_id: number | null }[],
  queue: Pick<Queue, 'send'>,
): Promise<void> {
  const seats = new Map<string, Seat>();
  for (const { task_id: taskId, label_studio_user_id: userId } of rows) {
    if (taskId !== null && userId !== null) seats.set(`${taskId}/${userId}`, { taskId, userId });
  }
  // In the order given: a vote that moves is taken from its old seat first, so that nothing of it stays counted there.
  for (const seat of seats.values()) await settleVotes(tx, seat, queue);
}
