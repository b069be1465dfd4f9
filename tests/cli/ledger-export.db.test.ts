import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ledgerCommand } from '../../cli/commands/ledger.js';
import { migrateCommand } from '../../cli/commands/migrate.js';
import { pairsCommand } from '../../cli/commands/pairs.js';
import { roundCommand } from '../../cli/commands/round.js';
import { runInProcess } from '../support/run-command.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const folder = mkdtempSync(join(tmpdir(), 'pairloop-ledger-cli-'));
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  vi.stubEnv('DATABASE_URL', database.url);
  vi.stubEnv('PAIRLOOP_DATA', folder);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await database.drop();
});

test('what was imported and ranked is exported, and verifies with what lies beside it', async () => {
  const pairs = join(folder, 'pairs.jsonl');
  const lines = ['l1', 'l2', 'l3'].map((id) => ({ id, prompt: `Ask ${id}`, response_a: 'Secret words', response_b: 'No', ...(id === 'l3' ? {} : { consent: { basis: 'public' } }) }));
  writeFileSync(pairs, lines.map((line) => JSON.stringify(line)).join('\n'));
  await runInProcess(pairsCommand, ['import', pairs]);
  await runInProcess(pairsCommand, ['import', pairs, '--consent', 'contract', '--consent-reference', 'C-7']);
  await database.db.insertInto('project').values({ label_studio_id: 71, title: 'Ledger', rubric: 'support', guideline_version: '1', guideline_sha256: 'x', label_config_hash: 'y' }).execute();
  await runInProcess(roundCommand, ['run', '-k', '2']);
  const path = join(folder, 'ledger.jsonl');
  const said = await runInProcess(ledgerCommand, ['export', path]);
  expect(said.stdout).toMatch(/ledger\.jsonl: 6 entries\. Public key pairloop\/[0-9a-f]{16}\+[0-9a-f]{8}\+/);
  const file = readFileSync(path, 'utf8');
  const facts = file.split('\n').slice(1, -2).map((line) => JSON.parse(line) as { kind: string; facts: Record<string, unknown> });
  expect(facts.map(({ kind }) => kind)).toEqual(['pair.imported', 'pair.imported', 'pair.imported', 'pair.consented', 'round.finished', 'ledger.key_made']);
  expect(facts[3]?.facts).toEqual({ pair: 'l3', basis: 'contract' });
  expect(facts[4]?.facts).toMatchObject({ picked: 2, strategy: 'hybrid', ranking_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(file).not.toContain('Secret words');
  const { stdout } = await runInProcess(ledgerCommand, ['verify', path, '--key', `${path}.key`, '--checkpoint', `${path}.checkpoint`]);
  expect(stdout).toContain('6 entries, consistent, anchored by the given checkpoint of 6 of 6 entries.');
});

test('an administrator gives the ledger an owner of its own', async () => {
  const role = `cli_service_${Date.now()}`;
  await sql`create role ${sql.id(role)}`.execute(database.db);
  try {
    const { stdout } = await runInProcess(migrateCommand, ['--ledger-for', role]);
    expect(stdout).toBe(`The database is up to date.\nThe role ${role} can only read the ledger and append to it.\n`);
    const { rows } = await sql`select has_table_privilege(${role}, 'ledger.entry', 'insert') as insert, has_table_privilege(${role}, 'ledger.entry', 'update, delete, truncate') as change`.execute(database.db);
    expect(rows).toEqual([{ insert: true, change: false }]);
  } finally {
    await sql`drop owned by ${sql.id(role)}`.execute(database.db);
    await sql`drop role ${sql.id(role)}`.execute(database.db);
  }
});
