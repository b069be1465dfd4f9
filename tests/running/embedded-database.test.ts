import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect } from '../../core/database/connect.js';
import { prepareEmbeddedDatabase, type EmbeddedDatabase } from '../../core/database/embedded.js';
import { separateLedger } from '../../core/database/ledger-owner.js';
import { migrate } from '../../core/database/migrate.js';
import { createSupervisor, type Supervisor } from '../../core/running/supervise.js';
import { isRunning, identifyProcess } from '../../core/running/process-identity.js';
import { freePort } from '../support/free-ports.js';

let folder: string;
let dataDir: string;
let port: number;
const supervisors: Supervisor[] = [];
const outside = new Set<string>();

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pairloop-embedded-'));
  dataDir = join(folder, 'data');
  chmodSync(folder, 0o755);
  mkdirSync(dataDir, { mode: 0o711 });
  port = await freePort();
});
afterEach(async () => {
  for (const supervisor of supervisors.splice(0)) await supervisor.stop();
  for (const place of [folder, ...outside]) rmSync(place, { recursive: true, force: true });
  outside.clear();
}, 60_000);

async function start(): Promise<{ database: EmbeddedDatabase; supervisor: Supervisor }> {
  const database = await prepareEmbeddedDatabase(dataDir, port);
  if (database.outsideFolder !== undefined) outside.add(database.outsideFolder);
  const supervisor = createSupervisor({ dataDir, say: () => {} });
  supervisors.push(supervisor);
  await supervisor.start(database.child);
  await database.ensureDatabases();
  return { database, supervisor };
}

async function query<T>(url: string, text: string): Promise<T[]> {
  const db = connect(url, 1);
  try {
    return (await sql.raw<T>(text).execute(db)).rows;
  } finally {
    await db.destroy();
  }
}

test('a new data folder gets a durable server whose databases keep out each other\'s role', async () => {
  const { database, supervisor } = await start();
  expect(await query(database.pairloopUrl, 'show fsync')).toEqual([{ fsync: 'on' }]);
  const db = connect(database.pairloopUrl, 2);
  expect((await migrate(db)).length).toBeGreaterThan(0);
  await separateLedger(database.pairloopAdminUrl, 'pairloop');
  expect(await migrate(db)).toEqual([]);
  await db.destroy();
  await query(database.pairloopUrl, `insert into ledger.record (kind, facts) values ('pair.imported', '{}')`);
  await expect(query(database.pairloopUrl, 'alter table ledger.entry disable trigger all')).rejects.toThrow(/must be owner/);
  await expect(query(database.pairloopUrl, 'drop schema ledger cascade')).rejects.toThrow(/must be owner/);
  await expect(query(database.labelStudioUrl.replace(/label_studio$/, 'pairloop'), 'select 1')).rejects.toThrow(/permission denied/);
  await expect(query(`postgres://postgres:wrong@127.0.0.1:${port}/postgres`, 'select 1')).rejects.toThrow(/password/);
  await supervisor.stop();
  expect(existsSync(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'))).toBe(false);
}, 60_000);

test('after a kill of its parent the server left behind is ended, and what was committed is there', async () => {
  const first = await start();
  await query(first.database.pairloopUrl, 'create table kept as select 1 as one');
  const pid = first.supervisor.pidOf('postgres') ?? 0;
  const left = identifyProcess(pid);
  // The first supervisor is left as a killed parent leaves it: its records and its server stay.
  const second = await prepareEmbeddedDatabase(dataDir, port);
  expect(left !== undefined && isRunning(left)).toBe(false);
  await first.supervisor.stop();
  const supervisor = createSupervisor({ dataDir, say: () => {} });
  supervisors.push(supervisor);
  await supervisor.start(second.child);
  expect(await query(second.pairloopUrl, 'select one from kept')).toEqual([{ one: 1 }]);
}, 60_000);

test('a pid file that names a stranger is no obstacle, and the stranger lives on', async () => {
  const { supervisor } = await start();
  await supervisor.stop();
  writeFileSync(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'), `${process.pid}\n${join(dataDir, 'postgres', 'cluster')}\n`);
  const again = await start();
  expect(await query(again.database.pairloopUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
}, 60_000);

test('a cluster of another major version is refused in one sentence', async () => {
  const { supervisor } = await start();
  await supervisor.stop();
  writeFileSync(join(dataDir, 'postgres', 'cluster', 'PG_VERSION'), '14\n');
  await expect(prepareEmbeddedDatabase(dataDir, port)).rejects.toThrow(/made by PostgreSQL 14, and this Pairloop brings 17/);
}, 60_000);

test.skipIf(process.getuid?.() !== 0)('as root in a folder only root can enter the database goes to a system folder, which is noted', async () => {
  chmodSync(folder, 0o700);
  const { database, supervisor } = await start();
  expect(database.outsideFolder).toMatch(/^\/var\/lib\/pairloop\//);
  expect(readFileSync(join(dataDir, 'postgres-location.txt'), 'utf8')).toContain(database.outsideFolder);
  await query(database.pairloopUrl, 'create table kept as select 2 as two');
  await supervisor.stop();
  const again = await start();
  expect(await query(again.database.pairloopUrl, 'select two from kept')).toEqual([{ two: 2 }]);
}, 60_000);
