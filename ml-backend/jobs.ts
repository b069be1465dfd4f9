import type { Db } from '../core/database/connect.js';
import { PairloopError } from '../core/errors.js';
import type { Logger } from '../core/logging.js';
import type { Queue } from '../core/queue.js';
import { rerankProject } from './rounds/rerank.js';
import { runRound, type RunOptions } from './rounds/round.js';
import { resumeRounds } from './rounds/start-round.js';

/**
 * Lets a worker run this room's jobs, those of rounds that were cut off included. A round that cannot be run for a reason
 * stored with it is not tried again.
 */
export async function registerSelectionJobs(queue: Queue, { db, log, ...options }: RunOptions & { db: Db; log: Logger }): Promise<void> {
  await queue.work('selection-round', async ({ roundId }) => {
    try {
      const result = await runRound(db, roundId, options);
      log.info({ roundId, ...result }, 'selection round done');
    } catch (error) {
      if (!(error instanceof PairloopError)) throw error;
      log.warn({ roundId, failure: error.message }, 'selection round failed');
    }
  });
  await queue.work('rerank', async ({ projectId }) => {
    const reranked = await rerankProject(db, projectId, options);
    for (const { failure, ...round } of reranked) {
      if (failure === null) log.info({ projectId, ...round }, 'batch ranked again');
      else log.warn({ projectId, ...round, failure }, 'batch not ranked again');
    }
    if (reranked.some(({ failure }) => failure === null)) await queue.send(db, 'apply-ranking', { projectId }, `project-${projectId}`);
  });
  await resumeRounds(db, queue);
}
