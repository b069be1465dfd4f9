import { sql } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import { PairloopError, messageOf } from '../../core/errors.js';
import { LabelStudioError, type LabelStudioClient } from '../../core/label-studio/client.js';
import type { AnnotationWire, ProjectWire } from '../../core/label-studio/wire.js';
import type { Queue } from '../../core/queue.js';
import { annotationRecordSchema, type AnnotationRecord } from './annotation-record.js';
import { applyAnnotation, applyDeletion, applyTaskDeletion } from './apply.js';
import { applyDelivery, unappliedDeliveries } from './delivery.js';
import { settleVotes } from './settle-votes.js';

export interface ReconcileParts {
  readonly db: Db;
  readonly labelStudio: Pick<LabelStudioClient, 'project' | 'tasks' | 'task' | 'annotation'>;
  readonly queue: Pick<Queue, 'send'>;
  readonly now: () => Date;
}

/** What one project's reconciliation found and mended. */
export interface ReconcileReport {
  readonly projectId: number;
  readonly labelStudioProjectId: number;
  readonly title: string;
  /** Whether all tasks were listed, or those touched lately. */
  readonly scope: ReconcileScope;
  /** Annotations on the tasks listed. */
  readonly listed: number;
  /** Of them: how many were missed or had changed since. */
  readonly applied: number;
  /** How many Label Studio no longer has, and had not told so. */
  readonly deleted: number;
  /** How many tasks Label Studio no longer has, and had not told so. */
  readonly tasksDeleted: number;
  /** Votes derived again, because what they depend on came later than they did. */
  readonly settled: number;
}

/**
 * Which tasks are listed: `all`, or `recent`: those touched since the last listing; but all of them once an hour, after
 * ten minutes without a listing, and when Label Studio has fewer tasks than we know of (a deleted task is in no list). Listing 525
 * tasks takes a development Label Studio 3 s, listing those touched since a moment ago 0.1 s.
 */
export type ReconcileScope = 'all' | 'recent';

interface Project {
  readonly id: number;
  readonly label_studio_id: number;
  readonly title: string;
  readonly listed_at: Date | null;
  readonly fully_listed_at: Date | null;
}

const FULL_LISTING_EVERY_MS = 3_600_000;
/** Longer than that without a listing, and we were down, or Label Studio was. */
const LISTING_GAP_MAX_MS = 600_000;
/** How far Label Studio's clock may be off from ours, and how long a change may take until it is committed. */
const LISTING_OVERLAP_MS = 300_000;
const DELIVERY_AGE_MIN_MS = 30_000;
const DELIVERY_AGE_MAX_MS = 24 * 3_600_000;
const DELIVERIES_PER_RUN = 500;
const SEATS_PER_RUN = 2_000;

/**
 * Brings what is stored to what Label Studio's API shows, for one project (by Label Studio's id) or all: first applies
 * deliveries whose job was lost, then takes in missed and changed annotations and deletions. Running it
 * twice changes nothing more. Projects that fail do not keep the others from being reconciled.
 *
 * @throws PairloopError when Label Studio cannot be reached or a project cannot be listed; what is stored then stays as it is.
 */
export async function reconcile(parts: ReconcileParts, labelStudioProjectId: number | null, scope: ReconcileScope): Promise<ReconcileReport[]> {
  await applyOverdueDeliveries(parts);
  const projects = await parts.db
    .selectFrom('project')
    .select(['id', 'label_studio_id', 'title', 'listed_at', 'fully_listed_at'])
    .$if(labelStudioProjectId !== null, (query) => query.where('label_studio_id', '=', labelStudioProjectId))
    .orderBy('id')
    .execute();
  if (labelStudioProjectId !== null && projects.length === 0) {
    throw new PairloopError(`Label Studio project ${labelStudioProjectId} is not one of Pairloop's; \`pairloop status\` lists them.`, 'usage');
  }
  const reports: ReconcileReport[] = [];
  const failures: string[] = [];
  for (const project of projects) {
    try {
      reports.push(await reconcileProject(parts, project, scope));
    } catch (error) {
      failures.push(`${project.title}: ${messageOf(error)}`);
    }
  }
  if (failures.length > 0) throw new PairloopError(`Not reconciled: ${failures.join('; ')}`);
  return reports;
}

/** A delivery that cannot be applied keeps its failure, for `status`, and holds up no other. */
async function applyOverdueDeliveries({ db, queue, now }: ReconcileParts): Promise<void> {
  const time = now().getTime();
  const received = { after: new Date(time - DELIVERY_AGE_MAX_MS), before: new Date(time - DELIVERY_AGE_MIN_MS) };
  for (const id of await unappliedDeliveries(db, received, DELIVERIES_PER_RUN)) {
    await applyDelivery(db, queue, id).catch(() => undefined);
  }
}

async function reconcileProject(parts: ReconcileParts, project: Project, wanted: ReconcileScope): Promise<ReconcileReport> {
  const began = parts.now();
  const shown = await showProject(parts, project.label_studio_id);
  const { listed_at: listedAt, fully_listed_at: fullyListedAt } = project;
  const since = (time: Date): number => began.getTime() - time.getTime();
  const isDue = fullyListedAt === null || since(fullyListedAt) >= FULL_LISTING_EVERY_MS || (await lacksTasks(parts.db, project.id, shown));
  const updatedAfter = wanted === 'all' || isDue || listedAt === null || since(listedAt) >= LISTING_GAP_MAX_MS ? undefined : new Date(listedAt.getTime() - LISTING_OVERLAP_MS);
  const changes = await applyListing(parts, project, updatedAfter);
  const settled = await settleLeftOver(parts, project.id);
  await parts.db
    .updateTable('project')
    .set(updatedAfter === undefined ? { listed_at: began, fully_listed_at: began } : { listed_at: began })
    .where('id', '=', project.id)
    .execute();
  const scope = updatedAfter === undefined ? 'all' : 'recent';
  return { projectId: project.id, labelStudioProjectId: project.label_studio_id, title: project.title, scope, ...changes, settled };
}

/** Applies what Label Studio lists and finds what it should list but does not. */
async function applyListing(parts: ReconcileParts, project: Project, updatedAfter: Date | undefined): Promise<Pick<ReconcileReport, 'listed' | 'applied' | 'deleted' | 'tasksDeleted'>> {
  // Taken before the listing begins: an annotation that is made meanwhile is never taken for a deleted one.
  const known = await knownAnnotations(parts.db, project.label_studio_id);
  const seen = new Set<number>();
  const tasksListed = new Set<number>();
  let applied = 0;
  for await (const tasks of parts.labelStudio.tasks(project.label_studio_id, updatedAfter)) {
    const page = tasks.flatMap((task) => task.annotations.map((one) => readWire(one, task.id, project.label_studio_id)));
    for (const task of tasks) tasksListed.add(task.id);
    for (const record of page) seen.add(record.id);
    applied += await applyPage(parts, page);
  }
  const tasksDeleted = updatedAfter === undefined ? await applyMissingTasks(parts, project.id, tasksListed) : 0;
  const expected = known.filter((one) => updatedAfter === undefined || (one.task_id !== null && tasksListed.has(one.task_id)));
  const missing = expected.map((one) => one.id).filter((id) => !seen.has(id));
  return { listed: seen.size, applied, tasksDeleted, deleted: await applyMissing(parts, missing, project.label_studio_id) };
}

/** A project that is gone, or that the key may not see, lists no tasks; that must not look like a deletion of them all. */
async function showProject({ labelStudio }: ReconcileParts, labelStudioProjectId: number): Promise<ProjectWire> {
  try {
    return await labelStudio.project(labelStudioProjectId);
  } catch (error) {
    if (!(error instanceof LabelStudioError) || error.status !== 404) throw error;
    throw new PairloopError(
      `Label Studio has no project ${labelStudioProjectId} any more, or the API key may not see it; its votes stay as they are.`,
      'failure',
      { cause: error },
    );
  }
}

/** Whether Label Studio has fewer tasks than items whose task is not known to be deleted. */
async function lacksTasks(db: Db, projectId: number, { task_number: count }: ProjectWire): Promise<boolean> {
  return typeof count === 'number' && count < (await knownTasks(db, projectId)).length;
}

/** Tasks of a project's items that are not known to be deleted. */
async function knownTasks(db: Db, projectId: number): Promise<number[]> {
  const rows = await db
    .selectFrom('batch_item')
    .innerJoin('batch', 'batch.id', 'batch_item.batch_id')
    .leftJoin('deleted_task', 'deleted_task.task_id', 'batch_item.task_id')
    .select((eb) => eb.ref('batch_item.task_id').$notNull().as('id'))
    .where('batch.project_id', '=', projectId)
    .where('batch_item.task_id', 'is not', null)
    .where('deleted_task.task_id', 'is', null)
    .orderBy('batch_item.task_id')
    .execute();
  return rows.map((row) => row.id);
}

async function knownAnnotations(db: Db, labelStudioProjectId: number): Promise<{ id: number; task_id: number | null }[]> {
  return db
    .selectFrom('annotation')
    .select(['id', 'task_id'])
    .where('label_studio_project_id', '=', labelStudioProjectId)
    .where('deleted_at', 'is', null)
    .execute();
}

function readWire(annotation: AnnotationWire, taskId: number, labelStudioProjectId: number): AnnotationRecord {
  const parsed = annotationRecordSchema.safeParse({ task: taskId, project: labelStudioProjectId, ...annotation });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new PairloopError(
    `Label Studio lists annotation ${annotation.id} in an unknown shape (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}); Pairloop is tested with 1.23.2.`,
  );
}

/** Applies those of a page that the API has not shown before in this state. Returns how many were new or changed to us. */
async function applyPage(parts: ReconcileParts, page: readonly AnnotationRecord[]): Promise<number> {
  if (page.length === 0) return 0;
  const shown = sql<{ id: number; news: boolean; seen: boolean }>`
    select shown.id, (a.updated_at is null or a.updated_at < shown.updated_at) as news, coalesce(a.seen_in_api, false) as seen
    from unnest(${page.map((one) => one.id)}::int[], ${page.map((one) => one.updated_at)}::timestamptz[]) as shown (id, updated_at)
    left join annotation a on a.id = shown.id`;
  const states = new Map((await shown.execute(parts.db)).rows.map((row) => [row.id, row]));
  let applied = 0;
  for (const record of page) {
    const state = states.get(record.id);
    if (state === undefined || (!state.news && state.seen)) continue;
    await parts.db.transaction().execute((tx) => applyAnnotation(tx, record, 'api', parts.queue));
    if (state.news) applied += 1;
  }
  return applied;
}

/** Tasks that a listing of all left out are asked for one by one, as annotations are. Returns how many are gone; their annotations go with them. */
async function applyMissingTasks(parts: ReconcileParts, projectId: number, listed: ReadonlySet<number>): Promise<number> {
  let deleted = 0;
  for (const id of await knownTasks(parts.db, projectId)) {
    if (listed.has(id) || (await orGone(parts.labelStudio.task(id))) !== undefined) continue;
    await parts.db.transaction().execute((tx) => applyTaskDeletion(tx, [id], parts.now(), parts.queue));
    deleted += 1;
  }
  return deleted;
}

/**
 * Annotations that the listing left out are asked for one by one, because a page may slip while tasks are
 * deleted: only what Label Studio answers with 404 counts as deleted.
 */
async function applyMissing(parts: ReconcileParts, missing: readonly number[], labelStudioProjectId: number): Promise<number> {
  let deleted = 0;
  for (const id of missing) {
    const annotation = await orGone(parts.labelStudio.annotation(id));
    if (annotation === undefined) {
      await parts.db.transaction().execute((tx) => applyDeletion(tx, [id], parts.now(), parts.queue));
      deleted += 1;
    } else if (typeof annotation.task === 'number') {
      await applyPage(parts, [readWire(annotation, annotation.task, labelStudioProjectId)]);
    }
  }
  return deleted;
}

/** What Label Studio answers; undefined for 404. */
async function orGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof LabelStudioError && error.status === 404) return undefined;
    throw error;
  }
}

/**
 * Settles the votes that could not be derived in full when their annotation came: the task was not yet
 * known as an item of a batch, or the journal learned later which annotation a submission became.
 */
async function settleLeftOver({ db, queue }: ReconcileParts, projectId: number): Promise<number> {
  const { rows } = await sql<{ taskId: number; userId: number }>`
    select distinct a.task_id as "taskId", a.label_studio_user_id as "userId"
    from annotation a
    join batch_item i on i.task_id = a.task_id
    join batch b on b.id = i.batch_id and b.project_id = ${projectId}
    left join vote v on v.annotation_id = a.id
    where a.label_studio_user_id is not null and a.deleted_at is null and a.unusable_reason is null and a.updated_at is not null
      and (v.annotation_id is null or (v.not_counted_reason like '%without going through the gateway' and exists (
        select from journal j where j.task_id = a.task_id and j.label_studio_user_id = a.label_studio_user_id
          and j.outcome <> 'refused' and (j.unique_id = a.unique_id or j.annotation_id = a.id or a.unique_id is null))))
    limit ${SEATS_PER_RUN}`.execute(db);
  for (const seat of rows) await db.transaction().execute((tx) => settleVotes(tx, seat, queue));
  return rows.length;
}
