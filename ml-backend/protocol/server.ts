import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler, type Response } from 'express';
import type { z } from 'zod';
import type { Config } from '../../core/config.js';
import type { Db } from '../../core/database/connect.js';
import { RANKING_MODEL_VERSION } from '../../core/domain/ranking.js';
import { messageOf } from '../../core/errors.js';
import { closeServer, listenAt } from '../../core/http-listening.js';
import type { Logger } from '../../core/logging.js';
import { apiRouter, type ApiParts } from '../api/api-router.js';
import { API_PATH, openApiDocument } from '../api/openapi.js';
import { limitBodies } from './body-limit.js';
import { predictRequestSchema, setupRequestSchema, type RankingPrediction } from './requests.js';
import { scoreTasks } from './task-ranking.js';

/** Label Studio sends every task of a "retrieve predictions" in one body, texts included. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;
const REQUEST_TIMEOUT_MS = 60_000;
const CLOSE_TIMEOUT_MS = 2_000;

export interface MlBackendParts {
  readonly config: Pick<Config, 'host' | 'mlBackendPort'>;
  readonly db: Db;
  readonly log: Logger;
  /** What the HTTP API for ML engineers works with; without it there is none. */
  readonly api?: Omit<ApiParts, 'db'>;
}

/**
 * Starts the ML backend: Label Studio's protocol of 1.23.2, so that an admin adds it to a project by URL.
 * `/predict` answers each task's place in Pairloop's ranking as a prediction score, lowest first, with an
 * empty result; the rest is what Label Studio's client asks on the way. Refusals are JSON, `{"error": …}`:
 * 400 for what cannot be read, 413 over 64 MiB, 503 when four bodies are being read or the database fails,
 * 404 for anything else. `/openapi.json` and `/api`, for ML engineers, are said in `apiRouter`. `close` lets what is under way finish.
 *
 * @throws PairloopError when the port cannot be listened on.
 */
export async function startMlBackend(parts: MlBackendParts): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, createApp(parts));
  await listenAt(server, { name: 'The ML backend', host: parts.config.host, port: parts.config.mlBackendPort });
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server, CLOSE_TIMEOUT_MS) };
}

function createApp({ db, log, api }: MlBackendParts): Express {
  const app = express();
  app.disable('x-powered-by');
  const readJson = [limitBodies((error) => ({ error })), express.json({ limit: BODY_BYTES_MAX, type: () => true })];
  const answer = (reply: object, status = 200): RequestHandler => (request, response) => {
    request.resume();
    response.status(status).json(reply);
  };
  const health = answer({ status: 'UP', model_class: 'Pairloop' });
  app.get('/', health);
  app.get('/health', health);
  app.post('/setup', readJson, read(setupRequestSchema, async () => ({ model_version: RANKING_MODEL_VERSION })));
  app.post('/predict', readJson, read(predictRequestSchema, (request) => predict(db, request)));
  app.get('/versions', answer({ versions: [RANKING_MODEL_VERSION] }));
  // Label Studio registers this for all events of a project by itself. Pairloop's own webhook tells the same, durably.
  app.post('/webhook', answer({ status: 'ignored' }));
  app.post('/train', answer({ status: 'ignored', detail: 'Pairloop trains nothing in a request; its ranking follows selection rounds.' }));
  app.post('/validate', answer({ status: 'ok' }));
  app.post(['/duplicate_model', '/delete'], answer({ status: 'ok' }));
  // 410 is how Label Studio is told that a job is no more.
  app.post('/job_status', answer({ error: 'There are no training jobs.' }, 410));
  if (api !== undefined) {
    const document = openApiDocument();
    app.get('/openapi.json', answer(document));
    app.use(API_PATH, apiRouter({ ...api, db }, log));
  }
  app.use((request, response) => {
    request.resume();
    response.status(404).json({ error: `The ML backend has no ${request.method} ${request.path}.` });
  });
  app.use(refuse(log));
  return app;
}

async function predict(db: Db, { tasks, project }: z.infer<typeof predictRequestSchema>): Promise<{ results: RankingPrediction[] }> {
  const scores = await scoreTasks(db, project, tasks.map((task) => task.id));
  return { results: scores.map((score) => ({ result: [], score, model_version: RANKING_MODEL_VERSION })) };
}

/** Answers a body of a known shape, and a wrong one with one sentence that names the field. */
function read<T>(schema: z.ZodType<T>, handle: (body: T) => Promise<object>): RequestHandler {
  return async (request: Request, response: Response) => {
    const parsed = schema.safeParse(request.body);
    if (parsed.success) {
      response.json(await handle(parsed.data));
      return;
    }
    const issue = parsed.error.issues[0]!;
    const field = issue.path.length === 0 ? 'The body' : `The field ${issue.path.join('.')} of the body`;
    response.status(400).json({ error: `${field} is not what Label Studio sends to ${request.path}: ${issue.message}.` });
  };
}

/** Errors of reading the body carry a status; anything else is the database's or ours. Neither shows its inside. */
function refuse(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const status = typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number' ? error.status : 503;
    if (status === 413) {
      response.status(413).json({ error: `The body is larger than ${BODY_BYTES_MAX} bytes; select fewer tasks at a time.` });
    } else if (status < 500) {
      response.status(status).json({ error: 'The body is not JSON in UTF-8.' });
    } else {
      log.error({ path: request.path, failure: messageOf(error) }, 'a request of Label Studio failed');
      response.status(503).json({ error: 'The ML backend cannot answer now; its log says why.' });
    }
  };
}
