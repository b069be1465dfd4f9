import { sql } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import { isUntouched } from '../../core/database/untouched-items.js';
import { PairloopError } from '../../core/errors.js';
import { STRATEGIES } from '../selection/strategies.js';
import { K_MAX, parseRoundOptions, type RoundOptions } from './round-options.js';
import { createRound, runRound, type RunOptions } from './round.js';
import { readRound } from './stored-round.js';

/** Strategies whose order follows what is labelled or what a head says of it, and nothing that is drawn. */
const FOLLOWING = new Set(['hybrid', 'k-center', 'uncertainty']);

/** What came of ranking one batch again. */
export interface Reranked {
  readonly batchId: number;
  readonly roundId: number;
  /** Why there is no new order; null when there is one. */
  readonly failure: string | null;
}

/**
 * Ranks the project's shipped batches again, each by a round of its own: of its items those that nobody has begun with,
 * by the strategy and weights of the round it was made of, with the pairs that somebody has begun with as centers. Only
 * `FOLLOWING` strategies have anything to say again. Of each batch
 * the newest such round alone keeps its picks and inputs. Applying the order is `webhooks`' work.
 */
export async function rerankProject(db: Db, projectId: number, options: RunOptions): Promise<Reranked[]> {
  const reranked: Reranked[] = [];
  for (const { batchId, madeOf } of await openBatches(db, projectId, options.now())) {
    const again = madeOf === null ? optionsAgain(parseRoundOptions({})) : optionsAgain((await readRound(db, madeOf)).options);
    if (again === undefined) continue;
    const roundId = await createRound(db, { projectId, batchId, options: again });
    const failure = await runRound(db, roundId, options).then(() => null, messageOfExpected);
    if (failure === null) await dropEarlier(db, batchId, roundId);
    reranked.push({ batchId, roundId, failure });
  }
  return reranked;
}

function messageOfExpected(error: unknown): string {
  if (error instanceof PairloopError) return error.message;
  throw error;
}

/** Shipped batches with more than one item that nobody has begun with. */
async function openBatches(db: Db, projectId: number, now: Date): Promise<{ batchId: number; madeOf: number | null }[]> {
  const { rows } = await sql<{ batchId: number; madeOf: number | null }>`
    select batch.id as "batchId", batch.round_id as "madeOf" from batch
    where batch.project_id = ${projectId} and batch.state = 'shipped'
      and (select count(*) from batch_item item where item.batch_id = batch.id and item.task_id is not null and ${isUntouched(now)}) > 1
    order by batch.id`.execute(db);
  return rows;
}

/** Undefined where ranking again would say nothing new. Nothing is left out, for every item stays in its batch. */
function optionsAgain({ k: _k, centers: _centers, min_distance: _leastDistance, budgets: _budgets, ...kept }: RoundOptions): Partial<RoundOptions> | undefined {
  if (!FOLLOWING.has(kept.strategy)) return undefined;
  const takesCenters = STRATEGIES.get(kept.strategy)!.options.includes('centers');
  return { ...kept, k: K_MAX, centers: takesCenters ? 'labelled' : 'none' };
}

async function dropEarlier(db: Db, batchId: number, roundId: number): Promise<void> {
  const earlier = db.selectFrom('selection_round').select('id').where('batch_id', '=', batchId).where('id', '<', roundId);
  await db.deleteFrom('selection_pick').where('round_id', 'in', earlier).execute();
  await db.deleteFrom('selection_input').where('round_id', 'in', earlier).execute();
}
