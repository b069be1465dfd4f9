import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db, Tx } from '../../core/database/connect.js';
import { messageOf } from '../../core/errors.js';
import type { Queue } from '../../core/queue.js';
import { applyAnnotation, applyDeletion, applyTaskDeletion } from './apply.js';
import { storedContentSchema, type EventContent, type WebhookEvent } from './event.js';

const DELETIONS_PER_TRANSACTION = 200;
const TASKS_PER_TRANSACTION = 50;

/** One event of Label Studio and when it came. */
export interface Arrival {
  readonly event: WebhookEvent;
  readonly receivedAt: Date;
}

/**
 * Stores what Label Studio posted together with the jobs that apply it, all in one transaction: what was
 * answered with 200 is applied, whatever dies in between. An event that has nothing to apply is stored
 * as done with its reason; one that cannot be read is stored with its failure and stays visible.
 *
 *   stored ──apply──▶ applied
 *     │  ▲               (a delivery with an ignored_reason is applied at once)
 *   fails └─retried─ failed   (`failure` says why; reconciliation tries again too)
 */
export async function storeDeliveries(db: Db, queue: Pick<Queue, 'sendAll'>, arrivals: readonly Arrival[]): Promise<void> {
  if (arrivals.length === 0) return;
  await db.transaction().execute(async (tx) => {
    const ours = await ourProjects(tx, arrivals);
    const rows = await tx
      .insertInto('delivery')
      .values(arrivals.map((arrival) => rowOf(arrival, ours)))
      .returning(['id', 'applied_at', 'failure'])
      .execute();
    const open = rows.filter((row) => row.applied_at === null && row.failure === null);
    await queue.sendAll(tx, 'apply-delivery', open.map(({ id }) => ({ deliveryId: id })));
  });
}

/** Those of the Label Studio projects named that are Pairloop's. */
async function ourProjects(tx: Tx, arrivals: readonly Arrival[]): Promise<ReadonlySet<number>> {
  const named = [...new Set(arrivals.flatMap(({ event }) => event.projectId ?? []))];
  if (named.length === 0) return new Set();
  const rows = await tx
    .selectFrom('project')
    .select('label_studio_id')
    .where('label_studio_id', '=', sql<number>`any(${named}::int[])`)
    .execute();
  return new Set(rows.map((row) => row.label_studio_id));
}

function rowOf({ event, receivedAt }: Arrival, ours: ReadonlySet<number>) {
  const ignoredReason = event.fault === null ? reasonToIgnore(event, ours) : null;
  const body = JSON.stringify(ignoredReason === null ? event.content : null);
  return {
    received_at: receivedAt,
    action: event.action,
    label_studio_project_id: event.projectId,
    body,
    body_sha256: createHash('sha256').update(body).digest('hex'),
    applied_at: ignoredReason === null ? null : receivedAt,
    ignored_reason: ignoredReason,
    failure: event.fault,
  };
}

function reasonToIgnore({ action, content, projectId }: WebhookEvent, ours: ReadonlySet<number>): string | null {
  if (content === null) return `${action} changes no annotation`;
  return projectId === null || ours.has(projectId) ? null : `Label Studio project ${projectId} is not Pairloop's`;
}

/**
 * Applies a stored delivery. Each annotation has a transaction of its own, so that a long list holds no
 * lock for long; a list that was cut short is applied again from its start, which changes nothing twice.
 *
 * @throws what went wrong, after it was written to the delivery's `failure`: the job is retried.
 */
export async function applyDelivery(db: Db, queue: Pick<Queue, 'send'>, deliveryId: number): Promise<void> {
  const delivery = await db
    .selectFrom('delivery')
    .select(['body', 'received_at', 'applied_at'])
    .where('id', '=', deliveryId)
    .executeTakeFirst();
  if (delivery === undefined || delivery.applied_at !== null) return;
  try {
    await applyContent(db, queue, storedContentSchema.parse(delivery.body), delivery.received_at);
  } catch (error) {
    await db.updateTable('delivery').set({ failure: messageOf(error).slice(0, 1_000) }).where('id', '=', deliveryId).execute();
    throw error;
  }
  await db
    .updateTable('delivery')
    .set({ applied_at: sql<Date>`now()`, failure: null })
    .where('id', '=', deliveryId)
    .execute();
}

async function applyContent(db: Db, queue: Pick<Queue, 'send'>, content: EventContent, receivedAt: Date): Promise<void> {
  if (content.kind === 'annotations') {
    for (const annotation of content.annotations) {
      await db.transaction().execute((tx) => applyAnnotation(tx, annotation, 'delivery', queue));
    }
    return;
  }
  if (content.kind === 'annotations-deleted') {
    for (const some of portions(content.annotationIds, DELETIONS_PER_TRANSACTION)) {
      await db.transaction().execute((tx) => applyDeletion(tx, some, receivedAt, queue));
    }
    return;
  }
  for (const some of portions(content.taskIds, TASKS_PER_TRANSACTION)) {
    await db.transaction().execute((tx) => applyTaskDeletion(tx, some, receivedAt, queue));
  }
}

function portions(ids: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, index) => ids.slice(index * size, (index + 1) * size));
}

/** Deliveries received in a span of time that are not applied although they could be read, oldest first. */
export async function unappliedDeliveries(db: Db, received: { readonly after: Date; readonly before: Date }, limit: number): Promise<number[]> {
  const rows = await db
    .selectFrom('delivery')
    .select('id')
    .where('applied_at', 'is', null)
    .where(sql<boolean>`body <> 'null'::jsonb`)
    .where('received_at', '>=', received.after)
    .where('received_at', '<', received.before)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}
