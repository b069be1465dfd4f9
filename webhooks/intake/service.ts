import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express';
import type { Config } from '../../core/config.js';
import type { Db } from '../../core/database/connect.js';
import type { Secrets } from '../../core/database/secrets.js';
import { messageOf } from '../../core/errors.js';
import { closeServer, listenAt } from '../../core/http-listening.js';
import type { Logger } from '../../core/logging.js';
import type { Queue } from '../../core/queue.js';
import { BODY_BYTES_MAX, BodyBudget } from './body-budget.js';
import { storeDelivery } from './delivery.js';
import { readEvent, type WebhookEvent } from './event.js';
import { assignmentRoutes } from '../quality/assignment-routes.js';

/** Label Studio waits one second. An answer that comes later is lost, so none is worth waiting for longer. */
const STORE_TIMEOUT_MS = 900;
/** A body that trickles in holds its place in the budget no longer than this. */
const REQUEST_TIMEOUT_MS = 15_000;
const CLOSE_TIMEOUT_MS = 2_000;

export interface WebhookServiceParts {
  readonly config: Pick<Config, 'host' | 'webhooksPort'>;
  readonly db: Db;
  readonly queue: Pick<Queue, 'send'>;
  readonly secrets: Pick<Secrets, 'webhook' | 'internal'>;
  readonly log: Logger;
  readonly now: () => Date;
}

/**
 * Starts the webhook service: `POST /label-studio` takes Label Studio's events, `POST /internal/assignments`
 * serves the gateway, `GET /health` answers `{"status":"UP"}`. An event is stored before it is answered with 200. Refusals: 401 wrong secret, 400 no event, 413 over
 * 16 MiB, 503 when too much is held already or the database does not answer; Label Studio does not
 * repeat a refused event, reconciliation finds what it told. `close` waits for what is being stored.
 *
 * @throws PairloopError when the port cannot be listened on.
 */
export async function startWebhookService(parts: WebhookServiceParts): Promise<{ readonly port: number; close(): Promise<void> }> {
  const app = express();
  app.disable('x-powered-by');
  const budget = new BodyBudget();
  app.get('/health', (_request, response) => {
    response.json({ status: 'UP' });
  });
  app.use(assignmentRoutes({ db: parts.db, internalSecret: parts.secrets.internal, now: parts.now }));
  app.post('/label-studio', requireSecret(parts.secrets.webhook), reserve(budget), readBody, receive(parts));
  app.use((request, response) => {
    response.status(404).json({ error: `The webhook service has no ${request.method} ${request.path}.` });
  });
  app.use(refuse(parts.log));
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, app);
  await listenAt(server, { name: 'The webhook service', host: parts.config.host, port: parts.config.webhooksPort });
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server, CLOSE_TIMEOUT_MS) };
}

function requireSecret(secret: string): RequestHandler {
  // Digests have one length whatever was sent, as timingSafeEqual needs.
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const expected = digest(secret);
  return (request, response, next) => {
    const given = request.header('x-pairloop-secret');
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return next();
    const fault = given === undefined ? 'is missing' : 'is wrong';
    response.status(401).json({ error: `The header x-pairloop-secret ${fault}. Pairloop sets it on the webhook when it registers the project.` });
  };
}

function reserve(budget: BodyBudget): RequestHandler {
  return (request, response, next) => {
    const length = Number(request.header('content-length') ?? Number.NaN);
    const giveBack = budget.take(Number.isNaN(length) || request.header('content-encoding') !== undefined ? undefined : length);
    if (giveBack === undefined) {
      response.status(503).json({ error: 'Too many events at once; this one is found by reconciliation.' });
      return;
    }
    response.locals['giveBack'] = giveBack;
    // A client that goes away while its event is being stored must not free the place before the store has ended.
    response.on('close', () => response.locals['storing'] === true || giveBack());
    next();
  };
}

const readBody = express.raw({ type: () => true, limit: BODY_BYTES_MAX });

function receive(parts: WebhookServiceParts): RequestHandler {
  return async (request: Request, response: Response) => {
    const event = parseEvent(request.body);
    if ('error' in event) {
      response.status(400).json(event);
      return;
    }
    response.locals['storing'] = true;
    const giveBack = response.locals['giveBack'] as () => void;
    const stored = storeDelivery(parts.db, parts.queue, event, parts.now()).finally(giveBack);
    const failure = await outcomeWithin(stored, STORE_TIMEOUT_MS);
    if (failure === null) {
      response.json({ stored: true });
      return;
    }
    parts.log.warn({ action: event.action, failure }, 'an event could not be stored; reconciliation finds what it told');
    response.status(503).json({ error: 'The database does not answer; this event is found by reconciliation.' });
  };
}

function parseEvent(body: unknown): WebhookEvent | { error: string } {
  if (!Buffer.isBuffer(body) || body.length === 0) return { error: 'The body is empty; a Label Studio event in JSON is expected.' };
  let content: unknown;
  try {
    content = JSON.parse(body.toString('utf8'));
  } catch {
    return { error: 'The body is not JSON; a Label Studio event is expected.' };
  }
  return readEvent(content) ?? { error: 'The body is no Label Studio event: it needs an "action" such as "ANNOTATION_CREATED".' };
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

/** Errors of reading the body carry a status; anything else is ours. Neither shows its inside. */
function refuse(log: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const status = typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number' ? error.status : 500;
    if (status === 413) {
      response.status(413).json({ error: `The event is larger than ${BODY_BYTES_MAX} bytes; reconciliation finds what it told.` });
      return;
    }
    if (status >= 500) log.error({ failure: messageOf(error) }, 'an event failed');
    response.status(status).json({ error: status >= 500 ? 'The webhook service failed.' : 'The request could not be read.' });
  };
}
