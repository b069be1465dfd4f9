import { sql } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import { toPair } from '../../core/database/pair.js';
import { PairloopError } from '../../core/errors.js';
import type { LabelStudioClient, NewTask } from '../../core/label-studio/client.js';
import { release } from '../privacy/release.js';
import { RANKING_MODEL_VERSION, rankingScore } from '../../core/domain/ranking.js';
import { itemsBefore, writeRanking } from './ranking-predictions.js';
import { shuffle, type RandomInt } from '../../core/shuffle.js';

/** Tasks per request: about a tenth of a second of Label Studio's time. */
const CHUNK = 100;

export interface ShipmentDeps {
  readonly db: Db;
  readonly labelStudio: LabelStudioClient;
  /** Decides the order in which tasks are created, and so their ids. */
  readonly randomInt: RandomInt;
  readonly now: () => Date;
  /** Told after each request how many of the batch's tasks are there. */
  readonly onProgress?: (done: number, total: number) => void;
}

interface Batch {
  readonly id: number;
  readonly labelStudioProjectId: number;
}

interface Item {
  readonly id: number;
  readonly opaqueId: string;
  /** Its creation was begun and never confirmed. */
  readonly doubtful: boolean;
  readonly task: NewTask;
}

/**
 * Puts a batch into Label Studio: every pair released, every task created once together with the
 * prediction that orders it (score and, where there are several domains, cluster), in an order that tells neither rank nor kind. Then the batch is `shipped`
 * and assignment serves it. Killed anywhere, the next call goes on: before a request its items are
 * marked, so that an unconfirmed one is looked for in Label Studio by the pair's opaque id before it is
 * created again. A batch that was shipped stays as it is.
 *
 * @returns how many tasks the batch has and how many were created now
 * @throws PairloopError when a pair may not be released (then nothing is created), Label Studio refuses,
 * or another process is shipping the batch.
 */
export async function shipBatch(deps: ShipmentDeps, batchId: number): Promise<{ taskCount: number; created: number }> {
  return exclusively(deps, batchId, async (deps) => {
    const batch = await deps.db
      .selectFrom('batch')
      .innerJoin('project', 'project.id', 'batch.project_id')
      .select(['batch.id', 'batch.state', 'project.label_studio_id as labelStudioProjectId'])
      .where('batch.id', '=', batchId)
      .executeTakeFirst();
    if (batch === undefined) throw new PairloopError(`There is no batch ${batchId}.`);
    const total = await countItems(deps.db, batchId);
    if (batch.state === 'shipped') return { taskCount: total, created: 0 };
    const missing = await readMissing(deps.db, batchId);
    const doubtful = missing.filter((item) => item.doubtful);
    const found = doubtful.length === 0 ? new Set<number>() : await adoptTasks(deps, batch, doubtful);
    const created = await createTasks(deps, batch, missing.filter((item) => !found.has(item.id)), total);
    if (doubtful.length > 0) await deleteDuplicates(deps, batch);
    await writeRanking(deps, batch);
    await activateRanking(deps.labelStudio, batch.labelStudioProjectId);
    await deps.db.updateTable('batch').set({ state: 'shipped', shipped_at: deps.now() }).where('id', '=', batchId).execute();
    return { taskCount: total, created };
  });
}

/** Runs under a lock that PostgreSQL gives back when this process dies. */
async function exclusively<T>(deps: ShipmentDeps, batchId: number, work: (deps: ShipmentDeps) => Promise<T>): Promise<T> {
  return deps.db.connection().execute(async (connection) => {
    const lock = await sql<{ got: boolean }>`select pg_try_advisory_lock(hashtext('pairloop.shipment'), ${batchId}::int) as got`.execute(connection);
    if (lock.rows[0]?.got !== true) throw new PairloopError(`Batch ${batchId} is being shipped by another process; wait until it is done.`);
    try {
      return await work({ ...deps, db: connection });
    } finally {
      await sql`select pg_advisory_unlock(hashtext('pairloop.shipment'), ${batchId}::int)`.execute(connection);
    }
  });
}

async function countItems(db: Db, batchId: number): Promise<number> {
  const row = await db
    .selectFrom('batch_item')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('batch_id', '=', batchId)
    .executeTakeFirstOrThrow();
  return row.count;
}

/** The items without a task, released: refused before anything is created. */
async function readMissing(db: Db, batchId: number): Promise<Item[]> {
  const before = await itemsBefore(db, batchId);
  const rows = await db
    .selectFrom('batch_item')
    .innerJoin('pair', 'pair.id', 'batch_item.pair_id')
    .selectAll('pair')
    .select(['batch_item.id as item_id', 'batch_item.position', 'batch_item.released_at'])
    .where('batch_item.batch_id', '=', batchId)
    .where('batch_item.task_id', 'is', null)
    .execute();
  return rows.map((row) => ({
    id: row.item_id,
    opaqueId: row.opaque_id,
    doubtful: row.released_at !== null,
    task: {
      data: release(toPair(row)),
      predictions: [{ model_version: RANKING_MODEL_VERSION, score: rankingScore(before, row.position), result: [] }],
    },
  }));
}

async function createTasks(deps: ShipmentDeps, batch: Batch, missing: readonly Item[], total: number): Promise<number> {
  const items = shuffle(missing, deps.randomInt);
  deps.onProgress?.(total - items.length, total);
  for (let start = 0; start < items.length; start += CHUNK) {
    const chunk = items.slice(start, start + CHUNK);
    const ids = chunk.map((item) => item.id);
    await deps.db.updateTable('batch_item').set({ released_at: deps.now() }).where('id', 'in', ids).execute();
    const taskIds = await deps.labelStudio.importTasks(batch.labelStudioProjectId, chunk.map((item) => item.task));
    if (taskIds.length !== chunk.length) {
      throw new PairloopError(`Label Studio created ${taskIds.length} of ${chunk.length} tasks of batch ${batch.id}; ship it again to complete it.`);
    }
    await storeTaskIds(deps.db, ids, taskIds);
    deps.onProgress?.(total - items.length + start + chunk.length, total);
  }
  return items.length;
}

async function storeTaskIds(db: Db, itemIds: readonly number[], taskIds: readonly number[]): Promise<void> {
  await sql`
    update batch_item set task_id = made.task_id
    from unnest(${itemIds}::bigint[], ${taskIds}::int[]) as made (item_id, task_id)
    where batch_item.id = made.item_id`.execute(db);
}

/** Records the tasks of unconfirmed requests that Label Studio has after all; returns the ids of their items. */
async function adoptTasks(deps: ShipmentDeps, batch: Batch, doubtful: readonly Item[]): Promise<Set<number>> {
  const itemByPair = new Map(doubtful.map((item) => [item.opaqueId, item.id]));
  const adopted = new Map<number, number>();
  for await (const task of unrecordedTasks(deps, batch)) {
    const itemId = itemByPair.get(task.pair);
    if (itemId !== undefined && !adopted.has(itemId)) adopted.set(itemId, task.id);
  }
  await storeTaskIds(deps.db, [...adopted.keys()], [...adopted.values()]);
  return new Set(adopted.keys());
}

/** An unconfirmed request may also have been completed after it was looked for: then its pairs have two tasks. */
async function deleteDuplicates(deps: ShipmentDeps, batch: Batch): Promise<void> {
  const rows = await deps.db
    .selectFrom('batch_item')
    .innerJoin('pair', 'pair.id', 'batch_item.pair_id')
    .select('pair.opaque_id')
    .where('batch_item.batch_id', '=', batch.id)
    .execute();
  const ours = new Set(rows.map((row) => row.opaque_id));
  const duplicates: number[] = [];
  for await (const task of unrecordedTasks(deps, batch)) {
    if (ours.has(task.pair) && task.annotationCount === 0) duplicates.push(task.id);
  }
  await deps.labelStudio.deleteTasks(batch.labelStudioProjectId, duplicates);
}

/** Tasks of the project that carry a pair and that no batch item names. */
async function* unrecordedTasks(deps: ShipmentDeps, batch: Batch): AsyncGenerator<{ id: number; pair: string; annotationCount: number }> {
  for await (const tasks of deps.labelStudio.tasks(batch.labelStudioProjectId)) {
    const { rows } = await sql<{ task_id: number }>`
      select task_id from batch_item where task_id = any(${tasks.map((task) => task.id)}::int[])`.execute(deps.db);
    const recorded = new Set(rows.map((row) => row.task_id));
    for (const { id, data, annotations } of tasks) {
      const pair = data['pair'];
      if (typeof pair === 'string' && !recorded.has(id)) yield { id, pair, annotationCount: annotations.length };
    }
  }
}

/** Label Studio takes the model version of the first predictions by itself, unless the project had another one. */
async function activateRanking(labelStudio: LabelStudioClient, labelStudioProjectId: number): Promise<void> {
  const project = await labelStudio.project(labelStudioProjectId);
  if (project.model_version === RANKING_MODEL_VERSION) return;
  await labelStudio.updateProject(labelStudioProjectId, { model_version: RANKING_MODEL_VERSION });
}
