import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { z } from 'zod';
import { PairloopError, messageOf } from '../errors.js';
import { endProcess } from '../running/orphans.js';
import { assertPortFree } from '../running/ports.js';
import { readJsonFile, writePrivateFile } from '../running/private-file.js';
import { commandLineOf, identifyProcess } from '../running/process-identity.js';
import type { ChildSpec } from '../running/supervise.js';
import { connect } from './connect.js';
import { copyBinaries, type ServerBinaries } from './embedded-binaries.js';
import { serverHome, type ServerHome } from './embedded-home.js';

const run = promisify(execFile);
const SUPERUSER = 'postgres';
const DATABASES = ['pairloop', 'label_studio'] as const;
const STOP_WITHIN_MS = 20_000;

const passwordsSchema = z.object({ postgres: z.string(), pairloop: z.string(), label_studio: z.string() });
type Passwords = z.infer<typeof passwordsSchema>;

/** The embedded PostgreSQL of a data folder. Each of its databases belongs to a role of its own that cannot enter the other. */
export interface EmbeddedDatabase {
  /** For the supervisor; the server stops fast and cleanly. */
  readonly child: ChildSpec;
  /** URL of the superuser, for making databases. */
  readonly serverUrl: string;
  readonly pairloopUrl: string;
  readonly labelStudioUrl: string;
  /** Pairloop's database as the superuser. */
  readonly pairloopAdminUrl: string;
  /** Makes the databases and their roles that are missing; the server must be ready. */
  ensureDatabases(): Promise<void>;
  /** Folder outside the data folder where the database is; undefined when it is inside. */
  readonly outsideFolder: string | undefined;
}

/**
 * Makes the embedded PostgreSQL of a data folder ready to start on a loopback port: binaries in place, cluster made,
 * a server left by a killed parent ended. Durable as PostgreSQL is by default: a commit is on disk.
 *
 * @throws PairloopError when the platform has no binaries, the cluster is of another major version, or belongs to somebody else.
 */
export async function prepareEmbeddedDatabase(dataDir: string, port: number): Promise<EmbeddedDatabase> {
  const home = serverHome(dataDir);
  const binaries = copyBinaries(home.folder, home.user);
  const passwords = ensurePasswords(dataDir, home);
  if (existsSync(home.cluster)) {
    assertSameVersion(home.cluster, binaries);
    await endLeftServer(home.cluster);
  } else {
    await makeCluster(home, binaries, passwords.postgres);
  }
  const url = (role: keyof Passwords, database: string = role): string => `postgres://${role}:${passwords[role]}@127.0.0.1:${port}/${database}`;
  return {
    child: serverProcess(home, binaries, port, url(SUPERUSER)),
    serverUrl: url(SUPERUSER),
    pairloopUrl: url('pairloop'),
    labelStudioUrl: url('label_studio'),
    pairloopAdminUrl: url(SUPERUSER, 'pairloop'),
    ensureDatabases: () => ensureDatabases(url(SUPERUSER), passwords),
    outsideFolder: home.folder.startsWith(dataDir) ? undefined : home.folder,
  };
}

function ensurePasswords(dataDir: string, home: ServerHome): Passwords {
  const path = join(dataDir, 'postgres-passwords.json');
  const kept = readJsonFile(path, passwordsSchema);
  if (kept !== undefined) return kept;
  if (existsSync(home.cluster)) {
    throw new PairloopError(
      `The passwords of the database in ${home.cluster} are missing (${path}): bring that file back from a backup, or set PAIRLOOP_DATA to a new folder.`,
    );
  }
  const make = (): string => randomBytes(24).toString('hex');
  const passwords = { postgres: make(), pairloop: make(), label_studio: make() };
  writePrivateFile(path, JSON.stringify(passwords));
  return passwords;
}

function assertSameVersion(cluster: string, binaries: ServerBinaries): void {
  const found = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim();
  if (found === String(binaries.majorVersion)) return;
  throw new PairloopError(
    `The database in ${cluster} was made by PostgreSQL ${found}, and this Pairloop brings ${binaries.majorVersion}: use the Pairloop version that made it, or set PAIRLOOP_DATA to a new folder.`,
  );
}

/** Made under another name and renamed when whole: a start that was interrupted leaves nothing that looks like a cluster. */
async function makeCluster(home: ServerHome, binaries: ServerBinaries, password: string): Promise<void> {
  const draft = `${home.cluster}.new`;
  const passwordFile = join(home.folder, 'superuser-password');
  rmSync(draft, { recursive: true, force: true });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (home.user !== undefined) chownSync(passwordFile, home.user.uid, home.user.gid);
  const args = [
    `--pgdata=${draft}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Built-in Unicode rules: text compares alike on every machine, whatever its C library.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
  ];
  try {
    await run(binaries.initdb, args, { cwd: home.folder, env: SERVER_ENVIRONMENT, ...home.user });
    renameSync(draft, home.cluster);
  } catch (error) {
    const said = z.object({ stderr: z.string() }).safeParse(error);
    throw new PairloopError(
      `The embedded database could not be made in ${home.folder}: ${said.success ? said.data.stderr.trim() : messageOf(error)}`,
      'failure',
      { cause: error },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

const SERVER_ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * Ends a server that still runs on this cluster. Its own pid file names it; the command line tells whether that process
 * is this server or a stranger that was given the id later, in which case the file means nothing and is removed (the
 * server would refuse to start beside it). The file of a process that is gone stays: the new server checks by it that
 * no part of the old one is alive.
 */
async function endLeftServer(cluster: string): Promise<void> {
  const path = join(cluster, 'postmaster.pid');
  if (!existsSync(path)) return;
  const left = identifyProcess(Number(readFileSync(path, 'utf8').split('\n')[0]));
  if (left === undefined) return;
  const command = commandLineOf(left.pid);
  if (command.includes(`-D ${cluster}`)) await endProcess(left, 'SIGINT', STOP_WITHIN_MS);
  else if (command !== '') rmSync(path, { force: true });
}

function serverProcess(home: ServerHome, binaries: ServerBinaries, port: number, serverUrl: string): ChildSpec {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // A socket's path may have 107 characters at most; the loopback port serves everyone.
    unix_socket_directories: '',
    max_connections: '200',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
  };
  return {
    name: 'postgres',
    command: binaries.postgres,
    args: ['-D', home.cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    environment: SERVER_ENVIRONMENT,
    cwd: home.folder,
    user: home.user,
    prepare: () => assertPortFree(port, '127.0.0.1', 'the embedded PostgreSQL'),
    isReady: () => answers(serverUrl),
    // Replaying the log after a crash comes before the first answer.
    readyWithinMs: 120_000,
    stopSignal: 'SIGINT',
    stopWithinMs: STOP_WITHIN_MS,
  };
}

async function answers(serverUrl: string): Promise<boolean> {
  const db = connect(serverUrl, 1);
  try {
    await sql`select 1`.execute(db);
    return true;
  } finally {
    await db.destroy();
  }
}

async function ensureDatabases(serverUrl: string, passwords: Passwords): Promise<void> {
  const db = connect(serverUrl, 1);
  try {
    for (const name of DATABASES) {
      const role = await sql`select 1 from pg_roles where rolname = ${name}`.execute(db);
      if (role.rows.length === 0) await sql`create role ${sql.id(name)} login password ${sql.lit(passwords[name])}`.execute(db);
      const database = await sql`select 1 from pg_database where datname = ${name}`.execute(db);
      if (database.rows.length === 0) await sql`create database ${sql.id(name)} owner ${sql.id(name)}`.execute(db);
      await sql`revoke connect on database ${sql.id(name)} from public`.execute(db);
    }
  } finally {
    await db.destroy();
  }
}
