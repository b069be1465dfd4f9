import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../config.js';
import { PairloopError } from '../errors.js';
import type { LabelStudioAccess } from '../label-studio/client.js';
import { readJsonFile, writePrivateFile } from './private-file.js';
import { isRunning, processIdentitySchema } from './process-identity.js';

/** Who can sign in to the running system, for the demo project. */
const accountSchema = z.object({
  role: z.enum(['admin', 'annotator']),
  email: z.string(),
  password: z.string(),
  /** Legacy token of Label Studio's API. */
  token: z.string(),
  labelStudioUserId: z.number().int(),
});
export type Account = z.infer<typeof accountSchema>;

/**
 * What runs on a data folder: written (0600, it holds tokens) by `pairloop up`, removed at a clean stop.
 * `ready` turns true when every part answers and the demo project is there.
 */
const runningFileSchema = z.object({
  process: processIdentitySchema,
  ready: z.boolean(),
  publicUrl: z.string(),
  mlBackendUrl: z.string(),
  webhooksUrl: z.string(),
  databaseUrl: z.string(),
  labelStudio: z.object({ url: z.string(), apiKey: z.string() }),
  accounts: z.array(accountSchema),
  /** Label Studio's id of the demo project; null when there is none. */
  demoProjectId: z.number().int().nullable(),
});
export type RunningFile = z.infer<typeof runningFileSchema>;

/** Where commands find the database, Label Studio and the gateway. */
export interface Connections {
  readonly databaseUrl: string;
  readonly labelStudio: LabelStudioAccess;
  /** The gateway's, as the running system has it: a command may be called without the settings that system was started with. */
  readonly publicUrl: string;
}

function runningFilePath(dataDir: string): string {
  return join(dataDir, 'running.json');
}

export function writeRunningFile(dataDir: string, running: RunningFile): void {
  writePrivateFile(runningFilePath(dataDir), `${JSON.stringify(running, null, 2)}\n`);
}

export function removeRunningFile(dataDir: string): void {
  rmSync(runningFilePath(dataDir), { force: true });
}

/** What runs on the data folder now; undefined when nothing does, also when a killed `pairloop up` left its file behind. */
export function readRunningFile(dataDir: string): RunningFile | undefined {
  const running = readJsonFile(runningFilePath(dataDir), runningFileSchema);
  return running !== undefined && isRunning(running.process) ? running : undefined;
}

/**
 * The database and Label Studio a command works with: each from the environment if set there, else from the
 * `pairloop up` that runs on the data folder.
 *
 * @throws PairloopError saying how to start when neither names them.
 */
export function resolveConnections(config: Config): Connections {
  const running = readRunningFile(config.dataDir);
  const databaseUrl = config.databaseUrl ?? running?.databaseUrl;
  const labelStudio = config.labelStudio ?? running?.labelStudio;
  const publicUrl = running?.publicUrl ?? config.publicUrl;
  if (databaseUrl !== undefined && labelStudio !== undefined) return { databaseUrl, labelStudio, publicUrl };
  throw new PairloopError(
    `Pairloop does not run on ${config.dataDir}. Start it with \`pairloop up\` (in a checkout: npm start), or name your own with DATABASE_URL, LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY.`,
  );
}

/**
 * The same for commands that need only the database.
 *
 * @throws PairloopError saying how to start when neither the environment nor the running file names it.
 */
export function resolveDatabaseUrl(config: Config): string {
  const databaseUrl = config.databaseUrl ?? readRunningFile(config.dataDir)?.databaseUrl;
  if (databaseUrl !== undefined) return databaseUrl;
  throw new PairloopError(
    `Pairloop does not run on ${config.dataDir}, so its database cannot be reached. Start it with \`pairloop up\` (in a checkout: npm start), or set DATABASE_URL.`,
  );
}
