import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { headCommand } from '../../cli/commands/head.js';
import { hashedNgrams } from '../../ml-backend/embedding/hashed-ngrams.js';
import { repeatRound } from '../../ml-backend/rounds/repeat-round.js';
import { createRound, runRound, type RunOptions } from '../../ml-backend/rounds/round.js';
import { readRound } from '../../ml-backend/rounds/stored-round.js';
import { trainHead } from '../../ml-backend/rounds/train-head.js';
import { runInProcess } from '../support/run-command.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { addBatch, addPairs, emptyPool, seedBareProject } from './seed-pool.js';

const NOW = new Date('2026-03-01T10:00:00Z');
const clock = { now: () => NOW, clockMs: () => performance.now() };
const later = (days: number) => ({ ...clock, now: () => new Date(NOW.getTime() + days * 86_400_000) });

let database: TestDatabase;
let projectId: number;
beforeAll(async () => {
  database = await createTestDatabase();
  vi.stubEnv('DATABASE_URL', database.url);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await database.drop();
});
beforeEach(async () => {
  await database.db.deleteFrom('reward_head').execute();
  await database.db.deleteFrom('accepted_pair').execute();
  projectId = await emptyPool(database.db);
});

const POLITE = 'Thank you for asking, here is a careful and complete answer with every step.';
const RUDE = 'no idea lol go away';
/** Twenty judged pairs: the polite response won, whichever side it stood on. */
async function seedAccepted(): Promise<void> {
  const pairs = Array.from({ length: 20 }, (_, at) => ({ id: `j${at}`, prompt: `Question number ${at}`, response_a: at % 2 === 0 ? POLITE : RUDE, response_b: at % 2 === 0 ? RUDE : POLITE }));
  await addPairs(database.db, 'pool', pairs);
  await addBatch(database.db, projectId, pairs.map(({ id }) => id));
  await accept(pairs.map(({ id }) => id), new Date(NOW.getTime() - 60_000));
}
async function accept(ids: readonly string[], acceptedAt: Date): Promise<void> {
  const stored = await database.db.selectFrom('pair').select(['id', 'response_a']).where('id', 'in', ids).execute();
  const rows = stored.map((pair) => ({ project_id: projectId, pair_id: pair.id, verdict: pair.response_a === POLITE ? ('a' as const) : ('b' as const), vote_count: 2, agreement: 1, rule: 'r', accepted_at: acceptedAt, part: 1 }));
  await database.db.insertInto('accepted_pair').values(rows).execute();
}
/** Three pairs to pick from: one that the judged ones decide, one of two responses that are alike, one in between; the data says the opposite. */
async function seedPool(): Promise<void> {
  await addPairs(database.db, 'pool', [
    { id: 'clear', response_a: POLITE, response_b: RUDE, uncertainty: 1 },
    { id: 'alike', response_a: POLITE, response_b: POLITE, uncertainty: 0 },
    { id: 'between', response_a: POLITE, response_b: 'here is a careful answer lol', uncertainty: 0.5 },
  ]);
}
async function ranked(options: Record<string, unknown>, run: RunOptions = clock): Promise<{ roundId: number; ids: string[] }> {
  const roundId = await createRound(database.db, { projectId, options: { strategy: 'uncertainty', ...options } });
  await runRound(database.db, roundId, run);
  const picks = await database.db.selectFrom('selection_pick').select('pair_id').where('round_id', '=', roundId).orderBy('rank').execute();
  return { roundId, ids: picks.map(({ pair_id }) => pair_id) };
}

test('a round takes its uncertainties from the newest head of its project, says which, and can be repeated without it', async () => {
  await seedAccepted();
  await seedPool();
  expect((await ranked({})).ids).toEqual(['clear', 'between', 'alike']);
  const { id } = await trainHead(database.db, projectId, { now: clock.now, seed: 0 });
  const { roundId, ids } = await ranked({ head: 'newest' });
  expect(ids).toEqual(['alike', 'between', 'clear']);
  expect(await readRound(database.db, roundId)).toMatchObject({ head: String(id), uncertaintySource: `margin of reward head ${id} (reward-head-1, 20 accepted pairs)`, embedder: 'hashed-ngrams-3' });
  const [alike] = await database.db.selectFrom('selection_pick').select('score').where('round_id', '=', roundId).orderBy('rank').execute();
  expect(alike!.score).toBe(1);
  await database.db.deleteFrom('reward_head').execute();
  expect((await repeatRound(database.db, roundId, () => {})).first).toBeUndefined();
});

test('cold start: without a head of its own project the data decides, and the round says so', async () => {
  await seedAccepted();
  await seedPool();
  await trainHead(database.db, projectId, { now: clock.now, seed: 0 });
  projectId = await seedBareProject(database.db, 8);
  await addBatch(database.db, projectId, Array.from({ length: 20 }, (_, at) => `j${at}`));
  const { roundId, ids } = await ranked({ head: 'newest' });
  expect(ids).toEqual(['clear', 'between', 'alike']);
  expect(await readRound(database.db, roundId)).toMatchObject({ head: 'none', uncertaintySource: 'given in the data; there is no reward head yet' });
});

test('a stale head is flagged, or refused: by pairs accepted since, and by days', async () => {
  await seedAccepted();
  await seedPool();
  const { id } = await trainHead(database.db, projectId, { now: clock.now, seed: 0 });
  await database.db.deleteFrom('accepted_pair').where('pair_id', 'in', ['j0', 'j1']).execute();
  await accept(['j0', 'j1'], new Date(NOW.getTime() + 60_000));
  expect((await readRound(database.db, (await ranked({ head: 'newest', head_pairs_max: 3 })).roundId)).uncertaintySource).not.toContain('stale');
  const flagged = await ranked({ head: 'newest', head_pairs_max: 2 });
  expect((await readRound(database.db, flagged.roundId)).uncertaintySource).toBe(`margin of reward head ${id} (reward-head-1, 20 accepted pairs; stale: 2 pairs were accepted since it was trained (2 make it stale))`);
  expect(flagged.ids).toEqual(['alike', 'between', 'clear']);
  await expect(ranked({ head: 'newest', stale_head: 'refuse' }, later(14))).rejects.toThrow(`Reward head ${id} is stale: it is 14 days old (14 make it stale). Train a new one with pairloop head train.`);
  const { id: newer } = await trainHead(database.db, projectId, { now: later(14).now, seed: 0 });
  expect((await readRound(database.db, (await ranked({ head: 'newest', stale_head: 'refuse' }, later(14))).roundId)).head).toBe(String(newer));
});

test('a head of another embedder is refused', async () => {
  await seedAccepted();
  await seedPool();
  const other = { ...hashedNgrams, name: 'other' };
  const { id } = await trainHead(database.db, projectId, { now: clock.now, seed: 0, openEmbeddingSource: () => Promise.resolve(other) });
  await expect(ranked({ head: 'newest' })).rejects.toThrow(`Reward head ${id} weighs vectors of other-3, and pairs are embedded by hashed-ngrams-3 now. Train a new one with pairloop head train.`);
  expect((await ranked({ head: 'newest' }, { ...clock, openEmbeddingSource: () => Promise.resolve(other) })).ids).toEqual(['alike', 'between', 'clear']);
});

test('pairloop head train says what it learned; without accepted pairs, that there is nothing to learn from', async () => {
  await expect(runInProcess(headCommand, ['train'])).rejects.toThrow('There is nothing to learn from: the project has no accepted pair yet (both_bad teaches nothing).');
  await seedAccepted();
  const { stdout } = await runInProcess(headCommand, ['train', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ embedder: 'hashed-ngrams-3', accepted: 20, prompts: 20, held_out: { n: 20 } });
  expect((await runInProcess(headCommand, ['train'])).stdout).toMatch(/^Reward head \d+ learned from 20 accepted pairs of 20 prompts \(vectors: hashed-ngrams-3\)\. On prompts it had not seen: log-loss 0\.\d{3}, Brier 0\.\d{3}, ECE 0\.\d{3}\.\n$/);
});
