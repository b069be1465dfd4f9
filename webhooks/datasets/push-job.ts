import type { Db, Tx } from '../../core/database/connect.js';
import type { Queue } from '../../core/queue.js';

/** Asks for a project's accepted folder to be brought up to date; requests that wait are one. */
export function sendPush(db: Db | Tx, queue: Pick<Queue, 'send'>, projectId: number): Promise<void> {
  return queue.send(db, 'push-accepted', { projectId }, `project-${projectId}`);
}
