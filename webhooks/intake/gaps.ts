import { sql, type RawBuilder } from 'kysely';
import type { Db } from '../../core/database/connect.js';

/** How often something is so, with the first ids. */
export interface Gap {
  readonly count: number;
  readonly ids: readonly number[];
}

/** Where the three witnesses of one project (journal, deliveries, Label Studio's API) do not agree. All zero: they do. */
export interface Gaps {
  /** Journal ids of submissions that no annotation was seen of. */
  readonly journalledNotInLabelStudio: Gap;
  /** Journal ids of submissions of which it is not known yet whether Label Studio stored them. */
  readonly journalPending: Gap;
  /** Annotation ids that came around the gateway. */
  readonly inLabelStudioNotJournalled: Gap;
  /** Annotation ids that a webhook told of and the API has not shown (yet). */
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

const EXAMPLES_MAX = 20;

/** Reads the gaps of one project (Pairloop's id). Nothing is changed. An unknown project has none. */
export async function readGaps(db: Db, projectId: number): Promise<Gaps> {
  const items = sql`(select i.task_id from batch_item i join batch b on b.id = i.batch_id where b.project_id = ${projectId} and i.task_id is not null)`;
  const alive = sql`from annotation a where a.deleted_at is null and a.updated_at is not null and a.task_id in ${items}`;
  const journal = sql`from journal j where j.task_id in ${items}`;
  const deliveries = sql`from delivery d where d.applied_at is null
    and d.label_studio_project_id = (select label_studio_id from project where id = ${projectId})`;
  return {
    journalledNotInLabelStudio: await readGap(db, sql`j.id ${journal} and j.kind in ('submit', 'skip') and j.outcome <> 'refused'
      and not exists (select from annotation a where ${sameSubmission()})`),
    journalPending: await readGap(db, sql`j.id ${journal} and j.outcome = 'pending'`),
    inLabelStudioNotJournalled: await readGap(db, sql`a.id ${alive} and not exists (
      select from journal j where j.outcome <> 'refused' and j.kind <> 'delete' and ${sameSubmission()})`),
    deliveredNotInApi: await readGap(db, sql`a.id ${alive} and a.seen_in_delivery and not a.seen_in_api`),
    inApiNeverDelivered: await readGap(db, sql`a.id ${alive} and a.seen_in_api and not a.seen_in_delivery`),
    unusable: await readGap(db, sql`a.id ${alive} and a.unusable_reason is not null`),
    unappliedDeliveries: await readGap(db, sql`d.id ${deliveries} and d.failure is null`),
    failedDeliveries: await readGap(db, sql`d.id ${deliveries} and d.failure is not null`),
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
