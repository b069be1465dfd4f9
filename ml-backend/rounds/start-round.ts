import type { Db } from '../../core/database/connect.js';
import type { Queue } from '../../core/queue.js';
import { createRound, type NewRound } from './round.js';
import { unfinishedRounds } from './stored-round.js';

/**
 * Notes a round and puts its job on the queue, both or neither; a worker runs it.
 *
 * @throws as `createRound`.
 */
export async function startRound(db: Db, queue: Pick<Queue, 'send'>, round: NewRound): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const roundId = await createRound(tx, round);
    await sendRound(tx, queue, roundId);
    return roundId;
  });
}

/**
 * Puts the job of every round that waits, or was under way, on the queue: one whose process was killed is taken up at
 * once instead of when its job expires. A round that another process runs is waited for, and found done.
 */
export async function resumeRounds(db: Db, queue: Pick<Queue, 'send'>): Promise<void> {
  for (const roundId of await unfinishedRounds(db)) await sendRound(db, queue, roundId);
}

function sendRound(db: Db, queue: Pick<Queue, 'send'>, roundId: number): Promise<void> {
  return queue.send(db, 'selection-round', { roundId }, `round-${roundId}`);
}
