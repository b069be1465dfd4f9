import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler } from 'express';
import type { Config } from '../../core/config.js';
import type { Db } from '../../core/database/connect.js';
import type { Secrets } from '../../core/database/secrets.js';
import { messageOf } from '../../core/errors.js';
import { closeServer, listenAt } from '../../core/http-listening.js';
import type { Logger } from '../../core/logging.js';
import type { Queue } from '../../core/queue.js';
import { assignmentRoutes } from '../quality/assignment-routes.js';
import { createReceiver } from './receive.js';

/** A body that trickles in holds its place in the budget no longer than this. */
const REQUEST_TIMEOUT_MS = 15_000;
const CLOSE_TIMEOUT_MS = 2_000;
const DELIVERY_PATH = /^\/label-studio\/?(\?|$)/;

export interface WebhookServiceParts {
  readonly config: Pick<Config, 'host' | 'webhooksPort'>;
  readonly db: Db;
  readonly queue: Pick<Queue, 'sendAll'>;
  readonly secrets: Pick<Secrets, 'webhook' | 'internal'>;
  readonly log: Logger;
  readonly now: () => Date;
}

/**
 * Starts the webhook service: `POST /label-studio` takes Label Studio's events (`createReceiver` says how it answers),
 * `POST /internal/assignments` serves the gateway, `GET /health` answers `{"status":"UP"}`. An event is stored before it is answered with
 * 200; Label Studio does not repeat a refused one, reconciliation finds what it told. `close` waits for what is being stored.
 *
 * @throws PairloopError when the port cannot be listened on.
 */
export async function startWebhookService(parts: WebhookServiceParts): Promise<{ readonly port: number; close(): Promise<void> }> {
  const receive = createReceiver({ ...parts, secret: parts.secrets.webhook });
  const app = otherRoutes(parts);
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    if (request.method === 'POST' && DELIVERY_PATH.test(request.url ?? '')) receive(request, response);
    else app(request, response);
  });
  await listenAt(server, { name: 'The webhook service', host: parts.config.host, port: parts.config.webhooksPort });
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server, CLOSE_TIMEOUT_MS) };
}

function otherRoutes({ db, secrets, now, log }: WebhookServiceParts): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.get('/health', (_request, response) => {
    response.json({ status: 'UP' });
  });
  app.use(assignmentRoutes({ db, internalSecret: secrets.internal, now }));
  app.use((request, response) => {
    response.status(404).json({ error: `The webhook service has no ${request.method} ${request.path}.` });
  });
  app.use(refuse(log));
  return app;
}

/** Errors of reading the body carry a status; anything else is ours. Neither shows its inside. */
function refuse(log: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const status = typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number' ? error.status : 500;
    if (status >= 500) log.error({ failure: messageOf(error) }, 'a request failed');
    response.status(status).json({ error: status >= 500 ? 'The webhook service failed.' : 'The request could not be read.' });
  };
}
