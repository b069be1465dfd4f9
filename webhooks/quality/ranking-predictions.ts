import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Db } from '../../core/database/connect.js';
import { RANKING_MODEL_VERSION, rankingScore } from '../../core/domain/ranking.js';
import type { LabelStudioClient } from '../../core/label-studio/client.js';

/** Requests under way at once; more gain nothing from Label Studio's server. */
const AT_ONCE = 3;

/** A domain's cluster: the same in every batch and project, and nothing but the domain, which annotators see anyway. 31 bits. */
export function domainCluster(domain: string): number {
  return createHash('sha256').update(domain, 'utf8').digest().readUInt32BE(0) >>> 1;
}

export interface RankingDeps {
  readonly db: Db;
  readonly labelStudio: Pick<LabelStudioClient, 'predictions' | 'updatePrediction'>;
  /** Rests after each request, so that annotators' own find Label Studio free, and makes them one by one; neither unless given. */
  readonly restMs?: number;
}

/** What a task's prediction has to say. */
interface Place {
  readonly score: number;
  readonly cluster?: number;
}

/**
 * Brings the predictions of a batch's tasks to its order: the score is the task's place, and where there are several
 * domains the cluster is its domain. Label Studio's own queue serves the cluster of which a user has done the fewest tasks,
 * and the lowest score in it: where no gateway assigns, domains take turns. Safe to repeat; what is written already is
 * left alone, what comes first in the queue is written first. Cost: a request a task, since no bulk call of Label
 * Studio's changes a prediction.
 *
 * @returns how many predictions were changed
 */
export async function writeRanking({ db, labelStudio, restMs }: RankingDeps, batch: { readonly id: number; readonly labelStudioProjectId: number }): Promise<number> {
  const places = await readPlaces(db, batch.id);
  if (restMs === undefined && [...places.values()].every(({ cluster }) => cluster === undefined)) return 0;
  const predictions = await labelStudio.predictions(batch.labelStudioProjectId);
  const changes = predictions.flatMap(({ id, task, model_version, score, cluster }) => {
    const place = places.get(task);
    if (place === undefined || model_version !== RANKING_MODEL_VERSION) return [];
    return score === place.score && (place.cluster === undefined || cluster === place.cluster) ? [] : [{ id, place }];
  });
  const work = changes.sort((one, other) => one.place.score - other.place.score).values();
  const lane = async (): Promise<void> => {
    for (const { id, place } of work) {
      await labelStudio.updatePrediction(id, place);
      if (restMs !== undefined) await setTimeout(restMs);
    }
  };
  await Promise.all(Array.from({ length: restMs === undefined ? AT_ONCE : 1 }, lane));
  return changes.length;
}

/** By task. */
async function readPlaces(db: Db, batchId: number): Promise<Map<number, Place>> {
  const rows = await db
    .selectFrom('batch_item')
    .innerJoin('pair', 'pair.id', 'batch_item.pair_id')
    .select(['batch_item.task_id', 'batch_item.position', 'pair.domain'])
    .where('batch_item.batch_id', '=', batchId)
    .execute();
  const before = await itemsBefore(db, batchId);
  const oneDomain = new Set(rows.map((row) => row.domain)).size < 2;
  return new Map(
    rows.flatMap(({ task_id, position, domain }) => {
      const score = rankingScore(before, position);
      return task_id === null ? [] : [[task_id, oneDomain ? { score } : { score, cluster: domainCluster(domain) }] as const];
    }),
  );
}

/** How many items the project's earlier batches have. */
export async function itemsBefore(db: Db, batchId: number): Promise<number> {
  const { count } = await db
    .selectFrom('batch_item')
    .innerJoin('batch', 'batch.id', 'batch_item.batch_id')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('batch.id', '<', batchId)
    .where('batch.project_id', '=', (eb) => eb.selectFrom('batch as this').select('this.project_id').where('this.id', '=', batchId))
    .executeTakeFirstOrThrow();
  return count;
}
