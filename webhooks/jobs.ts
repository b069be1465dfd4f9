import { join } from 'node:path';
import type { Config } from '../core/config.js';
import type { Db } from '../core/database/connect.js';
import type { LabelStudioClient } from '../core/label-studio/client.js';
import type { Logger } from '../core/logging.js';
import type { Queue } from '../core/queue.js';
import { pushAccepted } from './datasets/accepted-folder.js';
import { sequenceRecords } from './datasets/ledger/sequence.js';
import { sendPush } from './datasets/push-job.js';
import { applyDelivery } from './intake/delivery.js';
import { reconcile } from './intake/reconcile.js';
import { applyRanking } from './quality/apply-ranking.js';

export interface WebhookJobParts {
  readonly config: Pick<Config, 'dataDir'>;
  readonly db: Db;
  readonly labelStudio: LabelStudioClient;
  readonly log: Logger;
  readonly now: () => Date;
}

const EVERY_MINUTE = '* * * * *';

/**
 * Puts the worker to the jobs of this room: deliveries as they come, accepted folders as pairs are
 * accepted, orders as batches are ranked again, reconciliation every minute. Folders and reconciliation are also seen to at once.
 */
export async function registerWebhookJobs(queue: Queue, parts: WebhookJobParts): Promise<void> {
  const { db, log } = parts;
  const folders = { db, acceptedDir: join(parts.config.dataDir, 'accepted'), now: parts.now };
  await queue.work('apply-delivery', ({ deliveryId }) => applyDelivery(db, queue, deliveryId));
  await queue.work('push-accepted', async ({ projectId }) => {
    log.info(await pushAccepted(folders, projectId), 'accepted folder brought up to date');
  });
  await queue.work('apply-ranking', async ({ projectId }) => {
    for (const applied of await applyRanking(parts, projectId)) log.info({ projectId, ...applied }, 'order follows the newest ranking');
  });
  await queue.work('reconcile', async ({ labelStudioProjectId }) => {
    for (const report of await reconcile({ ...parts, queue }, labelStudioProjectId, 'recent')) {
      if (report.applied + report.deleted + report.tasksDeleted + report.settled > 0) log.info({ ...report }, 'reconciled with Label Studio');
    }
  });
  await queue.work('sequence-ledger', async () => {
    await sequenceRecords(db, parts.now);
  });
  await queue.schedule('sequence-ledger', EVERY_MINUTE, { batch: null });
  await queue.schedule('reconcile', EVERY_MINUTE, { labelStudioProjectId: null });
  await queue.send(db, 'reconcile', { labelStudioProjectId: null }, 'start');
  const projects = await db.selectFrom('project').select('id').execute();
  for (const { id } of projects) await sendPush(db, queue, id);
}
