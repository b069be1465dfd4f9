import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { pairsCommand } from '../../cli/commands/pairs.js';
import { roundCommand } from '../../cli/commands/round.js';
import { readPair } from '../support/read-pair.js';
import { runInProcess } from '../support/run-command.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const folder = mkdtempSync(join(tmpdir(), 'pairloop-cli-'));
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  vi.stubEnv('DATABASE_URL', database.url);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await database.drop();
});

function file(name: string, ...records: object[]): string {
  const path = join(folder, name);
  writeFileSync(path, records.map((record) => JSON.stringify(record)).join('\n'));
  return path;
}
const pair = (id: string, more: object = {}): object => ({ id, prompt: `Ask ${id}`, response_a: 'Write to jo@example.com', response_b: 'No', ...more });
const projectRow = (label_studio_id: number, title: string) => ({ label_studio_id, title, rubric: 'support', guideline_version: '1', guideline_sha256: 'x', label_config_hash: 'y' });

test('imports, imports again with consent, and ranks', async () => {
  const pairs = file('pairs.jsonl', pair('p1', { ticket: 1 }), pair('p2', { consent: { basis: 'public' } }));
  const first = await runInProcess(pairsCommand, ['import', pairs, '--json']);
  expect(JSON.parse(first.stdout)).toEqual({
    imported: 2,
    skipped: 0,
    consent_added: 0,
    without_consent: 1,
    redactions: { email: 2 },
    redaction_version: expect.any(String) as string,
  });
  expect(first.stderr).toMatch(/^Not read, because a pair has no such field: ticket\.\nImporting pairs\.jsonl…\nImporting pairs\.jsonl: done \(\d+\.\d s\)\n$/);
  const stored = (await readPair(database.db, 'p1'))!;
  expect([stored.responseA, stored.responseB].sort()).toEqual(['No', expect.stringMatching(/^Write to \[EMAIL_[0-9a-f]+\]$/)]);

  const again = await runInProcess(pairsCommand, ['import', pairs, '--consent', 'contract', '--consent-reference', 'C-7']);
  expect(again.stdout).toBe('Imported 0 pairs.\n2 were there already with the same content and were skipped.\n1 of those had no consent and have it now.\n');
  expect((await readPair(database.db, 'p1'))?.consent).toEqual({ basis: 'contract', reference: 'C-7' });

  await expect(runInProcess(roundCommand, ['run', '--json'])).rejects.toThrow(/no project yet/);
  await database.db.insertInto('project').values(projectRow(31, 'Support')).execute();
  const round = await runInProcess(roundCommand, ['run', '-k', '1', '--json']);
  expect(JSON.parse(round.stdout)).toEqual({
    round: 1,
    project: 31,
    pool: 2,
    picked: 1,
    embedder: 'hashed-ngrams-3',
    uncertainty: 'none (cold start): diversity alone',
    elapsed_ms: expect.any(Number) as number,
  });
  await database.db.insertInto('project').values(projectRow(32, 'Code')).execute();
  await expect(runInProcess(roundCommand, ['run'])).rejects.toThrow('There are several projects; name one with --project: 31 (Support), 32 (Code).');
  await expect(runInProcess(roundCommand, ['run', '--project', '5'])).rejects.toThrow('There is no project 5; there are 31 (Support), 32 (Code).');
  expect((await runInProcess(roundCommand, ['run', '--project', '32'])).stdout).toMatch(/^Round 2 picked 2 of 2 pairs for Code in \d+ ms/);
});

test('a round is shown, repeated, left to the worker and cancelled', async () => {
  const options = ['--strategy', 'k-center', '--metric', 'cosine', '--budget', 'general=1', '-k', '1'];
  const { stdout } = await runInProcess(roundCommand, ['run', '--project', '32', ...options, '--background']);
  expect(stdout).toMatch(/^Round 3 waits for the worker/);
  expect(JSON.parse((await runInProcess(roundCommand, ['show', '3', '--json'])).stdout)).toMatchObject({
    id: 3,
    state: 'waiting',
    options: { k: 1, strategy: 'k-center', metric: 'cosine', budgets: { general: 1 }, centers: 'none', weight: 0.6 },
    progress: null,
    finished_at: null,
  });
  await runInProcess(roundCommand, ['cancel', '3']);
  await expect(runInProcess(roundCommand, ['cancel', '2'])).rejects.toThrow('Selection round 2 is done; only one that waits or runs can be cancelled.');
  const listed = (await runInProcess(roundCommand, ['list'])).stdout.split('\n');
  expect(listed).toEqual([expect.stringMatching(/^3\t.*k-center\tcancelled$/), expect.stringMatching(/^2\t.*hybrid\tdone, 2 of 2 pairs$/), expect.stringMatching(/^1\t/), '']);
  expect((await runInProcess(roundCommand, ['show', '2'])).stdout).toMatch(/^Round {8}2, project 32, .*\nState {8}done, 2 of 2 pairs\nOptions {6}k 1200, strategy "hybrid".*\nEmbeddings {3}hashed-ngrams-3\n/);
  expect((await runInProcess(roundCommand, ['repeat', '2'])).stdout).toBe('Round 2 repeated: equal, 2 picks and their scores.\n');
  await database.db.updateTable('selection_pick').set({ score: 7 }).where('round_id', '=', 2).where('rank', '=', 1).execute();
  try {
    const { stdout: difference } = await runInProcess(roundCommand, ['repeat', '2', '--json']);
    expect(JSON.parse(difference)).toMatchObject({ round: 2, equal: false, picks: 2, first: { rank: 1, stored: { score: 7 } } });
    expect(process.exitCode).toBe(1);
  } finally {
    process.exitCode = undefined;
  }
  await expect(runInProcess(roundCommand, ['show', '0'])).rejects.toThrow('ROUND is 0; rounds count from 1.');
  await expect(runInProcess(roundCommand, ['run', '--project', '32', '--budget', 'general'])).rejects.toMatchObject({ kind: 'usage', message: '--budget is "general"; give DOMAIN=N, several with commas: support=800,code=400.' });
});

test('says how many pairs will never be shown', async () => {
  const { stdout } = await runInProcess(pairsCommand, ['import', file('bare.jsonl', pair('bare-1'))]);
  expect(stdout).toContain('Imported 1 pair.\nRedacted: 1 email.\n1 have no consent: they are kept, but never shown to an annotator.');
});

test('refuses wrong usage', async () => {
  await expect(runInProcess(pairsCommand, ['import', file('ok.jsonl', pair('ok')), '--consent', 'yes'])).rejects.toMatchObject({
    kind: 'usage',
    message: '--consent yes is not a legal basis; give consent, contract, legitimate_interest, public, synthetic.',
  });
  await expect(runInProcess(pairsCommand, ['import', file('ok.jsonl', pair('ok')), '--consent-reference', 'C'])).rejects.toMatchObject({ kind: 'usage' });
  await expect(runInProcess(pairsCommand, ['import', file('bad.jsonl', pair('ok', { response_a: '' }))])).rejects.toMatchObject({ kind: 'usage' });
  expect(await readPair(database.db, 'ok')).toBeUndefined();
});
