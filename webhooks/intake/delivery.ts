import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db, Tx } from '../../core/database/connect.js';
import { messageOf } from '../../core/errors.js';
import type { Queue } from '../../core/queue.js';
import { applyAnnotation, applyDeletion } from './apply.js';
import { storedContentSchema, type EventContent, type WebhookEvent } from './event.js';

const DELETIONS_PER_TRANSACTION = 200;

/**
 * Stores what Label Studio posted together with the job that applies it, in one transaction: what was
 * answered with 200 is applied, whatever dies in between. An event that has nothing to apply is stored
 * as done with its reason; one that cannot be read is stored with its failure and stays visible.
 *
 *   stored ──apply──▶ applied
 *     │  ▲               (a delivery with an ignored_reason is applied at once)
 *   fails └─retried─ failed   (`failure` says why; reconciliation tries again too)
 */
export async function storeDelivery(db: Db, queue: Pick<Queue, 'send'>, event: WebhookEvent, receivedAt: Date): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const ignoredReason = event.fault === null ? await reasonToIgnore(tx, event) : null;
    const body = JSON.stringify(ignoredReason === null ? event.content : null);
    const { id } = await tx
      .insertInto('delivery')
      .values({
        received_at: receivedAt,
        action: event.action,
        label_studio_project_id: event.projectId,
        body,
        body_sha256: createHash('sha256').update(body).digest('hex'),
        applied_at: ignoredReason === null ? null : receivedAt,
        ignored_reason: ignoredReason,
        failure: event.fault,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    if (ignoredReason === null && event.fault === null) await queue.send(tx, 'apply-delivery', { deliveryId: id });
  });
}

async function reasonToIgnore(tx: Tx, event: WebhookEvent): Promise<string | null> {
  if (event.content === null) return `${event.action} changes no annotation`;
  if (event.projectId === null) return null;
  const project = await tx.selectFrom('project').select('id').where('label_studio_id', '=', event.projectId).executeTakeFirst();
  return project === undefined ? `Label Studio project ${event.projectId} is not Pairloop's` : null;
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
  const ids = content.kind === 'annotations-deleted' ? content.annotationIds : await annotationsOfTasks(db, content.taskIds);
  for (let start = 0; start < ids.length; start += DELETIONS_PER_TRANSACTION) {
    const some = ids.slice(start, start + DELETIONS_PER_TRANSACTION);
    await db.transaction().execute((tx) => applyDeletion(tx, some, receivedAt, queue));
  }
}

/** Label Studio deletes a task's annotations with it, without an event of their own. */
async function annotationsOfTasks(db: Db, taskIds: readonly number[]): Promise<number[]> {
  const rows = await db
    .selectFrom('annotation')
    .select('id')
    .where('task_id', '=', sql<number>`any(${[...taskIds]}::int[])`)
    .execute();
  return rows.map((row) => row.id);
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
