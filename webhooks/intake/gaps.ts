import { sql, type RawBuilder } from 'kysely';
import type { Db } from '../../core/database/connect.js';

/** How often something is so, with the first ids. */
export interface Gap {
  readonly count: number;
  readonly ids: readonly number[];
}

/**
 * Where the three witnesses of one project (journal, deliveries, Label Studio's API) do not agree, or agree on what an
 * annotator did not do. All zero: nothing of either. What has come since the last check is no gap yet, see `LastCheck`.
 */
export interface Gaps {
  /** Journal ids of submissions that no annotation was seen of, although a check came after them. */
  readonly journalledNotInLabelStudio: Gap;
  /** Journal ids of submissions of which it is not known yet whether Label Studio stored them. */
  readonly journalPending: Gap;
  /** Annotation ids that came around the gateway. */
  readonly inLabelStudioNotJournalled: Gap;
  /** Annotation ids that came through the gateway and were changed around it afterwards. */
  readonly changedAfterwards: Gap;
  /** Annotation ids that came through the gateway and were deleted around it, alone or with their task. */
  readonly deletedAfterwards: Gap;
  /** Ids of tasks of the project's batches that Label Studio no longer has. */
  readonly tasksDeleted: Gap;
  /** Annotation ids that a webhook told of and the API has not shown, although a check came after them. */
  readonly deliveredNotInApi: Gap;
  /** Annotation ids that the API shows and no webhook told of. */
  readonly inApiNeverDelivered: Gap;
  /** Annotation ids on the project's tasks from which no vote can be read. */
  readonly unusable: Gap;
  /** Delivery ids waiting to be applied. */
  readonly unappliedDeliveries: Gap;
  /** Delivery ids that could not be applied; `delivery.failure` says why. */
  readonly failedDeliveries: Gap;
}

/** When a project was last compared with Label Studio's API, and what has come since. */
export interface LastCheck {
  /** Null before the first one. */
  readonly at: Date | null;
  /** Submissions and annotations that the next check will look for. */
  readonly waiting: number;
}

const EXAMPLES_MAX = 20;
/** How far Label Studio's clock may be off from ours, and how long a submission may be on its way: so young at a check, it may have been missed. */
const CHECKED_AGE_MIN = sql`interval '60 s'`;

/** Reads the gaps of one project (Pairloop's id). Nothing is changed. An unknown project has none. */
export async function readGaps(db: Db, projectId: number): Promise<Gaps> {
  const { items, lost, unseen, checkedBefore } = parts(projectId);
  const alive = sql`from annotation a where a.deleted_at is null and a.updated_at is not null and a.task_id in ${items}`;
  const journal = sql`from journal j where j.task_id in ${items}`;
  const deliveries = sql`from delivery d where d.applied_at is null
    and d.label_studio_project_id = (select label_studio_id from project where id = ${projectId})`;
  return {
    journalledNotInLabelStudio: await readGap(db, sql`j.id ${lost} and j.received_at < ${checkedBefore}`),
    journalPending: await readGap(db, sql`j.id ${journal} and j.outcome = 'pending'`),
    inLabelStudioNotJournalled: await readGap(db, sql`a.id ${alive} and not exists (
      select from journal j where j.outcome <> 'refused' and j.kind <> 'delete' and ${sameSubmission()})`),
    changedAfterwards: await readGap(db, sql`v.annotation_id from vote v where v.project_id = ${projectId} and v.not_counted_reason like 'changed in Label Studio%'`),
    deletedAfterwards: await readGap(db, sql`a.id from annotation a where a.deleted_at is not null and a.task_id in ${items}
      and exists (select from journal j where j.outcome <> 'refused' and j.kind in ('submit', 'skip') and ${sameSubmission()})
      and not exists (select from journal j where j.outcome <> 'refused' and j.kind = 'delete' and j.annotation_id = a.id)`),
    tasksDeleted: await readGap(db, sql`d.task_id from deleted_task d where d.task_id in ${items}`),
    deliveredNotInApi: await readGap(db, sql`a.id ${unseen} and a.updated_at < ${checkedBefore}`),
    inApiNeverDelivered: await readGap(db, sql`a.id ${alive} and a.seen_in_api and not a.seen_in_delivery`),
    unusable: await readGap(db, sql`a.id ${alive} and a.unusable_reason is not null`),
    unappliedDeliveries: await readGap(db, sql`d.id ${deliveries} and d.failure is null`),
    failedDeliveries: await readGap(db, sql`d.id ${deliveries} and d.failure is not null`),
  };
}

/** Reads when a project (Pairloop's id) was last checked, and how much waits for the next check. */
export async function readLastCheck(db: Db, projectId: number): Promise<LastCheck> {
  const { lost, unseen, checkedBefore } = parts(projectId);
  const since = sql`coalesce(${checkedBefore}, '-infinity')`;
  const { rows } = await sql<LastCheck>`select (select listed_at from project where id = ${projectId}) as at,
    (select count(*) ${lost} and j.received_at >= ${since}) + (select count(*) ${unseen} and a.updated_at >= ${since}) as waiting`.execute(db);
  return rows[0]!;
}

/** The queries that gaps and the last check share. `checkedBefore` is null before the first check: then nothing is a gap. */
function parts(projectId: number) {
  const items = sql`(select i.task_id from batch_item i join batch b on b.id = i.batch_id where b.project_id = ${projectId} and i.task_id is not null)`;
  return {
    items,
    lost: sql`from journal j where j.task_id in ${items} and j.kind in ('submit', 'skip') and j.outcome <> 'refused'
      and not exists (select from annotation a where ${sameSubmission()})`,
    unseen: sql`from annotation a where a.deleted_at is null and a.updated_at is not null and a.task_id in ${items}
      and a.seen_in_delivery and not a.seen_in_api`,
    checkedBefore: sql`((select listed_at from project where id = ${projectId}) - ${CHECKED_AGE_MIN})`,
  };
}

/** Whether journal row j may be the submission of annotation a. The API hides `unique_id`, so for its finds user and task must do. */
function sameSubmission(): RawBuilder<boolean> {
  return sql<boolean>`(j.annotation_id = a.id or j.unique_id = a.unique_id or (j.annotation_id is null and a.unique_id is null
    and j.task_id = a.task_id and j.label_studio_user_id = a.label_studio_user_id))`;
}

async function readGap(db: Db, idsQuery: RawBuilder<unknown>): Promise<Gap> {
  const { rows } = await sql<{ count: number; ids: number[] | null }>`
    with found (id) as materialized (select ${idsQuery}),
    first as (select id from found order by id limit ${EXAMPLES_MAX})
    select (select count(*) from found) as count, (select array_agg(id::int order by id) from first) as ids`.execute(db);
  return { count: rows[0]?.count ?? 0, ids: rows[0]?.ids ?? [] };
}
