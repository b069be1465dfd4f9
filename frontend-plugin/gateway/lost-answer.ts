import type { IncomingHttpHeaders } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { Db } from '../../core/database/connect.js';
import type { LabelStudioClient } from '../../core/label-studio/client.js';
import { exchange, type Reply } from './exchange.js';

export interface Repetition {
  readonly labelStudioProjectId: number;
  readonly taskId: number;
  readonly userId: number;
  readonly uniqueId: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** The request's own, with its credentials. */
  readonly headers: IncomingHttpHeaders;
}

interface LostAnswerDeps {
  readonly db: Db;
  readonly labelStudioUrl: string;
  readonly client: Pick<LabelStudioClient, 'exportTasks'>;
}

/**
 * The answer that an annotator never got: their submission was stored, the connection broke, and when
 * they submitted again Label Studio refused the repetition as a duplicate (409). Its page would say "not
 * saved" for ever. When the journal shows that the first answer was lost, and Label Studio holds exactly
 * this annotator's judgement under that unique_id, the annotation is read and given as the answer.
 *
 * @returns undefined when any of it is otherwise: then the refusal stands.
 */
export async function findLostAnswer(deps: LostAnswerDeps, repetition: Repetition): Promise<Reply | undefined> {
  const { taskId, uniqueId, userId, body, headers } = repetition;
  const first = await deps.db
    .selectFrom('journal')
    .select('id')
    .where('unique_id', '=', uniqueId)
    .where('label_studio_user_id', '=', userId)
    .where('task_id', '=', taskId)
    .where('status', 'is', null)
    .executeTakeFirst();
  if (first === undefined) return undefined;
  const tasks = await deps.client.exportTasks(repetition.labelStudioProjectId, [taskId]);
  const stored = tasks.flatMap((task) => task.annotations).find((one) => one.unique_id === uniqueId);
  if (stored === undefined || stored.completed_by !== userId || !isDeepStrictEqual(stored.result, body['result'] ?? [])) return undefined;
  const path = `/api/annotations/${stored.id}/`;
  const reply = await exchange(deps.labelStudioUrl, { method: 'GET', path, headers, body: Buffer.alloc(0) });
  return reply.status === 200 ? { ...reply, status: 201, statusMessage: 'Created' } : undefined;
}
