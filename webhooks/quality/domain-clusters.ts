import { createHash } from 'node:crypto';
import type { Db } from '../../core/database/connect.js';
import { RANKING_MODEL_VERSION } from '../../core/domain/ranking.js';
import type { LabelStudioClient } from '../../core/label-studio/client.js';

/** Requests under way at once; more gain nothing from Label Studio's server. */
const AT_ONCE = 3;

/** A domain's cluster: the same in every batch and project, and nothing but the domain, which annotators see anyway. 31 bits. */
export function domainCluster(domain: string): number {
  return createHash('sha256').update(domain, 'utf8').digest().readUInt32BE(0) >>> 1;
}

/**
 * Writes each task's domain into its prediction as the cluster. Label Studio's own queue serves the cluster of which a
 * user has done the fewest tasks, and the lowest score in it: where no gateway assigns, domains take turns. With one
 * domain there is nothing to take turns. Safe to repeat; what is written already is left alone. Cost: a request a task,
 * since no bulk call of Label Studio's takes a cluster.
 */
export async function writeDomainClusters(deps: { readonly db: Db; readonly labelStudio: LabelStudioClient }, batch: { readonly id: number; readonly labelStudioProjectId: number }): Promise<void> {
  const rows = await deps.db
    .selectFrom('batch_item')
    .innerJoin('pair', 'pair.id', 'batch_item.pair_id')
    .select(['batch_item.task_id', 'pair.domain'])
    .where('batch_item.batch_id', '=', batch.id)
    .execute();
  if (new Set(rows.map((row) => row.domain)).size < 2) return;
  const clusterOfTask = new Map(rows.map((row) => [row.task_id, domainCluster(row.domain)]));
  const predictions = await deps.labelStudio.predictions(batch.labelStudioProjectId);
  const missing = predictions.filter(({ task, cluster, model_version }) => model_version === RANKING_MODEL_VERSION && clusterOfTask.has(task) && cluster !== clusterOfTask.get(task));
  const work = missing.values();
  const lane = async (): Promise<void> => {
    for (const { id, task } of work) await deps.labelStudio.updatePrediction(id, { cluster: clusterOfTask.get(task)! });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}
