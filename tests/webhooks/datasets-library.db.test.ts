import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packagePath } from '../../core/package-root.js';
import { pushAccepted } from '../../webhooks/datasets/accepted-folder.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { insertProject } from './example-project.js';

const python = process.env['PAIRLOOP_TEST_PYTHON'] ?? 'python3';
const hasDatasets = spawnSync(python, ['-c', 'import datasets']).status === 0;
const hasTrl = hasDatasets && spawnSync(python, ['-c', 'import trl']).status === 0;
const why = hasDatasets ? '' : ' (skipped: no Python with `datasets`; npm run test:trainers makes one)';
const whyNoTrl = hasTrl ? '' : ' (skipped: no Python with `trl`; npm run test:trainers makes one)';

let database: TestDatabase;
let acceptedDir: string;
beforeAll(async () => {
  database = await createTestDatabase();
  acceptedDir = await mkdtemp(join(tmpdir(), 'pairloop-datasets-'));
});
afterAll(async () => {
  await database.drop();
  await rm(acceptedDir, { recursive: true, force: true });
});

const SCRIPT = `
import json, sys
from datasets import get_dataset_config_names, load_dataset
folder, cache = sys.argv[1:]
print(json.dumps({
    "configs": get_dataset_config_names(folder),
    "default": load_dataset(folder, split="train", cache_dir=cache).to_list(),
    "types": {name: str(kind) for name, kind in load_dataset(folder, "preference", split="train", cache_dir=cache).features.items()},
    "ties": load_dataset(folder, "ties", split="train", cache_dir=cache).to_list(),
}))
`;

test.skipIf(!hasDatasets)(`🤗 datasets loads the folder as it is, with every file and one schema${why}`, async () => {
  const ids = ['plain', 'turns', 'even', 'bad'];
  const project = await insertProject(database.db, ids, { title: 'Loaded' });
  const turns = [{ role: 'user', content: 'Hello' }, { role: 'assistant', content: 'Yes?' }, { role: 'user', content: 'Help' }];
  await database.db.updateTable('pair').set({ messages: JSON.stringify(turns), prompt: null }).where('id', '=', 'turns').execute();
  const base = { project_id: project.id, rule: 'test' };
  await database.db
    .insertInto('accepted_pair')
    .values([
      { ...base, pair_id: 'plain', verdict: 'a', vote_count: 2, agreement: 1, part: 1, strengths: '{"much": 1}', flags: '{"a": [], "b": ["stale", "unsafe"]}' },
      { ...base, pair_id: 'turns', verdict: 'b', vote_count: 3, agreement: 2 / 3, part: 2 },
      { ...base, pair_id: 'even', verdict: 'tie', vote_count: 2, agreement: 1, part: 1 },
      { ...base, pair_id: 'bad', verdict: 'both_bad', vote_count: 2, agreement: 1, part: 2 },
    ])
    .execute();
  const { folder } = await pushAccepted({ db: database.db, acceptedDir, now: () => new Date() }, project.id);
  const environment = { ...process.env, HF_HUB_OFFLINE: '1', HF_HOME: join(acceptedDir, 'home') };
  const out = execFileSync(python, ['-c', SCRIPT, folder, join(acceptedDir, 'cache')], { env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const loaded = JSON.parse(out) as { configs: string[]; default: Record<string, unknown>[]; types: Record<string, string>; ties: Record<string, unknown>[] };
  expect(loaded.configs).toEqual(['preference', 'ties']);
  expect(loaded.default).toEqual([
    {
      prompt: [{ role: 'user', content: 'How do I reset plain?' }],
      chosen: [{ role: 'assistant', content: 'Answer one to plain' }],
      rejected: [{ role: 'assistant', content: 'Answer two to plain' }],
      id: 'plain',
      domain: 'support',
      votes: 2,
      strength_much: 1,
      strength_slightly: 0,
      flags_chosen: [],
      flags_rejected: ['stale', 'unsafe'],
      agreement: 1,
    },
    {
      prompt: turns,
      chosen: [{ role: 'assistant', content: 'Answer two to turns' }],
      rejected: [{ role: 'assistant', content: 'Answer one to turns' }],
      id: 'turns',
      domain: 'support',
      votes: 3,
      strength_much: 0,
      strength_slightly: 0,
      flags_chosen: [],
      flags_rejected: [],
      agreement: 2 / 3,
    },
  ]);
  expect(Object.keys(loaded.types)).toEqual(['prompt', 'chosen', 'rejected', 'id', 'domain', 'votes', 'strength_much', 'strength_slightly', 'flags_chosen', 'flags_rejected', 'agreement']);
  expect(loaded.types['agreement']).toContain('float64');
  expect(loaded.ties.map((row) => [row['id'], row['verdict']])).toEqual([['even', 'tie'], ['bad', 'both_bad']]);
});

test.skipIf(!hasTrl)(`TRL's DPOTrainer takes two steps on the folder as it is${whyNoTrl}`, { timeout: 300_000 }, async () => {
  const ids = ['one', 'two', 'three', 'four'];
  const project = await insertProject(database.db, ids, { title: 'Trained' });
  const rows = ids.map((pair_id, index) => ({ project_id: project.id, pair_id, verdict: index % 2 === 0 ? ('a' as const) : ('b' as const), vote_count: 2, agreement: 1, rule: 'test', part: 1 }));
  await database.db.insertInto('accepted_pair').values(rows).execute();
  const { folder } = await pushAccepted({ db: database.db, acceptedDir, now: () => new Date() }, project.id);
  const environment = { ...process.env, HF_HUB_OFFLINE: '1', HF_HOME: join(acceptedDir, 'home'), CUDA_VISIBLE_DEVICES: '' };
  const out = execFileSync(python, [packagePath('tests', 'trainers', 'dpo_step.py'), folder, join(acceptedDir, 'trained')], { env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  expect(JSON.parse(out.trim().split('\n').at(-1)!)).toMatchObject({ rows: 4, steps: 2, loss: expect.any(Number) as number });
});
