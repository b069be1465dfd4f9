import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connect } from '../../core/database/connect.js';
import { createLogger } from '../../core/logging.js';
import { startQueue } from '../../core/queue.js';
import { registerSelectionJobs } from '../../ml-backend/jobs.js';
import { createRound, runRound } from '../../ml-backend/rounds/round.js';
import { selectHybrid } from '../../ml-backend/selection/hybrid.js';
import { STRATEGIES } from '../../ml-backend/selection/strategies.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { addBatch, addPairs, emptyPool, seedBareProject } from './seed-pool.js';

const NOW = new Date('2026-03-01T10:00:00Z');
let ticks = 0;
const clock = { now: () => NOW, clockMs: () => (ticks += 5) };

let database: TestDatabase;
let projectId: number;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  projectId = await emptyPool(database.db);
});

const add = (purpose: 'pool' | 'gold', pairs: Parameters<typeof addPairs>[2]) => addPairs(database.db, purpose, pairs);
const picksOf = (roundId: number) => database.db.selectFrom('selection_pick').select(['rank', 'pair_id', 'score']).where('round_id', '=', roundId).orderBy('rank').execute();
const roundRow = (roundId: number) => database.db.selectFrom('selection_round').selectAll().where('id', '=', roundId).executeTakeFirstOrThrow();

describe('runRound', () => {
  test('ranks the releasable pool exactly as the hybrid selection over given vectors, ids in code unit order', async () => {
    const vectors: Record<string, number[]> = { 'b-1': [0, 0], 'a-2': [5, 0], 'B-3': [0, 1], 'é-4': [9, 9], 'a-1': [5, 0] };
    await add('pool', Object.entries(vectors).map(([id, embedding], at) => ({ id, embedding, uncertainty: at === 1 ? 0.9 : 0.1 * at })));
    await add('pool', [{ id: 'no-consent', consent: undefined, embedding: [100, 100] }]);
    await add('gold', [{ id: 'gold-1', embedding: [50, 50] }]);
    const ids = ['B-3', 'a-1', 'a-2', 'b-1', 'é-4'];
    const uncertainty = Float64Array.from(ids, (id) => (id === 'a-2' ? 0.9 : 0.1 * Object.keys(vectors).indexOf(id)));
    const expected = selectHybrid({ embeddings: { data: Float32Array.from(ids.flatMap((id) => vectors[id]!)), rows: 5, columns: 2 }, uncertainty, k: 4, weight: 0.6 });

    const roundId = await createRound(database.db, { projectId, options: { k: 4 } });
    const result = await runRound(database.db, roundId, clock);
    expect(await picksOf(roundId)).toEqual(expected.indices.map((index, rank) => ({ rank, pair_id: ids[index], score: expected.scores[rank] })));
    expect(result).toEqual({ poolSize: 5, picked: 4, embedder: 'given', uncertaintySource: 'given in the data', elapsedMs: expect.any(Number) as number });
    expect(await roundRow(roundId)).toMatchObject({
      state: 'done',
      strategy: 'hybrid',
      weight: 0.6,
      k: 4,
      embedder: 'given',
      uncertainty_source: 'given in the data',
      code_version: 'pairloop 0.1.0, hybrid-1',
      inputs_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      pool_size: 5,
      elapsed_ms: result.elapsedMs,
      failure: null,
      finished_at: NOW,
    });
  });

  test('cold start: the built-in featuriser and diversity alone, and says so; domains take turns', async () => {
    await add('pool', Array.from({ length: 9 }, (_, at) => ({ id: `p${at}`, domain: at < 6 ? 'support' : 'code' })));
    await add('pool', [{ id: 'given', domain: 'support', embedding: [1, 2, 3] }]);
    const roundId = await createRound(database.db, { projectId, options: { k: 6 } });
    const steps: unknown[] = [];
    const result = await runRound(database.db, roundId, { ...clock, onProgress: (...step) => steps.push(step) });
    expect(steps).toEqual([['embedded', 10, 10], ...[1, 2, 3, 4, 5, 6].map((done) => ['picked', done, 6])]);
    expect(result).toMatchObject({ poolSize: 10, picked: 6, embedder: 'hashed-ngrams-3', uncertaintySource: 'none (cold start): diversity alone' });
    const domains = new Map((await database.db.selectFrom('pair').select(['id', 'domain']).execute()).map((pair) => [pair.id, pair.domain]));
    expect((await picksOf(roundId)).map((pick) => domains.get(pick.pair_id))).toEqual(['support', 'code', 'support', 'support', 'code', 'support']);
  });

  test('says for how many pairs the data gave an uncertainty', async () => {
    await add('pool', [{ id: 'p1', uncertainty: 0.5 }, { id: 'p2' }]);
    const roundId = await createRound(database.db, { projectId, options: { k: 2, weight: 1 } });
    expect(await runRound(database.db, roundId, clock)).toMatchObject({ uncertaintySource: 'given in the data for 1 of 2 pairs, 0 for the others' });
    expect((await picksOf(roundId)).map((pick) => pick.pair_id)).toEqual(['p1', 'p2']);
  });

  test('pairs in a batch of the project are left out, those in a batch of another are not', async () => {
    await add('pool', [{ id: 'p1' }, { id: 'p2' }, { id: 'p3' }]);
    await addBatch(database.db, projectId, ['p1']);
    await addBatch(database.db, await seedBareProject(database.db, 8), ['p2']);
    const roundId = await createRound(database.db, { projectId, options: { k: 10 } });
    await runRound(database.db, roundId, clock);
    expect((await picksOf(roundId)).map((pick) => pick.pair_id).sort()).toEqual(['p2', 'p3']);
  });

  test('a done round stays as it is when it is run again', async () => {
    await add('pool', Array.from({ length: 5 }, (_, at) => ({ id: `p${at}` })));
    const roundId = await createRound(database.db, { projectId, options: { k: 3 } });
    const first = await runRound(database.db, roundId, clock);
    const picks = await picksOf(roundId);
    expect(picks).toHaveLength(3);
    await add('pool', [{ id: 'later' }]);
    expect(await runRound(database.db, roundId, clock)).toEqual(first);
    expect(await picksOf(roundId)).toEqual(picks);
  });

  test('two runs at once end with one set of picks, and equal inputs give equal picks and hash', async () => {
    await add('pool', Array.from({ length: 30 }, (_, at) => ({ id: `p${at}` })));
    const roundId = await createRound(database.db, { projectId, options: { k: 20 } });
    const other = connect(database.url, 2);
    await Promise.all([runRound(database.db, roundId, clock), runRound(other, roundId, clock)]);
    await other.destroy();
    const again = await createRound(database.db, { projectId, options: { k: 20 } });
    await runRound(database.db, again, clock);
    expect(await picksOf(again)).toEqual(await picksOf(roundId));
    expect((await roundRow(again)).inputs_sha256).toBe((await roundRow(roundId)).inputs_sha256);
  });

  test('nothing to select from: says why, and the round is failed', async () => {
    const empty = await createRound(database.db, { projectId, options: { k: 3 } });
    await expect(runRound(database.db, empty, clock)).rejects.toThrow('There is nothing to select from: the pool is empty. Import pairs with pairloop pairs import FILE.');
    await add('pool', [{ id: 'p1', consent: undefined }]);
    const unreleasable = await createRound(database.db, { projectId, options: { k: 3 } });
    const reason = 'There is nothing to select from: of 1 pairs in the pool 1 have no consent (import their file again with --consent BASIS). Import more pairs.';
    await expect(runRound(database.db, unreleasable, clock)).rejects.toThrow(reason);
    expect(await roundRow(unreleasable)).toMatchObject({ state: 'failed', failure: reason, finished_at: NOW });
  });

  test.each([
    [{ k: 0 }, 'k is 0; it must be a whole number from 1 to 10000.'],
    [{ k: 1.5 }, 'k is 1.5; it must be a whole number from 1 to 10000.'],
    [{ k: 10_001 }, 'k is 10001; it must be a whole number from 1 to 10000.'],
    [{ weight: 2 }, 'weight is 2; it must be from 0 to 1.'],
    [{ strategy: 'best' }, `strategy is "best"; it must be one of ${[...STRATEGIES.keys()].join(', ')}.`],
    [{ weight: 0.75, priority_weight: 0.5 }, 'priority_weight is 0.5; it must be at most 1 − weight, which is 0.25.'],
    [{ strategy: 'random', min_distance: 1 }, 'min_distance is 1; it must be left out: it has no part in the strategy random.'],
    [{ strategy: 'kmeans++', centers: 'labelled' }, 'centers is "labelled"; it must be left out: it has no part in the strategy kmeans++.'],
    [{ candidates: 9 }, 'candidates is 9; it must be left out: it has no part in the strategy hybrid.'],
    [{ k: 5, budgets: { code: 4, support: 2 } }, 'budgets is {"code":4,"support":2}; it must add up to at most k, which is 5; they add up to 6.'],
    [{ min_distance: -1 }, 'min_distance is -1; it must be 0 or more.'],
    [{ metric: 'manhattan', seed: -1 }, 'metric is "manhattan"; it must be euclidean or cosine. seed is -1; it must be a whole number from 0 to 9007199254740991.'],
    [{ embedder: 'x' }, 'Unrecognized key: "embedder".'],
  ])('createRound refuses %o', async (options, message) => {
    await expect(createRound(database.db, { projectId, options })).rejects.toThrow(message);
  });

  test('createRound refuses a project that is not there', async () => {
    await expect(createRound(database.db, { projectId: 999, options: {} })).rejects.toThrow('There is no project 999; see the projects with pairloop status.');
  });
});

test('the job runs a round, and gives up on one that cannot be run', async () => {
  await add('pool', [{ id: 'p1' }, { id: 'p2' }]);
  const log = createLogger('test', 'silent');
  const queue = await startQueue(database.url, log);
  try {
    await registerSelectionJobs(queue, { db: database.db, log, ...clock });
    const good = await createRound(database.db, { projectId, options: { k: 2 } });
    await queue.send(database.db, 'selection-round', { roundId: 12_345 });
    await queue.send(database.db, 'selection-round', { roundId: good });
    await expect.poll(async () => (await roundRow(good)).state, { timeout: 15_000 }).toBe('done');
    const { rows } = await sql<{ state: string }>`select state from pgboss.job where name = 'selection-round' order by created_on`.execute(database.db);
    expect(rows.map((row) => row.state)).toEqual(['completed', expect.stringMatching(/active|completed/)]);
  } finally {
    await queue.stop();
  }
}, 30_000);
