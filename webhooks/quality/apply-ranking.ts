import { sql } from 'kysely';
import type { Db, Tx } from '../../core/database/connect.js';
import { isUntouched } from '../../core/database/untouched-items.js';
import type { LabelStudioClient } from '../../core/label-studio/client.js';
import type { Queue } from '../../core/queue.js';
import { writeRanking } from './ranking-predictions.js';

/** From the first vote on; those that come meanwhile are seen to by the same job. So a project is ranked at most this often. */
const RERANK_AFTER_S = 60;
/** Rest between two requests: at most five a second of the fifteen that Label Studio's server can store. */
const REST_MS = 200;

/** Asks for a project's open items to be ranked again in a minute; requests that wait are one. */
export function sendRerank(db: Db | Tx, queue: Pick<Queue, 'send'>, projectId: number): Promise<void> {
  return queue.send(db, 'rerank', { projectId }, `project-${projectId}`, RERANK_AFTER_S);
}

export interface ApplyDeps {
  readonly db: Db;
  readonly labelStudio: Pick<LabelStudioClient, 'predictions' | 'updatePrediction'>;
  readonly now: () => Date;
}

/** How many items changed places, and how many predictions of Label Studio's were brought to the order. */
export interface AppliedRanking {
  readonly batchId: number;
  readonly moved: number;
  readonly predictions: number;
}

/**
 * Brings each batch of a project to its newest ranking: the items that nobody has begun with are dealt out anew over the
 * places they hold together, pairs and gold items by one rule; every other item keeps its place. The assignment follows
 * at once, Label Studio's predictions after. Safe to repeat, and to be killed anywhere: what Label Studio has is compared
 * with the order that is stored.
 *
 * @throws PairloopError when Label Studio cannot be reached or refuses; the assignment follows the new order all the same.
 */
export async function applyRanking(deps: ApplyDeps, projectId: number): Promise<AppliedRanking[]> {
  const applied: AppliedRanking[] = [];
  const newest = await deps.db
    .selectFrom('selection_round')
    .innerJoin('batch', 'batch.id', 'selection_round.batch_id')
    .innerJoin('project', 'project.id', 'batch.project_id')
    .select(['batch.id as batchId', 'project.label_studio_id as labelStudioProjectId'])
    .select(({ fn }) => fn.max<number>('selection_round.id').as('roundId'))
    .where('batch.project_id', '=', projectId)
    .where('selection_round.state', '=', 'done')
    .groupBy(['batch.id', 'project.label_studio_id'])
    .orderBy('batch.id')
    .execute();
  for (const { batchId, roundId, labelStudioProjectId } of newest) {
    const moved = await deps.db.transaction().execute((tx) => dealOut(tx, { projectId, batchId, roundId, now: deps.now() }));
    const predictions = await writeRanking({ ...deps, restMs: REST_MS }, { id: batchId, labelStudioProjectId });
    applied.push({ batchId, moved, predictions });
  }
  return applied;
}

interface Ranking {
  readonly projectId: number;
  readonly batchId: number;
  readonly roundId: number;
  readonly now: Date;
}

/** Returns how many items changed places. Nobody is assigned an item of the project meanwhile. */
async function dealOut(tx: Tx, { projectId, batchId, roundId, now }: Ranking): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtext('pairloop.assignment'), ${projectId}::int)`.execute(tx);
  const { rows: items } = await sql<{ id: number; position: number }>`
    select item.id, item.position from batch_item item
    left join selection_pick pick on pick.round_id = ${roundId} and pick.pair_id = item.pair_id
    where item.batch_id = ${batchId} and item.task_id is not null and ${isUntouched(now)}
    order by pick.rank nulls last, item.position`.execute(tx);
  const places = items.map(({ position }) => position).sort((one, other) => one - other);
  const moves = items.flatMap(({ id, position }, at) => (position === places[at] ? [] : [{ id, to: places[at]! }]));
  if (moves.length === 0) return 0;
  // Below zero first: no two items may hold one place, not for a moment.
  await sql`update batch_item set position = -1 - move.place
    from unnest(${moves.map(({ id }) => id)}::bigint[], ${moves.map(({ to }) => to)}::int[]) as move (id, place)
    where batch_item.id = move.id`.execute(tx);
  await tx.updateTable('batch_item').set({ position: sql<number>`-1 - position` }).where('batch_id', '=', batchId).where('position', '<', 0).execute();
  return moves.length;
}
