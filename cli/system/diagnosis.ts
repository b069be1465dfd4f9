import { statfsSync } from 'node:fs';
import { sql } from 'kysely';
import type { Config } from '../../core/config.js';
import { assertReachable, connect } from '../../core/database/connect.js';
import { PairloopError, messageOf } from '../../core/errors.js';
import { LabelStudioClient, type LabelStudioAccess } from '../../core/label-studio/client.js';
import { locateChromium } from '../../core/running/chromium.js';
import { prepareDataFolder } from '../../core/running/data-folder.js';
import { isLabelStudioInstalled } from '../../core/running/label-studio-environment.js';
import { assertPortFree } from '../../core/running/ports.js';
import { findPython, findUv } from '../../core/running/python.js';
import { readRunningFile, type RunningFile } from '../../core/running/running-file.js';
import { wantedPorts } from './wanted-ports.js';

/** One line of the doctor's report. */
export interface Finding {
  readonly name: string;
  /** `skipped`: it cannot be looked at now, or is not needed. */
  readonly state: 'ok' | 'not ok' | 'skipped';
  /** What was found; where it is not ok, what is wrong and how to mend it. */
  readonly detail: string;
}

const NODE_MIN = [20, 19] as const;
const POSTGRES_MIN = 14;
const TESTED_LABEL_STUDIO = '1.23.2';
const DISK_BYTES_MIN = 3 * 1024 ** 3;

/** What a check finds; it throws what is wrong, in a sentence with the fix. */
type Check = (config: Config, running: RunningFile | undefined) => Promise<string | Skipped>;
class Skipped {
  constructor(readonly reason: string) {}
}

const CHECKS: Readonly<Record<string, Check>> = {
  'Node.js': checkNode,
  'data folder': checkDataFolder,
  'disk space': checkDisk,
  Python: checkPython,
  ports: checkPorts,
  database: checkDatabase,
  'Label Studio': checkLabelStudio,
  'webhooks from Label Studio': (config, running) => checkAddress(config, running, 'webhook'),
  'ML backend from Label Studio': (config, running) => checkAddress(config, running, 'ml-backend'),
  gateway: checkGateway,
  'Chromium (tests only)': checkChromium,
};

/** Looks at everything `pairloop up` needs, and at what runs, one after another. Changes nothing but makes the data folder. */
export async function diagnose(config: Config): Promise<Finding[]> {
  const running = readRunningFile(config.dataDir);
  const findings: Finding[] = [];
  for (const [name, check] of Object.entries(CHECKS)) {
    try {
      const found = await check(config, running);
      findings.push(found instanceof Skipped ? { name, state: 'skipped', detail: found.reason } : { name, state: 'ok', detail: found });
    } catch (error) {
      findings.push({ name, state: 'not ok', detail: messageOf(error) });
    }
  }
  return findings;
}

async function checkNode(): Promise<string> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return process.versions.node;
  throw new PairloopError(`Node.js ${process.versions.node} is too old: install ${NODE_MIN.join('.')} or later.`);
}

async function checkDataFolder({ dataDir }: Config): Promise<string> {
  prepareDataFolder(dataDir);
  return dataDir;
}

async function checkDisk({ dataDir }: Config, running: RunningFile | undefined): Promise<string> {
  const { bavail, bsize } = statfsSync(dataDir);
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GB free`;
  if (free >= DISK_BYTES_MIN || running !== undefined) return text;
  throw new PairloopError(`Only ${text} at ${dataDir}; Label Studio and the database need 3 GB: free some, or set PAIRLOOP_DATA.`);
}

async function checkPython(config: Config): Promise<string | Skipped> {
  if (config.labelStudio !== undefined) return new Skipped('not needed: LABEL_STUDIO_URL names your own Label Studio');
  if (isLabelStudioInstalled(config.labelStudioEnvDir)) return `the managed Label Studio is installed in ${config.labelStudioEnvDir}`;
  const uv = await findUv();
  const python = await findPython(uv === undefined);
  return `${python.version} at ${python.path}${uv === undefined ? '' : `, ${uv}`}`;
}

async function checkPorts(config: Config, running: RunningFile | undefined): Promise<string | Skipped> {
  if (running !== undefined) return new Skipped(`in use by Pairloop itself (process ${running.process.pid})`);
  const ports = wantedPorts(config);
  for (const { port, host, wantedBy } of ports) await assertPortFree(port, host, wantedBy);
  return `${ports.map(({ port }) => port).join(', ')} are free`;
}

async function checkDatabase(config: Config, running: RunningFile | undefined): Promise<string | Skipped> {
  const databaseUrl = config.databaseUrl ?? running?.databaseUrl;
  if (databaseUrl === undefined) return new Skipped('the embedded PostgreSQL starts with `pairloop up`');
  const db = connect(databaseUrl, 1);
  try {
    await assertReachable(db, databaseUrl);
    const { rows } = await sql<{ server_version: string }>`show server_version`.execute(db);
    const version = rows[0]?.server_version ?? '0';
    if (Number.parseInt(version, 10) >= POSTGRES_MIN) return `PostgreSQL ${version}${config.databaseUrl === undefined ? ', embedded' : ''}`;
    throw new PairloopError(`PostgreSQL ${version} is too old: point DATABASE_URL at version ${POSTGRES_MIN} or later.`);
  } finally {
    await db.destroy();
  }
}

function accessTo(config: Config, running: RunningFile | undefined): LabelStudioAccess | undefined {
  return config.labelStudio ?? running?.labelStudio;
}

async function checkLabelStudio(config: Config, running: RunningFile | undefined): Promise<string | Skipped> {
  const access = accessTo(config, running);
  if (access === undefined) return new Skipped('the managed one starts with `pairloop up`');
  const client = new LabelStudioClient(access);
  const version = await client.version();
  const user = await client.whoami();
  const tested = version === TESTED_LABEL_STUDIO ? '' : ` (Pairloop is tested with ${TESTED_LABEL_STUDIO})`;
  return `${version}${tested} at ${access.url}, key of ${user.email}`;
}

async function checkAddress(config: Config, running: RunningFile | undefined, purpose: 'webhook' | 'ml-backend'): Promise<string | Skipped> {
  const access = accessTo(config, running);
  if (access === undefined) return new Skipped('needs a running Label Studio');
  const address = `${running?.publicUrl ?? config.publicUrl}/pairloop/${purpose === 'webhook' ? 'webhooks/label-studio' : 'ml'}`;
  const refusal = await new LabelStudioClient(access).addressRefusal(purpose, address);
  if (refusal === undefined) return `Label Studio accepts ${address}`;
  const setting = purpose === 'webhook' ? 'SSRF_PROTECTION_ENABLED=false' : 'ML_BLOCK_LOCAL_IP=false';
  throw new PairloopError(
    `Label Studio refuses to call ${address}: ${refusal}. Start Label Studio with ${setting}, or set PAIRLOOP_PUBLIC_URL to an address that is not private.`,
  );
}

async function checkGateway(config: Config, running: RunningFile | undefined): Promise<string | Skipped> {
  if (running === undefined) return new Skipped('Pairloop does not run on this data folder');
  const reply = await fetch(`${running.publicUrl}/health`, { signal: AbortSignal.timeout(5_000) }).catch((error: unknown) => {
    throw new PairloopError(`The gateway at ${running.publicUrl} does not answer (${messageOf(error)}): look into ${config.dataDir}/logs/gateway.log.`);
  });
  if (reply.ok) return `answers at ${running.publicUrl}`;
  throw new PairloopError(`The gateway at ${running.publicUrl} says that a part is down (${(await reply.text()).slice(0, 200)}): look into ${config.dataDir}/logs.`);
}

async function checkChromium(): Promise<string | Skipped> {
  return (await locateChromium()) ?? new Skipped('none on this machine; browser tests are skipped without it (Debian: apt-get install chromium)');
}
