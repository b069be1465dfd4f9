import { join } from 'node:path';
import type { Config } from '../../core/config.js';
import { assertReachable, connect, type Db } from '../../core/database/connect.js';
import { prepareEmbeddedDatabase } from '../../core/database/embedded.js';
import { separateLedger } from '../../core/database/ledger-owner.js';
import { migrate } from '../../core/database/migrate.js';
import { ensureSecrets } from '../../core/database/secrets.js';
import { ensureSisterDatabase } from '../../core/database/sister-database.js';
import { PairloopError } from '../../core/errors.js';
import { LabelStudioClient, type LabelStudioAccess } from '../../core/label-studio/client.js';
import { prepareDataFolder } from '../../core/running/data-folder.js';
import { tryLock, type ExclusiveLock } from '../../core/running/exclusive-lock.js';
import { ensureLabelStudioEnvironment } from '../../core/running/label-studio-environment.js';
import {
  confirmAdminAccount,
  ensureAdminAccount,
  labelStudioProcess,
  managedLabelStudioUrl,
  type AdminAccount,
} from '../../core/running/label-studio-server.js';
import { endOrphans } from '../../core/running/orphans.js';
import { assertPortFree } from '../../core/running/ports.js';
import { identifySelf } from '../../core/running/process-identity.js';
import { readRunningFile, removeRunningFile, writeRunningFile, type RunningFile } from '../../core/running/running-file.js';
import { createSupervisor, type Supervisor } from '../../core/running/supervise.js';
import { ROLE_NAMES } from '../roles.js';
import type { Step, Steps } from '../step-lines.js';
import type { PrepareDemo } from './parts.js';
import { roleProcess } from './role-process.js';
import { wantedPorts } from './wanted-ports.js';

export interface BringUpOptions {
  readonly config: Config;
  readonly steps: Steps;
  /** Stops the bringing up: what was started is ended, and `bringUp` throws. */
  readonly signal: AbortSignal;
  readonly prepareDemo: PrepareDemo;
}

export interface RunningSystem {
  readonly running: RunningFile;
  /** Ends every child in the reverse order of its start. */
  stop(): Promise<void>;
  /** Ends every child by force, for somebody who does not want to wait. */
  kill(): void;
}

/** What bringing up passes along. */
interface Work extends BringUpOptions {
  readonly supervisor: Supervisor;
}
interface Databases {
  readonly pairloopUrl: string;
  /** Undefined where the team runs its own Label Studio. */
  readonly labelStudioUrl: string | undefined;
  /** Pairloop's database as a superuser; undefined where the server is the team's own. */
  readonly pairloopAdminUrl: string | undefined;
}
interface LabelStudio {
  readonly access: LabelStudioAccess;
  readonly admin: AdminAccount | undefined;
}

/**
 * Brings the whole system up on a data folder and keeps it up: database, Label Studio, roles, demo project. What takes
 * long and needs nothing else (installing Label Studio; making the database) is done side by side.
 *
 * @throws PairloopError when the system already runs on the folder, or a part cannot be started; nothing is left running then.
 */
export async function bringUp(options: BringUpOptions): Promise<RunningSystem> {
  const { config, steps } = options;
  prepareDataFolder(config.dataDir);
  const lock = lockDataFolder(config);
  const supervisor = createSupervisor({ dataDir: config.dataDir, say: steps.say.bind(steps) });
  const onAbort = (): void => void supervisor.stop();
  const stop = async (): Promise<void> => {
    await supervisor.stop();
    removeRunningFile(config.dataDir);
    lock.release();
  };
  options.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const running = await startParts({ ...options, supervisor });
    return { running, stop, kill: () => supervisor.kill() };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    options.signal.removeEventListener('abort', onAbort);
  }
}

function lockDataFolder(config: Config): ExclusiveLock {
  const attempt = tryLock(join(config.dataDir, 'up.lock'));
  if (attempt.lock !== undefined) return attempt.lock;
  const url = readRunningFile(config.dataDir)?.publicUrl;
  throw new PairloopError(
    `Pairloop already runs on ${config.dataDir} (process ${attempt.owner?.pid ?? 'unknown'}${url === undefined ? ', still starting' : `, ${url}`}). Stop it first, or set PAIRLOOP_DATA and PAIRLOOP_PORT for a second one.`,
  );
}

async function startParts(work: Work): Promise<RunningFile> {
  const { config, steps, supervisor } = work;
  const ended = await endOrphans(config.dataDir);
  if (ended.length > 0) steps.say(`Ended what a start that was killed had left running: ${ended.join(', ')}.`);
  for (const { port, host, wantedBy } of wantedPorts(config)) await assertPortFree(port, host, wantedBy);
  const own = config.labelStudio === undefined ? undefined : await checkOwnLabelStudio(work, config.labelStudio);
  const [databases, python] = await bothOrNeither(work, startDatabase, installLabelStudio);
  const labelStudio = own ?? (await startLabelStudio(work, python, databases.labelStudioUrl));
  const connections = { databaseUrl: databases.pairloopUrl, labelStudio: labelStudio.access, publicUrl: config.publicUrl };
  const roles = steps.begin('Gateway, ML backend, webhooks, worker');
  await Promise.all(ROLE_NAMES.map((name) => supervisor.start(roleProcess(name, config, connections))));
  roles.done();
  const running: RunningFile = {
    process: identifySelf(),
    ready: false,
    mlBackendUrl: config.mlBackendUrl,
    webhooksUrl: config.webhooksUrl,
    ...connections,
    accounts: [],
    demoProjectId: null,
  };
  writeRunningFile(config.dataDir, running);
  const ready = { ...running, ready: true, ...(await makeDemo(work, connections.databaseUrl, labelStudio)) };
  writeRunningFile(config.dataDir, ready);
  return ready;
}

/** Runs both at once; when one fails the other is told to stop and waited for, and the failure is thrown. */
async function bothOrNeither<A, B>(work: Work, one: (work: Work) => Promise<A>, other: (work: Work) => Promise<B>): Promise<[A, B]> {
  const failed = new AbortController();
  const shared = { ...work, signal: AbortSignal.any([work.signal, failed.signal]) };
  const running = [one(shared), other(shared)] as const;
  try {
    return await Promise.all(running);
  } catch (error) {
    failed.abort();
    await Promise.allSettled(running);
    throw error;
  }
}

async function startDatabase(work: Work): Promise<Databases> {
  const { config, steps } = work;
  const step = steps.begin('Database');
  const databases = config.databaseUrl === undefined ? await startEmbedded(work, step) : await useOwnDatabase(config, config.databaseUrl);
  const db = connect(databases.pairloopUrl, 2);
  try {
    await assertReachable(db, databases.pairloopUrl);
    const ran = await migrate(db);
    if (databases.pairloopAdminUrl !== undefined) await separateLedger(databases.pairloopAdminUrl, 'pairloop');
    step.done(ran.length === 0 ? 'ready' : 'ready, tables made');
  } finally {
    await db.destroy();
  }
  return databases;
}

async function startEmbedded({ config, supervisor }: Work, step: Step): Promise<Databases> {
  step.report('starting the embedded PostgreSQL');
  const embedded = await prepareEmbeddedDatabase(config.dataDir, config.databasePort);
  await supervisor.start(embedded.child);
  await embedded.ensureDatabases();
  return { pairloopUrl: embedded.pairloopUrl, labelStudioUrl: embedded.labelStudioUrl, pairloopAdminUrl: embedded.pairloopAdminUrl };
}

async function useOwnDatabase(config: Config, databaseUrl: string): Promise<Databases> {
  const db = connect(databaseUrl, 1);
  await assertReachable(db, databaseUrl).finally(() => db.destroy());
  if (config.labelStudio !== undefined) return { pairloopUrl: databaseUrl, labelStudioUrl: undefined, pairloopAdminUrl: undefined };
  const name = `${decodeURIComponent(new URL(databaseUrl).pathname.slice(1))}_label_studio`;
  return { pairloopUrl: databaseUrl, labelStudioUrl: await ensureSisterDatabase(databaseUrl, name), pairloopAdminUrl: undefined };
}

/** Returns the Python of the managed Label Studio; undefined where the team runs its own. */
async function installLabelStudio({ config, steps, signal }: Work): Promise<string | undefined> {
  if (config.labelStudio !== undefined) return undefined;
  const step = steps.begin('Label Studio, installed');
  const python = await ensureLabelStudioEnvironment({ folder: config.labelStudioEnvDir, report: step.report, signal });
  step.done();
  return python;
}

/** A wrong address or key is said before anything is started. */
async function checkOwnLabelStudio({ config, steps }: Work, access: LabelStudioAccess): Promise<LabelStudio> {
  const step = steps.begin('Label Studio');
  const client = new LabelStudioClient(access);
  const version = await client.version();
  await client.whoami();
  step.done(`${version} at ${access.url}`);
  await warnOfRefusedAddresses(config, client, steps);
  return { access, admin: undefined };
}

async function startLabelStudio(work: Work, python: string | undefined, databaseUrl: string | undefined): Promise<LabelStudio> {
  const { config, steps, supervisor } = work;
  const step = steps.begin('Label Studio');
  if (python === undefined || databaseUrl === undefined) throw new Error('a managed Label Studio needs its environment and its database');
  const admin = ensureAdminAccount(config.dataDir);
  step.report('starting; the first start makes its tables');
  await supervisor.start(labelStudioProcess(config, python, databaseUrl, admin));
  const confirmed = await confirmAdminAccount(config, admin);
  step.done();
  return { access: { url: managedLabelStudioUrl(config), apiKey: confirmed.token }, admin: confirmed };
}

/** A Label Studio that may not call private addresses refuses our webhook later: better said now. */
async function warnOfRefusedAddresses(config: Config, client: LabelStudioClient, steps: Steps): Promise<void> {
  const refusal = await client.addressRefusal('webhook', `${config.publicUrl}/pairloop/webhooks/label-studio`);
  if (refusal !== undefined) steps.say(`Label Studio would not tell Pairloop about annotations (${refusal}). \`pairloop doctor\` says how to mend it.`);
}

async function makeDemo(work: Work, databaseUrl: string, labelStudio: LabelStudio): Promise<Pick<RunningFile, 'accounts' | 'demoProjectId'>> {
  const { config, steps, prepareDemo } = work;
  const step = steps.begin('Demo project');
  const db: Db = connect(databaseUrl, 4);
  try {
    const secrets = await ensureSecrets(db);
    const { access, admin } = labelStudio;
    const demo = await prepareDemo({ config, db, databaseUrl, secrets, labelStudio: access, admin, report: step.report, say: steps.say.bind(steps) });
    step.done();
    return { accounts: [...demo.accounts], demoProjectId: demo.labelStudioProjectId };
  } finally {
    await db.destroy();
  }
}
