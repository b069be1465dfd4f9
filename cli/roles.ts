import { createServer } from 'node:http';
import type { Config } from '../core/config.js';
import type { Db } from '../core/database/connect.js';
import type { Secrets } from '../core/database/secrets.js';
import { closeServer, listenAt } from '../core/http-listening.js';
import { LabelStudioClient, type LabelStudioAccess } from '../core/label-studio/client.js';
import type { Logger } from '../core/logging.js';
import { startQueue } from '../core/queue.js';
import { startGateway } from '../frontend-plugin/gateway/gateway.js';
import { registerSelectionJobs } from '../ml-backend/jobs.js';
import { startMlBackend } from '../ml-backend/protocol/server.js';
import { startWebhookService } from '../webhooks/intake/service.js';
import { registerWebhookJobs } from '../webhooks/jobs.js';
import { runOptions } from './system/run-options.js';
import { createRedactor } from '../webhooks/privacy/redact.js';

export const ROLE_NAMES = ['ml-backend', 'webhooks', 'worker', 'gateway'] as const;
export type RoleName = (typeof ROLE_NAMES)[number];

/** What a role is given to work with. */
export interface RoleContext {
  readonly config: Config;
  readonly db: Db;
  readonly databaseUrl: string;
  readonly secrets: Secrets;
  readonly labelStudio: LabelStudioAccess;
  readonly log: Logger;
}

/** A role that runs in this process. `close` lets what is under way finish. */
export interface RunningRole {
  close(): Promise<void>;
}

const ROLES: Record<RoleName, (context: RoleContext) => Promise<RunningRole>> = {
  gateway: startGateway,
  'ml-backend': startRanking,
  webhooks: startWebhooks,
  worker: startWorker,
};

export function startRole(name: RoleName, context: RoleContext): Promise<RunningRole> {
  return ROLES[name](context);
}

/** Port on which a role answers `GET /health`. */
export function healthPort(config: Config, name: RoleName): number {
  return { gateway: config.port, 'ml-backend': config.mlBackendPort, webhooks: config.webhooksPort, worker: config.workerPort }[name];
}

const HEALTH_CLOSE_MS_MAX = 1_000;
const now = (): Date => new Date();

async function startRanking(context: RoleContext): Promise<RunningRole> {
  const { config, secrets } = context;
  const queue = await startQueue(context.databaseUrl, context.log);
  const redactor = createRedactor(secrets.redaction);
  const importing = { redact: redactor.redact, redactionVersion: redactor.version, canonicalSidesSecret: secrets.canonical_sides };
  const service = await startMlBackend({ ...context, api: { token: config.apiToken ?? secrets.api, queue, importing, now } });
  return {
    async close() {
      await service.close();
      await queue.stop();
    },
  };
}

async function startWebhooks(context: RoleContext): Promise<RunningRole> {
  const queue = await startQueue(context.databaseUrl, context.log);
  const service = await startWebhookService({ ...context, queue, now });
  return {
    async close() {
      await service.close();
      await queue.stop();
    },
  };
}

async function startWorker(context: RoleContext): Promise<RunningRole> {
  const queue = await startQueue(context.databaseUrl, context.log);
  await registerWebhookJobs(queue, { ...context, labelStudio: new LabelStudioClient(context.labelStudio), now });
  await registerSelectionJobs(queue, { ...context, ...runOptions(context.config) });
  const health = await startHealth(context.config.workerPort);
  return {
    async close() {
      await health.close();
      await queue.stop();
    },
  };
}

/** Answers `GET /health` for a role that serves nothing else. */
async function startHealth(port: number): Promise<RunningRole> {
  const server = createServer((request, response) => {
    const known = request.method === 'GET' && request.url === '/health';
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
    response.end(known ? '{"status":"UP"}' : '{}');
  });
  await listenAt(server, { name: 'The worker', host: '127.0.0.1', port });
  return { close: () => closeServer(server, HEALTH_CLOSE_MS_MAX) };
}
