import type { IncomingHttpHeaders } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { Db } from '../../core/database/connect.js';
import type { LabelStudioClient } from '../../core/label-studio/client.js';
import type { AnnotationWire } from '../../core/label-studio/wire.js';
import { isTrue } from './call.js';
import { exchange, type Reply } from './exchange.js';
import { completeSubmission, outcomeOf, recordSubmission } from './journal.js';

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
  readonly now: () => Date;
}

/**
 * The answer that an annotator never got: their submission was stored, the connection broke, before or
 * behind the gateway, and when they submitted again Label Studio refused the repetition as a duplicate (409).
 * Its page would say "not saved" for ever. When Label Studio holds this annotator's annotation of this task
 * under that unique_id, that annotation is the answer; if the repetition says something else, as an
 * annotator may have gone on meanwhile, it is made an update of it first.
 *
 * @returns undefined when the annotation is not there or is somebody else's, or the update failed: then the refusal stands.
 */
export async function answerRepetition(deps: LostAnswerDeps, repetition: Repetition): Promise<Reply | undefined> {
  const { taskId, uniqueId, userId } = repetition;
  const tasks = await deps.client.exportTasks(repetition.labelStudioProjectId, [taskId]);
  const stored = tasks.flatMap((task) => task.annotations).find((one) => one.unique_id === uniqueId);
  if (stored === undefined || stored.completed_by !== userId) return undefined;
  const reply = saysTheSame(stored, repetition) ? await readStored(deps, repetition, stored.id) : await updateStored(deps, repetition, stored.id);
  return reply.status === 200 ? { ...reply, status: 201, statusMessage: 'Created' } : undefined;
}

function saysTheSame(stored: AnnotationWire, { body }: Repetition): boolean {
  return stored.was_cancelled === isTrue(body['was_cancelled']) && isDeepStrictEqual(stored.result, body['result'] ?? []);
}

function readStored(deps: LostAnswerDeps, { headers }: Repetition, annotationId: number): Promise<Reply> {
  return exchange(deps.labelStudioUrl, { method: 'GET', path: `/api/annotations/${annotationId}/`, headers, body: Buffer.alloc(0) });
}

async function updateStored(deps: LostAnswerDeps, { taskId, userId, body: given, headers }: Repetition, annotationId: number): Promise<Reply> {
  const { unique_id: _, ...rest } = given;
  const body = { ...rest, was_cancelled: isTrue(given['was_cancelled']) };
  const journalId = await recordSubmission(deps.db, { userId, kind: 'update', taskId, annotationId, uniqueId: null, body });
  const bytes = Buffer.from(JSON.stringify(body));
  const reply = await exchange(deps.labelStudioUrl, { method: 'PATCH', path: `/api/annotations/${annotationId}/`, headers, body: bytes });
  await completeSubmission(deps.db, journalId, deps.now(), outcomeOf(reply.status, reply.body));
  return reply;
}
