import type { Db } from '../core/database/connect.js';
import type { LabelStudioClient } from '../core/label-studio/client.js';
import type { Logger } from '../core/logging.js';
import type { Queue } from '../core/queue.js';
import { applyDelivery } from './intake/delivery.js';
import { reconcile } from './intake/reconcile.js';

export interface WebhookJobParts {
  readonly db: Db;
  readonly labelStudio: LabelStudioClient;
  readonly log: Logger;
  readonly now: () => Date;
}

const EVERY_MINUTE = '* * * * *';

/** Puts the worker to the jobs of this room: deliveries as they come, reconciliation at once and every minute. */
export async function registerWebhookJobs(queue: Queue, parts: WebhookJobParts): Promise<void> {
  const { db, log } = parts;
  await queue.work('apply-delivery', ({ deliveryId }) => applyDelivery(db, queue, deliveryId));
  await queue.work('reconcile', async ({ labelStudioProjectId }) => {
    for (const report of await reconcile({ ...parts, queue }, labelStudioProjectId, 'recent')) {
      if (report.applied + report.deleted + report.settled > 0) log.info({ ...report }, 'reconciled with Label Studio');
    }
  });
  await queue.schedule('reconcile', EVERY_MINUTE, { labelStudioProjectId: null });
  await queue.send(db, 'reconcile', { labelStudioProjectId: null });
}
