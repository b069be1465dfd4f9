import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import compression from 'compression';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Config } from '../../core/config.js';
import type { Db } from '../../core/database/connect.js';
import type { Secrets } from '../../core/database/secrets.js';
import { messageOf } from '../../core/errors.js';
import { closeServer, listenAt } from '../../core/http-listening.js';
import { LabelStudioClient, type LabelStudioAccess } from '../../core/label-studio/client.js';
import type { Logger } from '../../core/logging.js';
import { packagePath } from '../../core/package-root.js';
import { recogniseCall, splitUrl } from './call.js';
import { createHealth } from './health.js';
import { createIdentities } from './identity.js';
import { createLabelStudioProxy, type LabelStudioProxy } from './label-studio-proxy.js';
import { handleNextTask, type NextTaskDeps } from './next-task.js';
import { originFault, socketOriginFault } from './origin.js';
import { Refusal, sendJson, sendRefusal } from './refusal.js';
import { createRoleProxy } from './role-proxy.js';
import { settlePending } from './settle.js';
import { startSettleTimer } from './settle-timer.js';
import { handleSubmission, type SubmissionDeps } from './submission.js';
import { answerAcknowledgement, answerPresentation, type ViewApiDeps } from './view-api.js';
import { serveViewFiles } from './view-files.js';

export interface GatewayOptions {
  readonly config: Pick<Config, 'host' | 'port' | 'publicUrl' | 'mlBackendUrl' | 'webhooksUrl'>;
  readonly db: Db;
  readonly secrets: Secrets;
  readonly labelStudio: LabelStudioAccess;
  readonly log: Logger;
  readonly now?: () => Date;
}

export interface Gateway {
  /** Port it listens on: the configured one, or the one it was given for port 0. */
  readonly port: number;
  /** Stops listening, lets requests under way finish (at most 10 s), stops settling. */
  close(): Promise<void>;
}

const CONNECTIONS_MAX = 2_000;
const HEADERS_MS_MAX = 30_000;
const REQUEST_MS_MAX = 300_000;
const CLOSE_MS_MAX = 10_000;

/**
 * Starts the gateway, the one public port. What a request meets, in this order:
 *
 * 1. `/health`, `/pairloop/health`: 200, or 503 when a part is down.
 * 2. `/pairloop/view/*`: the view's bundle; 404.
 * 3. `/pairloop/ml/*`, `/pairloop/webhooks/*`: passed to the role, which checks its own credentials; 502
 *    when it is down; 404 for paths that are not public.
 * 4. A path that is not in its plain form: 400.
 * 5. A state-changing request with a cookie from another site's page: 403.
 * 6. `/pairloop/api/presentation`: 401, 400, 503. `/pairloop/api/acknowledgement`: 401, 413, 415, 400,
 *    404, 409, 503. Any other `/pairloop/*`: 404.
 * 7. Label Studio. In Pairloop's projects the next task (see `handleNextTask`) and submissions (see
 *    `handleSubmission`) are checked in the order given there; everything else, and everything in other
 *    projects, is streamed untouched, except that app pages get the view's script.
 *
 * @throws PairloopError when the port is in use or may not be opened.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, db, secrets, labelStudio, log } = options;
  const now = options.now ?? ((): Date => new Date());
  const client = new LabelStudioClient(labelStudio);
  const identities = createIdentities(labelStudio.url, now);
  const timer = startSettleTimer(() => settlePending({ db, client, now }), log);
  const proxy = createLabelStudioProxy(labelStudio.url, log);
  const shared = { db, identities, labelStudioUrl: labelStudio.url, log, now };
  const deps: Deps = {
    ...shared,
    client,
    proxy,
    secrets,
    webhooksUrl: config.webhooksUrl,
    internalSecret: secrets.internal,
    onOpenOutcome: timer.soon,
  };
  const server = createServer({ requestTimeout: REQUEST_MS_MAX, headersTimeout: HEADERS_MS_MAX }, createApp(options, deps, now));
  server.maxConnections = CONNECTIONS_MAX;
  const sockets = passSockets(server, proxy, config.publicUrl);
  try {
    await listenAt(server, { name: 'The gateway', host: config.host, port: config.port });
  } catch (error) {
    await timer.stop();
    throw error;
  }
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = closeServer(server, CLOSE_MS_MAX);
      for (const socket of sockets) socket.destroy();
      await Promise.all([timer.stop(), closed]);
    },
  };
}

interface Deps extends SubmissionDeps, NextTaskDeps, ViewApiDeps {
  readonly proxy: LabelStudioProxy;
}

function createApp({ config, log }: GatewayOptions, deps: Deps, now: () => Date): Express {
  const app = express();
  app.disable('x-powered-by');
  app.enable('case sensitive routing');
  const health = createHealth({ db: deps.db, urls: { label_studio: deps.labelStudioUrl, ml_backend: config.mlBackendUrl, webhooks: config.webhooksUrl }, now });
  app.get('/health', (_req, res) => sendJson(res, 200, { status: 'UP' }));
  app.get('/pairloop/health', async (_req, res) => {
    const found = await health();
    sendJson(res, found.status === 'UP' ? 200 : 503, found);
  });
  app.use('/pairloop/view', compression(), serveViewFiles(packagePath('dist', 'view')), notFound);
  app.use('/pairloop/ml', createRoleProxy('ML backend', config.mlBackendUrl, () => true, log));
  app.use('/pairloop/webhooks', createRoleProxy('webhook service', config.webhooksUrl, (path) => !/^\/internal(\/|$)/i.test(path), log));
  app.use((req: Request, _res: Response, next: NextFunction) => {
    splitUrl(req.url);
    const fault = originFault(req, config.publicUrl);
    if (fault !== undefined) throw new Refusal(403, fault);
    next();
  });
  app.get('/pairloop/api/presentation', (req, res) => answerPresentation(deps, req, res));
  app.post('/pairloop/api/acknowledgement', (req, res) => answerAcknowledgement(deps, req, res));
  app.use('/pairloop', notFound);
  // Label Studio would ask a host on the internet for these; without an answer its pages show the tips they carry.
  app.get('/heidi-tips', notFound);
  app.use((req: Request, res: Response) => passToLabelStudio(deps, req, res));
  app.use((error: unknown, _req: Request, res: Response, _next: NextFunction) => answerError(error, res, log));
  return app;
}

function notFound(req: Request): never {
  throw new Refusal(404, `There is nothing at ${req.originalUrl.split('?', 1)[0]!.slice(0, 200)}.`);
}

async function passToLabelStudio(deps: Deps, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const call = recogniseCall(req.method ?? 'GET', req.url ?? '/');
  if (call.kind === 'next-task' && (await handleNextTask(deps, req, res, call.projectId))) return;
  if ((call.kind === 'create' || call.kind === 'change') && (await handleSubmission(deps, req, res, call))) return;
  if (call.kind === 'session') {
    deps.identities.forget(req);
    res.on('finish', () => deps.identities.forget(req));
  }
  deps.proxy.web(req, res);
}

function answerError(error: unknown, res: ServerResponse, log: Logger): void {
  if (error instanceof Refusal) return sendRefusal(res, error);
  log.error({ failure: error instanceof Error ? error.stack : messageOf(error) }, 'internal error');
  sendRefusal(res, new Refusal(500, 'Internal error of the Pairloop gateway; its log says more. Your work stays in this page, try again.'));
}

/** WebSockets go to Label Studio, never to Pairloop's own paths. Returns the open ones, for closing. */
function passSockets(server: Server, proxy: LabelStudioProxy, publicUrl: string): Set<Duplex> {
  const open = new Set<Duplex>();
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    if (req.url?.startsWith('/pairloop/') === true) socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
    else if (socketOriginFault(req, publicUrl) !== undefined) socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    else proxy.socket(req, socket, head);
  });
  return open;
}
