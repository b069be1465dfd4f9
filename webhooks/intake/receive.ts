import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Db } from '../../core/database/connect.js';
import { messageOf } from '../../core/errors.js';
import type { Logger } from '../../core/logging.js';
import type { Queue } from '../../core/queue.js';
import { isSameSecret } from '../../core/same-secret.js';
import { BODY_BYTES_MAX, BodyBudget } from './body-budget.js';
import { DeliveryGroups } from './delivery-groups.js';
import { readEvent, type WebhookEvent } from './event.js';

/** Label Studio waits one second. An answer that comes later is lost, so none is worth waiting for longer. */
const STORE_TIMEOUT_MS = 900;

export interface ReceiverParts {
  readonly db: Db;
  readonly queue: Pick<Queue, 'sendAll'>;
  /** What the header `x-pairloop-secret` has to hold. */
  readonly secret: string;
  readonly log: Logger;
  readonly now: () => Date;
}

/** Why a delivery is not taken in. */
interface Refused {
  readonly status: 400 | 401 | 413 | 415 | 503;
  readonly error: string;
}

const TOO_LARGE: Refused = { status: 413, error: `The event is larger than ${BODY_BYTES_MAX} bytes; reconciliation finds what it told.` };
const TOO_MANY: Refused = { status: 503, error: 'Too many events at once; this one is found by reconciliation.' };

/**
 * Takes Label Studio's events. One that is authenticated, small enough and readable is stored, and then answered with 200.
 * Refusals: 401 wrong secret, 415 a compressed body, 413 over 16 MiB, 400 no event, 503 when too much is held already or the
 * database does not answer. Written on Node's own requests: Express cost more than all that is done here.
 */
export function createReceiver(parts: ReceiverParts): (request: IncomingMessage, response: ServerResponse) => void {
  const isAllowed = checkSecret(parts.secret);
  const budget = new BodyBudget();
  const groups = new DeliveryGroups(parts);
  return (request, response) => {
    const refused = isAllowed(request) ?? checkBody(request);
    if (refused !== undefined) return refuse(response, refused);
    const giveBack = budget.take(announcedBytes(request));
    if (giveBack === undefined) return refuse(response, TOO_MANY);
    void takeIn(parts, groups, request, response, giveBack).catch((error: unknown) => {
      parts.log.error({ failure: messageOf(error) }, 'an event failed');
      if (!response.headersSent) answer(response, 500, { error: 'The webhook service failed.' });
    });
  };
}

/** The place in the budget is kept until the store has ended, also when the sender is answered, or goes away, before. */
async function takeIn(parts: ReceiverParts, groups: DeliveryGroups, request: IncomingMessage, response: ServerResponse, giveBack: () => void): Promise<void> {
  const event = await readBody(request).then(parseEvent).catch((error: unknown) => {
    giveBack();
    throw error;
  });
  if (event === undefined || 'status' in event) {
    giveBack();
    if (event !== undefined) refuse(response, event);
    return;
  }
  const stored = groups.store({ event, receivedAt: parts.now() }).finally(giveBack);
  const failure = await outcomeWithin(stored, STORE_TIMEOUT_MS);
  if (failure === null) return answer(response, 200, { stored: true });
  parts.log.warn({ action: event.action, failure }, 'an event could not be stored; reconciliation finds what it told');
  refuse(response, { status: 503, error: 'The database does not answer; this event is found by reconciliation.' });
}

function checkSecret(secret: string): (request: IncomingMessage) => Refused | undefined {
  return ({ headers }) => {
    const given = headers['x-pairloop-secret'];
    if (typeof given === 'string' && isSameSecret(given, secret)) return undefined;
    const fault = given === undefined ? 'is missing' : 'is wrong';
    return { status: 401, error: `The header x-pairloop-secret ${fault}. Pairloop sets it on the webhook when it registers the project.` };
  };
}

function checkBody(request: IncomingMessage): Refused | undefined {
  if ((announcedBytes(request) ?? 0) > BODY_BYTES_MAX) return TOO_LARGE;
  if ((request.headers['content-encoding'] ?? 'identity') === 'identity') return undefined;
  return { status: 415, error: 'The body is compressed; Label Studio sends its events as they are.' };
}

/** Node has checked that a length, where there is one, is a number. */
function announcedBytes({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

/** The whole body; a refusal when it grows too large, undefined when the sender goes away in the middle of it. */
function readBody(request: IncomingMessage): Promise<Buffer | Refused | undefined> {
  return new Promise((done) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_BYTES_MAX) chunks.push(chunk);
      else if (chunks.splice(0).length > 0) done(TOO_LARGE);
    });
    request.once('end', () => done(Buffer.concat(chunks)));
    request.once('error', () => done(undefined));
    request.once('close', () => done(undefined));
  });
}

function parseEvent(body: Buffer | Refused | undefined): WebhookEvent | Refused | undefined {
  if (!Buffer.isBuffer(body)) return body;
  if (body.length === 0) return { status: 400, error: 'The body is empty; a Label Studio event in JSON is expected.' };
  let content: unknown;
  try {
    content = JSON.parse(body.toString('utf8'));
  } catch {
    return { status: 400, error: 'The body is not JSON; a Label Studio event is expected.' };
  }
  return readEvent(content) ?? { status: 400, error: 'The body is no Label Studio event: it needs an "action" such as "ANNOTATION_CREATED".' };
}

/** Null when done in time; else what failed. The work goes on after a timeout and is bounded by the budget it holds. */
async function outcomeWithin(work: Promise<void>, timeoutMs: number): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((done) => {
    timer = setTimeout(() => done(`not stored within ${timeoutMs} ms`), timeoutMs);
  });
  const outcome = await Promise.race([work.then(() => null, messageOf), late]);
  clearTimeout(timer);
  return outcome;
}

function refuse(response: ServerResponse, { status, error }: Refused): void {
  answer(response, status, { error });
}

function answer(response: ServerResponse, status: number, content: object): void {
  const body = JSON.stringify(content);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
