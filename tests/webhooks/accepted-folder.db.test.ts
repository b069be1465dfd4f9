import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Verdict } from '../../core/domain/verdict.js';
import { pushAccepted } from '../../webhooks/datasets/accepted-folder.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { insertProject, type ExampleProject } from './example-project.js';

let database: TestDatabase;
let acceptedDir: string;
beforeAll(async () => {
  database = await createTestDatabase();
  acceptedDir = await mkdtemp(join(tmpdir(), 'pairloop-accepted-'));
});
afterAll(async () => {
  await database.drop();
  await rm(acceptedDir, { recursive: true, force: true });
});

const push = (project: ExampleProject) => pushAccepted({ db: database.db, acceptedDir, now: () => new Date('2026-01-05T09:00:00Z') }, project.id);

async function accept(project: ExampleProject, verdicts: Readonly<Record<string, Verdict>>, part = 1): Promise<void> {
  const rows = Object.entries(verdicts).map(([pair_id, verdict]) => ({ project_id: project.id, pair_id, verdict, vote_count: 3, agreement: 1, rule: 'test', part }));
  for (let start = 0; start < rows.length; start += 1_000) {
    await database.db.insertInto('accepted_pair').values(rows.slice(start, start + 1_000)).execute();
  }
}

interface Held {
  readonly manifest: { files: { path: string; kind: string; rows: number; sha256: string }[]; counts: Record<string, unknown> };
  readonly rows: Readonly<Record<string, Record<string, unknown>[]>>;
}

/** What a reader who trusts the manifest gets, by kind; fails when a file is missing or is not what the manifest says. */
async function readHeld(folder: string): Promise<Held> {
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Held['manifest'];
  const rows: Record<string, Record<string, unknown>[]> = { preference: [], ties: [] };
  for (const file of manifest.files) {
    const content = await readFile(join(folder, file.path), 'utf8');
    expect(createHash('sha256').update(content).digest('hex')).toBe(file.sha256);
    const lines = content.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(file.rows);
    rows[file.kind]!.push(...lines);
  }
  return { manifest, rows };
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
}

const idsOf = (rows: readonly Record<string, unknown>[]): unknown[] => rows.map((row) => row['id']);

describe('pushAccepted', () => {
  test('a preference is a TRL row, a tie is kept apart, with card and manifest', async () => {
    const project = await insertProject(database.db, ['one', 'two', 'three', 'four'], { title: 'Support: März 2026' });
    await database.db.updateTable('pair').set({ messages: JSON.stringify([{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'Hi' }]), prompt: null }).where('id', '=', 'two').execute();
    await accept(project, { one: 'a', two: 'b', three: 'tie', four: 'both_bad' });
    const { folder, accepted } = await push(project);
    expect(accepted).toBe(4);
    expect(folder).toBe(join(acceptedDir, 'support-marz-2026'));
    const { manifest, rows } = await readHeld(folder);
    expect(rows['preference']).toEqual([
      {
        prompt: [{ role: 'user', content: 'How do I reset one?' }],
        chosen: [{ role: 'assistant', content: 'Answer one to one' }],
        rejected: [{ role: 'assistant', content: 'Answer two to one' }],
        id: 'one',
        domain: 'support',
        votes: 3,
        strength_much: 0,
        strength_slightly: 0,
        flags_chosen: [],
        flags_rejected: [],
        agreement: 1,
      },
      {
        prompt: [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'Hi' }],
        chosen: [{ role: 'assistant', content: 'Answer two to two' }],
        rejected: [{ role: 'assistant', content: 'Answer one to two' }],
        id: 'two',
        domain: 'support',
        votes: 3,
        strength_much: 0,
        strength_slightly: 0,
        flags_chosen: [],
        flags_rejected: [],
        agreement: 1,
      },
    ]);
    expect(rows['ties']!.map((row) => [row['id'], row['verdict']])).toEqual([['four', 'both_bad'], ['three', 'tie']]);
    expect(manifest.counts).toEqual({ accepted: 4, by_verdict: { a: 1, b: 1, tie: 1, both_bad: 1 }, by_domain: { support: 4 } });
    const card = await readFile(join(folder, 'README.md'), 'utf8');
    const head = parse(card.split('---\n')[1]!) as { configs: { config_name: string; data_files: { path: string[] }[] }[] };
    expect(head.configs.map((config) => [config.config_name, config.data_files[0]!.path])).toEqual([
      ['preference', [manifest.files[0]!.path]],
      ['ties', [manifest.files[1]!.path]],
    ]);
    expect(await listFiles(folder)).toEqual(['README.md', ...manifest.files.map((file) => file.path), 'manifest.json'].sort());
    // A whole number must not look like an integer to a reader that infers types.
    expect(await readFile(join(folder, manifest.files[0]!.path), 'utf8')).toContain('"agreement":1.0}');
  });

  test('pushed again nothing but the manifest is written; a change rewrites its part only', async () => {
    const project = await insertProject(database.db, ['again-1', 'again-2', 'again-3']);
    await accept(project, { 'again-1': 'a' }, 1);
    await accept(project, { 'again-2': 'a' }, 2);
    const { folder } = await push(project);
    const before = await readHeld(folder);
    await push(project);
    expect((await readHeld(folder)).manifest.files).toEqual(before.manifest.files);
    await accept(project, { 'again-3': 'b' }, 2);
    await database.db.deleteFrom('accepted_pair').where('pair_id', '=', 'again-2').execute();
    await push(project);
    const after = await readHeld(folder);
    expect(idsOf(after.rows['preference']!)).toEqual(['again-1', 'again-3']);
    expect(after.manifest.files[0]).toEqual(before.manifest.files[0]);
    await database.db.updateTable('accepted_pair').set({ strengths: '{"slightly": 2}', flags: '{"a": ["rude"], "b": []}' }).where('pair_id', '=', 'again-3').execute();
    await push(project);
    const marked = (await readHeld(folder)).rows['preference']![1];
    expect(marked).toMatchObject({ id: 'again-3', strength_much: 0, strength_slightly: 2, flags_chosen: [], flags_rejected: ['rude'] });
    expect(await listFiles(folder)).toEqual(['README.md', ...(await readHeld(folder)).manifest.files.map((file) => file.path), 'manifest.json'].sort());
  });

  test('the remains of a killed push are repaired; what is not ours stays', async () => {
    const project = await insertProject(database.db, ['crash-1', 'crash-2']);
    await accept(project, { 'crash-1': 'a', 'crash-2': 'tie' });
    const { folder } = await push(project);
    const { manifest } = await readHeld(folder);
    const [preference, ties] = manifest.files;
    await rm(join(folder, preference!.path));
    await truncate(join(folder, ties!.path), 10);
    await writeFile(join(folder, 'data', 'part-00001-0badc0de.jsonl'), '{"id":"crash-1"}\n');
    await writeFile(join(folder, 'data', '.unfinished-part-00001-x'), '{"id":');
    await writeFile(join(folder, 'data', 'notes.txt'), 'mine');
    await push(project);
    const after = await readHeld(folder);
    expect(after.manifest.files).toEqual(manifest.files);
    expect(await listFiles(folder)).toEqual(['README.md', 'data/notes.txt', preference!.path, ties!.path, 'manifest.json'].sort());
    await writeFile(join(folder, 'manifest.json'), '{"schema_version":');
    await push(project);
    expect((await readHeld(folder)).manifest.files).toEqual(manifest.files);
  });

  test('a reader who comes at any time finds each accepted pair once', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `reader-${index}`);
    const project = await insertProject(database.db, ids);
    await accept(project, { [ids[0]!]: 'a' });
    const { folder } = await push(project);
    const progress = { writing: true };
    const writer = (async () => {
      for (const id of ids.slice(1)) {
        await accept(project, { [id]: 'a' });
        await push(project);
      }
      progress.writing = false;
    })();
    let reads = 0;
    while (progress.writing) {
      const held = await readHeld(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        return null;
      });
      if (held === null) continue;
      const found = idsOf(held.rows['preference']!);
      expect(new Set(found).size).toBe(found.length);
      reads += 1;
    }
    await writer;
    expect(reads).toBeGreaterThan(0);
    expect(idsOf((await readHeld(folder)).rows['preference']!)).toHaveLength(40);
  });

  test('without accepted pairs: a folder with card and manifest; two projects of one title: two folders', async () => {
    const first = await insertProject(database.db, [], { title: 'Twice' });
    const second = await insertProject(database.db, [], { title: 'Twice!' });
    const folders = [(await push(first)).folder, (await push(second)).folder];
    expect(folders).toEqual([join(acceptedDir, 'twice'), join(acceptedDir, `twice-${second.id}`)]);
    expect(await listFiles(folders[0]!)).toEqual(['README.md', 'manifest.json']);
  });

  test('a push that starts while a pair is being accepted waits for it', async () => {
    const project = await insertProject(database.db, ['late-1', 'late-2']);
    await accept(project, { 'late-1': 'a' });
    let pushed: Promise<{ accepted: number }> | undefined;
    await database.db.transaction().execute(async (tx) => {
      // As voteChanged does: it locks the project, then accepts, and finds this push's job waiting already.
      await tx.selectFrom('project').select('id').where('id', '=', project.id).forNoKeyUpdate().execute();
      await tx.insertInto('accepted_pair').values({ project_id: project.id, pair_id: 'late-2', verdict: 'b', vote_count: 2, agreement: 1, rule: 'test', part: 1 }).execute();
      pushed = push(project);
      await delay(300);
    });
    expect((await pushed)!.accepted).toBe(2);
  });

  test('pushes at once end in one whole folder', async () => {
    const project = await insertProject(database.db, ['at-once-1', 'at-once-2']);
    await accept(project, { 'at-once-1': 'a', 'at-once-2': 'b' });
    const [{ folder }] = await Promise.all([push(project), push(project), push(project)]);
    expect(idsOf((await readHeld(folder)).rows['preference']!)).toEqual(['at-once-1', 'at-once-2']);
  });

  test('a pair whose consent was taken away is not exported', async () => {
    const project = await insertProject(database.db, ['kept', 'taken']);
    await accept(project, { kept: 'a', taken: 'a' });
    await push(project);
    await database.db.updateTable('pair').set({ consent: null }).where('id', '=', 'taken').execute();
    const { folder } = await push(project);
    const { rows, manifest } = await readHeld(folder);
    expect(idsOf(rows['preference']!)).toEqual(['kept']);
    expect(manifest.counts).toMatchObject({ accepted: 1, by_verdict: { a: 1 } });
  });

  test('a place that cannot be written is named', async () => {
    const project = await insertProject(database.db, [], { title: 'Blocked' });
    await writeFile(join(acceptedDir, 'blocked'), 'a file where the folder should be');
    await chmod(join(acceptedDir, 'blocked'), 0o400);
    await expect(push(project)).rejects.toThrow(/The accepted folder .*blocked cannot be written \(E/);
  });
});
