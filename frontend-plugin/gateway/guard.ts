import type { Db } from '../../core/database/connect.js';
import { Refusal } from './refusal.js';

/** One of Pairloop's tasks, and whether this annotator is paused in it. */
export interface GuardedItem {
  readonly labelStudioProjectId: number;
  /** Why the annotator is paused; null when they are not. */
  readonly pausedReason: string | null;
}

const UNTOLD_REASON = 'You are paused in this project; please contact the lead.';

/**
 * Reads whether a task is Pairloop's and whether the annotator is paused. It is read each time, by
 * primary and unique keys (1 ms on a busy machine), so that a pause holds from the next request on.
 *
 * @returns undefined for a task that is not Pairloop's.
 */
export async function findItem(db: Db, taskId: number, userId: number): Promise<GuardedItem | undefined> {
  const row = await db
    .selectFrom('batch_item')
    .innerJoin('batch', 'batch.id', 'batch_item.batch_id')
    .innerJoin('project', 'project.id', 'batch.project_id')
    .leftJoin('rater', (join) => join.on('rater.label_studio_user_id', '=', userId))
    .leftJoin('rater_standing', (join) => join.onRef('rater_standing.rater_id', '=', 'rater.id').onRef('rater_standing.project_id', '=', 'project.id'))
    .select(['project.label_studio_id', 'rater.state', 'rater.state_reason', 'rater_standing.state as standing', 'rater_standing.reason as standing_reason'])
    .where('batch_item.task_id', '=', taskId)
    .executeTakeFirst();
  return row === undefined ? undefined : guarded(row);
}

/** The same for a Label Studio project. */
export async function findProject(db: Db, labelStudioProjectId: number, userId: number): Promise<GuardedItem | undefined> {
  const row = await db
    .selectFrom('project')
    .leftJoin('rater', (join) => join.on('rater.label_studio_user_id', '=', userId))
    .leftJoin('rater_standing', (join) => join.onRef('rater_standing.rater_id', '=', 'rater.id').onRef('rater_standing.project_id', '=', 'project.id'))
    .select(['project.label_studio_id', 'rater.state', 'rater.state_reason', 'rater_standing.state as standing', 'rater_standing.reason as standing_reason'])
    .where('project.label_studio_id', '=', labelStudioProjectId)
    .executeTakeFirst();
  return row === undefined ? undefined : guarded(row);
}

interface GuardRow {
  readonly label_studio_id: number;
  readonly state: string | null;
  readonly state_reason: string | null;
  readonly standing: string | null;
  readonly standing_reason: string | null;
}

/** Paused by a person everywhere, or by the project's policy here. */
function guarded(row: GuardRow): GuardedItem {
  const pausedHere = row.standing === 'paused' || row.standing === 'retraining';
  const pausedReason = row.state === 'paused' ? (row.state_reason ?? UNTOLD_REASON) : pausedHere ? (row.standing_reason ?? UNTOLD_REASON) : null;
  return { labelStudioProjectId: row.label_studio_id, pausedReason };
}

/** @throws Refusal (403), in the form that makes Label Studio's page show the reason and keep the work. */
export function refusePaused(pausedReason: string | null): void {
  if (pausedReason !== null) throw new Refusal(403, pausedReason, { displayReason: 'PAUSED' });
}
