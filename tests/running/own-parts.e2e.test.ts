import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { connect } from '../../core/database/connect.js';
import { ensureSisterDatabase } from '../../core/database/sister-database.js';
import { canEnter } from '../../core/database/server-user.js';
import { packagePath } from '../../core/package-root.js';
import { freePortRun } from '../support/free-ports.js';
import { removeDataFolder, startPairloop, type PairloopProcess } from '../support/pairloop-process.js';

/* Starts beside the running stack, with its Label Studio as "the team's own". */

let folder: string;
let pairloop: PairloopProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pairloop-own-'));
});
afterEach(async () => {
  await pairloop?.stop();
  pairloop = undefined;
  removeDataFolder(join(folder, 'data'));
  rmSync(folder, { recursive: true, force: true });
});

const NOBODY = { uid: 65_534, gid: 65_534 };
const isRoot = process.getuid?.() === 0;
const dataDir = (): string => join(folder, 'data');
function ownLabelStudio(): NodeJS.ProcessEnv {
  const { labelStudio } = inject('stack');
  return { LABEL_STUDIO_URL: labelStudio.url, LABEL_STUDIO_API_KEY: labelStudio.apiKey };
}

test('with a Label Studio of the team only the rest is started, also in a folder that only its owner can read', async () => {
  chmodSync(folder, 0o700);
  pairloop = await startPairloop({ dataDir: dataDir(), environment: ownLabelStudio() });
  expect(pairloop.output()).toMatch(/Label Studio: 1\.23\.2 at /);
  expect(pairloop.output()).not.toContain('installed');
  expect(pairloop.running.labelStudio).toEqual(inject('stack').labelStudio);
});

test.skipIf(!isRoot || !canEnter(packagePath('dist'), NOBODY))('a normal user has everything in the data folder, also a private one', async () => {
  chownSync(folder, NOBODY.uid, NOBODY.gid);
  chmodSync(folder, 0o700);
  pairloop = await startPairloop({ dataDir: dataDir(), environment: { ...ownLabelStudio(), HOME: folder }, user: NOBODY });
  expect(statSync(join(dataDir(), 'postgres', 'cluster')).uid).toBe(NOBODY.uid);
});

test('with DATABASE_URL no server is started, and the tables are made there', async () => {
  const databaseUrl = await newDatabase();
  pairloop = await startPairloop({ dataDir: dataDir(), environment: { ...ownLabelStudio(), DATABASE_URL: databaseUrl } });
  expect(pairloop.running.databaseUrl).toBe(databaseUrl);
  expect(existsSync(join(dataDir(), 'postgres'))).toBe(false);
  const db = connect(databaseUrl, 1);
  const { rows } = await sql`select 1 from setting`.execute(db).finally(() => db.destroy());
  expect(rows.length).toBeGreaterThan(0);
});

/** An empty database on the running stack's server. */
async function newDatabase(): Promise<string> {
  const stack = inject('stack');
  const passwords: unknown = JSON.parse(readFileSync(join(stack.dataDir, 'postgres-passwords.json'), 'utf8'));
  const url = new URL(stack.databaseUrl);
  url.username = 'postgres';
  url.password = z.object({ postgres: z.string() }).parse(passwords).postgres;
  return ensureSisterDatabase(url.href, `own_${Date.now()}`);
}

test.for([
  ['a wrong key', { LABEL_STUDIO_API_KEY: 'wrong' }, /pairloop: Label Studio at \S+ refuses the API key\. Check LABEL_STUDIO_API_KEY/],
  ['an unreachable Label Studio', { LABEL_STUDIO_URL: 'http://127.0.0.1:9' }, /pairloop: Label Studio at http:\/\/127\.0\.0\.1:9 cannot be reached/],
  ['a database that is not there', { DATABASE_URL: 'postgres://somebody:secret@127.0.0.1:9/none' }, /pairloop: The database at postgres:\/\/somebody:\*\*\*@127\.0\.0\.1:9\/none cannot be used/],
] as const)('%s is one clear sentence', async ([, environment, sentence]) => {
  await expect(startPairloop({ dataDir: dataDir(), environment: { ...ownLabelStudio(), ...environment } })).rejects.toThrow(sentence);
});

test('a port in use names the port, who wanted it and PAIRLOOP_PORT', async () => {
  const ports = await freePortRun(6);
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(ports[2], '127.0.0.1', resolve));
  try {
    const start = startPairloop({ dataDir: dataDir(), port: ports[0], environment: ownLabelStudio() });
    await expect(start).rejects.toThrow(new RegExp(`exit code 1:[^]*pairloop: Port ${ports[2]} of 127\\.0\\.0\\.1, wanted by the webhook service, is in use.*PAIRLOOP_PORT`));
  } finally {
    taken.close();
  }
});

test.skipIf(!isRoot || !canEnter(packagePath('dist'), NOBODY))('a data folder that cannot be written is named', async () => {
  chmodSync(folder, 0o755);
  const start = startPairloop({ dataDir: dataDir(), environment: { ...ownLabelStudio(), HOME: folder }, user: NOBODY });
  await expect(start).rejects.toThrow(/pairloop: The data folder \S+ cannot be written: .*PAIRLOOP_DATA/);
});
