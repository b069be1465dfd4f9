import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Db } from '../../core/database/connect.js';
import { messageOf, PairloopError } from '../../core/errors.js';
import type { LabelStudioClient } from '../../core/label-studio/client.js';
import { LabelStudioError } from '../../core/label-studio/client.js';
import type { Logger } from '../../core/logging.js';
import { isTrue, type Call } from './call.js';
import { refuseIncomplete } from './completeness.js';
import { ExchangeError, exchange, sendReply, type Reply } from './exchange.js';
import { findItem, refusePaused } from './guard.js';
import type { Identities, Identity } from './identity.js';
import { completeSubmission, findAnnotation, outcomeOf, recordSubmission, type JournalEntry } from './journal.js';
import { answerRepetition, type Repetition } from './lost-answer.js';
import { Refusal } from './refusal.js';
import { readJsonObject, readRequestBody } from './request-body.js';

export interface SubmissionDeps {
  readonly db: Db;
  readonly identities: Identities;
  readonly labelStudioUrl: string;
  readonly client: LabelStudioClient;
  readonly log: Logger;
  readonly now: () => Date;
  /** Called when an answer leaves open what became of a submission, or says that it was sent before. */
  readonly onOpenOutcome: () => void;
}

type SubmissionCall = Extract<Call, { kind: 'create' | 'change' }>;

const NOT_SAVED = 'Not saved: Pairloop cannot write its journal just now. Your work stays in this page, try again in a moment.';

/**
 * A submission on one of Pairloop's tasks: checked, committed to the journal, forwarded once, its outcome
 * written down, Label Studio's answer passed on.
 *
 * @returns false, with the request untouched, when the task is not Pairloop's.
 * @throws Refusal in this order: 401 not logged in, 503 journal out of reach, 403 paused, 403 somebody
 * else's annotation, 413 too large, 415 not JSON, 400 malformed, 403 incomplete (see `refuseIncomplete`); after forwarding 502 or 503 without an answer.
 */
export async function handleSubmission(deps: SubmissionDeps, req: IncomingMessage, res: ServerResponse, call: SubmissionCall): Promise<boolean> {
  const identity = await deps.identities.identify(req);
  const target = await findTarget(deps, call);
  if (target === undefined) return false;
  const item = await journalled(deps, findItem(deps.db, target.taskId, identity.userId));
  if (item === undefined) return false;
  refusePaused(item.pausedReason);
  if (target.authorId !== null && target.authorId !== identity.userId) {
    throw new Refusal(403, 'Not saved: this annotation is another annotator’s, and only its author may change it.');
  }
  const submission = readSubmission(call, req, await readRequestBody(req));
  if (isJudgement(call, submission.body)) await journalled(deps, refuseIncomplete(deps.db, target.taskId, submission.body['result'] ?? []));
  const journalId = await journalled(deps, recordSubmission(deps.db, entryOf(call, target.taskId, identity, submission)));
  const reply = await forward(deps, req, journalId, submission.bytes);
  const { uniqueId, body } = submission;
  const lost = reply.status !== 409 || uniqueId === null ? undefined : await recover(deps, { ...item, ...identity, taskId: target.taskId, uniqueId, body, headers: req.headers });
  sendReply(res, lost ?? reply);
  return true;
}

/** Skips, deletions and changes that leave the result as it is say nothing that could be incomplete. */
function isJudgement(call: SubmissionCall, body: Submission['body']): boolean {
  if (isTrue(body['was_cancelled'])) return false;
  return call.kind === 'create' || (call.change === 'update' && 'result' in body);
}

/** What keeps the lost answer from being found leaves the refusal as it is. */
async function recover(deps: SubmissionDeps, repetition: Repetition): Promise<Reply | undefined> {
  try {
    return await answerRepetition(deps, repetition);
  } catch (error) {
    deps.log.warn({ failure: messageOf(error), taskId: repetition.taskId }, 'a repeated submission could not be looked up');
    return undefined;
  }
}

/** Anything the database does not answer refuses the submission: nothing may reach Label Studio unjournalled. */
async function journalled<T>(deps: SubmissionDeps, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Refusal || error instanceof PairloopError) throw error;
    deps.log.error({ failure: messageOf(error) }, 'a submission was refused: the journal cannot be reached');
    throw new Refusal(503, NOT_SAVED, { retryAfterS: 5, cause: error });
  }
}

/** The task a submission is about and, for a change, who wrote the annotation. Undefined: Label Studio does not know it either. */
async function findTarget(deps: SubmissionDeps, call: SubmissionCall): Promise<{ taskId: number; authorId: number | null } | undefined> {
  if (call.kind === 'create') return { taskId: call.taskId, authorId: null };
  const known = await journalled(deps, findAnnotation(deps.db, call.annotationId));
  if (known !== undefined) return { taskId: known.taskId, authorId: known.userId };
  try {
    const { task, completed_by: author } = await deps.client.annotation(call.annotationId);
    return task === undefined || task === null ? undefined : { taskId: task, authorId: author ?? null };
  } catch (error) {
    if (error instanceof LabelStudioError && error.status === 404) return undefined;
    throw new Refusal(503, `Not saved: ${messageOf(error)} Your work stays in this page, try again in a moment.`, { retryAfterS: 5, cause: error });
  }
}

interface Submission {
  readonly body: Record<string, unknown>;
  readonly uniqueId: string | null;
  /** What is forwarded. */
  readonly bytes: Buffer;
}

/** A UUID of any version, as Label Studio's column takes it; anything else makes it answer 500. */
const uniqueIdSchema = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i);

/** What an annotator may not decide: whose annotation it is and where, whether it is the truth, and, later, its identity. */
const DROPPED_FIELDS = ['completed_by', 'updated_by', 'ground_truth', 'task', 'project', 'id'];

function readSubmission(call: SubmissionCall, req: IncomingMessage, bytes: Buffer): Submission {
  if (call.kind === 'change' && call.change === 'delete') return { body: {}, uniqueId: null, bytes };
  const given = readJsonObject(req, bytes);
  const dropped = call.kind === 'change' ? [...DROPPED_FIELDS, 'unique_id'] : DROPPED_FIELDS;
  const body = Object.fromEntries(Object.entries(given).filter(([name]) => !dropped.includes(name)));
  if (call.kind === 'change') return { body, uniqueId: null, bytes: Buffer.from(JSON.stringify(body)) };
  const uniqueId = uniqueIdSchema.safeParse(given['unique_id'] ?? randomUUID());
  if (!uniqueId.success) throw new Refusal(400, 'Not saved: unique_id must be a UUID; leave it out and the gateway makes one.');
  body['unique_id'] = uniqueId.data;
  if (call.skipped) body['was_cancelled'] = true;
  return { body, uniqueId: uniqueId.data, bytes: Buffer.from(JSON.stringify(body)) };
}

function entryOf(call: SubmissionCall, taskId: number, { userId }: Identity, { body, uniqueId }: Submission): JournalEntry {
  const kind = call.kind === 'change' ? call.change : isTrue(body['was_cancelled']) ? 'skip' : 'submit';
  return { userId, kind, taskId, annotationId: call.kind === 'change' ? call.annotationId : null, uniqueId, body };
}

async function forward(deps: SubmissionDeps, req: IncomingMessage, journalId: number, bytes: Buffer): Promise<Reply> {
  const request = { method: req.method ?? 'POST', path: req.url ?? '/', headers: req.headers, body: bytes };
  const reply = await exchange(deps.labelStudioUrl, request).catch(async (error: unknown) => {
    throw await noAnswer(deps, journalId, error);
  });
  const outcome = outcomeOf(reply.status, reply.body);
  await write(deps, completeSubmission(deps.db, journalId, deps.now(), outcome));
  if (outcome.outcome === 'pending' || reply.status === 409) deps.onOpenOutcome();
  return reply;
}

async function noAnswer(deps: SubmissionDeps, journalId: number, error: unknown): Promise<Refusal> {
  deps.log.warn({ failure: messageOf(error), journalId }, 'a submission was not answered by Label Studio');
  if (error instanceof ExchangeError && !error.mayHaveArrived) {
    await write(deps, completeSubmission(deps.db, journalId, deps.now(), { outcome: 'refused', status: null, annotationId: null }));
    const detail = 'Not saved: Label Studio cannot be reached. Your work stays in this page, try again in a moment.';
    return new Refusal(503, detail, { retryAfterS: 5, cause: error });
  }
  deps.onOpenOutcome();
  const detail =
    'Label Studio broke off before it confirmed, so it may or may not have saved this. Your work stays in this page; try again in a moment, it is never counted twice.';
  return new Refusal(502, detail, { retryAfterS: 5, cause: error });
}

/** The submission is at Label Studio by now: if its outcome cannot be written the row stays pending, and settling finds it. */
async function write(deps: SubmissionDeps, work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    deps.log.warn({ failure: messageOf(error) }, 'an outcome could not be written; it will be settled later');
    deps.onOpenOutcome();
  });
}
