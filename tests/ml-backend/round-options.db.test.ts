import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLogger } from '../../core/logging.js';
import { startQueue } from '../../core/queue.js';
import { vectorToBytes } from '../../ml-backend/embedding/vector-bytes.js';
import { registerSelectionJobs } from '../../ml-backend/jobs.js';
import { repeatRound } from '../../ml-backend/rounds/repeat-round.js';
import { createRound, runRound } from '../../ml-backend/rounds/round.js';
import { cancelRound, readRound } from '../../ml-backend/rounds/stored-round.js';
import { STRATEGIES } from '../../ml-backend/selection/strategies.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { addBatch, addPairs, emptyPool } from './seed-pool.js';

const clock = { now: () => new Date('2026-03-01T10:00:00Z'), clockMs: () => performance.now() };
const silent = (): void => {};

let database: TestDatabase;
let projectId: number;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  projectId = await emptyPool(database.db);
});

const picksOf = (roundId: number) => database.db.selectFrom('selection_pick').select(['rank', 'pair_id', 'score']).where('round_id', '=', roundId).orderBy('rank').execute();
const newRound = (options: Record<string, unknown> = {}) => createRound(database.db, { projectId, options });
async function run(options: Record<string, unknown>): Promise<{ roundId: number; ids: string[]; scores: number[] }> {
  const roundId = await newRound(options);
  await runRound(database.db, roundId, clock);
  const picks = await picksOf(roundId);
  return { roundId, ids: picks.map((pick) => pick.pair_id), scores: picks.map((pick) => pick.score) };
}

/** 24 pairs with vectors, uncertainties and priorities that follow no pattern; p00 to p03 are in a batch already. */
const ROWS = Array.from({ length: 24 }, (_, at) => ({
  id: `p${String(at).padStart(2, '0')}`,
  embedding: [(at * 7) % 11, (at * 5) % 13, ((at * 3) % 7) / 2],
  uncertainty: ((at * 11) % 24) / 24,
  priority: ((at * 17) % 24) / 10,
  prompt: `prompt ${(at * at) % 7}`,
}));
const LABELLED = ROWS.slice(0, 4).map(({ id }) => id);
async function seedRows(): Promise<void> {
  await addPairs(database.db, 'pool', ROWS);
  await addBatch(database.db, projectId, LABELLED);
}
const columnsOf = (rows: typeof ROWS) => ({
  embeddings: { data: Float32Array.from(rows.flatMap(({ embedding }) => embedding)), rows: rows.length, columns: 3 },
  uncertainty: Float64Array.from(rows, ({ uncertainty }) => uncertainty),
});

describe('a round takes all that a selection takes:', () => {
  test.each([...STRATEGIES.keys()])('%s', async (strategy) => {
    await seedRows();
    const rows = ROWS.slice(4);
    const prompts = rows.map(({ prompt }) => rows.findIndex((row) => row.prompt === prompt));
    const { indices, scores } = STRATEGIES.get(strategy)!.select({ ...columnsOf(rows), prompts, k: 9, weight: 0.3, seed: 5 });
    const done = await run({ k: 9, strategy, weight: 0.3, seed: 5 });
    expect(done).toMatchObject({ ids: indices.map((row) => rows[row]!.id), scores });
    expect(await readRound(database.db, done.roundId)).toMatchObject({ state: 'done', codeVersion: expect.stringContaining(strategy) as string, head: 'none', poolSize: 20, picked: 9 });
  });

  test('labelled pairs as centers, priorities, least distance', async () => {
    await seedRows();
    const options = { k: 9, weight: 0.3, priority_weight: 0.4, centers: 'labelled', min_distance: 2.5 };
    const { indices, scores } = STRATEGIES.get('hybrid')!.select({
      ...columnsOf(ROWS),
      k: 9,
      weight: 0.3,
      seed: 0,
      centers: [0, 1, 2, 3],
      priority: Float64Array.from(ROWS, ({ priority }) => priority),
      priorityWeight: 0.4,
      minDistance: 2.5,
    });
    const { ids, scores: stored } = await run(options);
    expect({ ids, stored }).toEqual({ ids: indices.map((row) => ROWS[row]!.id), stored: scores });
    expect(ids.filter((id) => LABELLED.includes(id))).toEqual([]);
  });

  test('prompts that are labelled already wait, and so many pairs compete as asked for', async () => {
    await seedRows();
    const { indices, scores } = STRATEGIES.get('prompt-balanced-margin')!.select({
      ...columnsOf(ROWS),
      prompts: ROWS.map(({ prompt }) => ROWS.findIndex((row) => row.prompt === prompt)),
      k: 9,
      weight: 0.6,
      seed: 2,
      centers: [0, 1, 2, 3],
      candidates: 2,
    });
    const { ids, scores: stored } = await run({ k: 9, strategy: 'prompt-balanced-margin', seed: 2, centers: 'labelled', candidates: 2 });
    expect({ ids, stored }).toEqual({ ids: indices.map((row) => ROWS[row]!.id), stored: scores });
  });

  test('cosine: the length of a vector has no part', async () => {
    await addPairs(database.db, 'pool', [[1, 0], [900, 1], [0, 2], [3, 3]].map((embedding, at) => ({ id: `p${at}`, embedding })));
    expect((await run({ k: 3, strategy: 'k-center', metric: 'cosine' })).ids).toEqual(['p0', 'p2', 'p3']);
  });

  test('budgets: a named domain gets its number, the others share the rest; one without pairs is named', async () => {
    const domains = [...Array.from({ length: 10 }, () => 'support'), ...Array.from({ length: 6 }, () => 'code'), 'safety', 'safety'];
    await addPairs(database.db, 'pool', domains.map((domain, at) => ({ id: `p${String(at).padStart(2, '0')}`, domain, embedding: [at, at % 3] })));
    const counts = async (options: Record<string, unknown>): Promise<Record<string, number>> => {
      const { ids } = await run(options);
      return Object.fromEntries(['support', 'code', 'safety'].map((domain) => [domain, ids.filter((id) => domains[Number(id.slice(1))] === domain).length]));
    };
    expect(await counts({ k: 9, budgets: { code: 5 } })).toEqual({ support: 3, code: 5, safety: 1 });
    expect(await counts({ k: 12, budgets: { safety: 6, support: 2 } })).toEqual({ support: 2, code: 6, safety: 2 });
    expect(await counts({ k: 5, budgets: { safety: 0, support: 0 } })).toEqual({ support: 0, code: 5, safety: 0 });
    const wrong = await newRound({ k: 5, budgets: { legal: 1 } });
    await expect(runRound(database.db, wrong, clock)).rejects.toThrow('budgets names the domain "legal", which has no pair to pick; there are code, safety, support.');
    expect((await readRound(database.db, wrong)).state).toBe('failed');
  });

  test('a domain of which all else is too near gives its turns to the others', async () => {
    await addPairs(database.db, 'pool', [...[0, 0.1, 0.2, 0.3].map((x, at) => ({ id: `a${at}`, domain: 'a', embedding: [x] })), ...[0, 5, 10].map((x, at) => ({ id: `b${at}`, domain: 'b', embedding: [x] }))]);
    expect((await run({ k: 6, min_distance: 1 })).ids).toEqual(['a0', 'b0', 'b2', 'b1']);
  });

  test.each([
    [{ strategy: 'uncertainty' }, 'The strategy uncertainty needs uncertainties, and no pair of the pool has one; import pairs with the field uncertainty, or take another strategy.'],
    [{ priority_weight: 0.2 }, 'The priority weight is 0.2, and no pair of the pool has a priority; give priorities, or leave the weight out.'],
  ])('%o without such numbers in the pool: says so', async (options, message) => {
    await addPairs(database.db, 'pool', [{ id: 'p1' }]);
    await expect(runRound(database.db, await newRound(options), clock)).rejects.toThrow(message);
  });
});

describe('a vector that is none', () => {
  const spoil = (bytes: Buffer) => database.db.updateTable('pair_embedding').set({ vector: bytes }).where('pair_id', '=', 'p13').execute();
  test.each([
    ['NaN', vectorToBytes([1, Number.NaN, 2]), 'The embedding of the pair "p13" holds NaN at column 1 (counted from 0); every number must be finite.'],
    ['wrong length', vectorToBytes([1, 2]), 'The embedding of the pair "p13" has 2 numbers, that of "p04" has 3; give embeddings of one model only.'],
    ['no whole numbers', Buffer.from([1, 2, 3]), 'The embedding of the pair "p13" has 3 bytes, which is no vector of float32 numbers; import the pair again with another id.'],
  ])('%s: the pair is named, nothing is half written, and the mended pool can be ranked', async (_, bytes, message) => {
    await seedRows();
    await spoil(bytes);
    const roundId = await newRound({ k: 9 });
    await expect(runRound(database.db, roundId, clock)).rejects.toThrow(message);
    expect(await readRound(database.db, roundId)).toMatchObject({ state: 'failed', failure: message, picked: 0, progress: null });
    await spoil(vectorToBytes([1, 1, 1]));
    expect(await runRound(database.db, roundId, clock)).toMatchObject({ picked: 9 });
  });
});

describe('a round that is cut off', () => {
  test.each([...STRATEGIES.keys()])('%s: is taken up with the same picks, whatever was imported meanwhile; none are seen before', async (strategy) => {
    await seedRows();
    const whole = await run({ k: 9, strategy, seed: 3 });
    const roundId = await newRound({ k: 9, strategy, seed: 3 });
    const cut = (step: string, done: number): void => {
      if (step === 'picked' && done === 5) throw new Error('cut off');
    };
    await expect(runRound(database.db, roundId, { ...clock, onProgress: cut })).rejects.toThrow('cut off');
    expect(await readRound(database.db, roundId)).toMatchObject({ state: 'running', picked: 0, progress: { step: 'picking', done: 1, total: 9 } });
    await addPairs(database.db, 'pool', [{ id: 'p00-far', embedding: [500, 500, 500], uncertainty: 1 }]);
    await runRound(database.db, roundId, clock);
    expect((await picksOf(roundId)).map((pick) => [pick.pair_id, pick.score])).toEqual(whole.ids.map((id, rank) => [id, whole.scores[rank]]));
    expect((await readRound(database.db, roundId)).progress).toBeNull();
  });

  test('is taken up by the next worker that starts, without a job of its own', async () => {
    await seedRows();
    const roundId = await newRound({ k: 3 });
    await database.db.updateTable('selection_round').set({ state: 'running' }).where('id', '=', roundId).execute();
    const log = createLogger('test', 'silent');
    const queue = await startQueue(database.url, log);
    try {
      await registerSelectionJobs(queue, { db: database.db, log, ...clock });
      await expect.poll(async () => (await readRound(database.db, roundId)).state, { timeout: 15_000 }).toBe('done');
    } finally {
      await queue.stop();
    }
  });

  test('a vector that changed meanwhile is named', async () => {
    await seedRows();
    const roundId = await newRound({ k: 9 });
    const cut = (): void => {
      throw new Error('cut off');
    };
    await expect(runRound(database.db, roundId, { ...clock, onProgress: cut })).rejects.toThrow('cut off');
    await database.db.updateTable('pair_embedding').set({ vector: vectorToBytes([9, 9, 9]) }).where('pair_id', '=', 'p09').execute();
    await expect(runRound(database.db, roundId, clock)).rejects.toThrow('The embedding of the pair "p09" by given is another one than the round looked at (its SHA-256 differs); start a new round.');
  });
});

describe('cancelRound', () => {
  test('a round that waits is not run; one that runs ends at its next report and keeps no picks', async () => {
    await seedRows();
    const waiting = await newRound();
    await cancelRound(database.db, waiting, clock.now());
    await expect(runRound(database.db, waiting, clock)).rejects.toThrow(`Selection round ${waiting} was cancelled; start a new one.`);
    const running = await newRound({ k: 20 });
    let cancelling: Promise<void> | undefined;
    let ms = 0;
    const onProgress = (step: string, done: number): void => {
      if (step === 'picked' && done === 2) cancelling = cancelRound(database.db, running, clock.now());
    };
    await expect(runRound(database.db, running, { now: clock.now, clockMs: () => (ms += 1_000), onProgress })).rejects.toThrow('was cancelled');
    await cancelling;
    expect(await readRound(database.db, running)).toMatchObject({ state: 'cancelled', picked: 0, failure: null });
    await expect(cancelRound(database.db, running, clock.now())).rejects.toThrow(`Selection round ${running} is cancelled; only one that waits or runs can be cancelled.`);
    await expect(cancelRound(database.db, 99, clock.now())).rejects.toThrow('There is no selection round 99; see them with pairloop round list.');
  });
});

describe('repeatRound', () => {
  test.each([...STRATEGIES.keys()])('%s: equal, whatever became of the pool since', async (strategy) => {
    await seedRows();
    const { roundId } = await run({ k: 9, strategy, seed: 8 });
    await addPairs(database.db, 'pool', [{ id: 'new', embedding: [70, 70, 70], uncertainty: 1 }]);
    await addBatch(database.db, projectId, ['p10', 'p11']);
    await database.db.updateTable('pair').set({ uncertainty: 0, priority: 9 }).execute();
    expect(await repeatRound(database.db, roundId, silent)).toEqual({ picks: 9, first: undefined, otherCode: undefined });
  });

  test('names the first difference: another pair, another score by the last bit, a pick too few', async () => {
    await seedRows();
    const { roundId, ids, scores } = await run({ k: 6 });
    await database.db.updateTable('selection_round').set({ code_version: 'pairloop 0.0.1, hybrid-0' }).where('id', '=', roundId).execute();
    await database.db.deleteFrom('selection_pick').where('round_id', '=', roundId).where('rank', '=', 5).execute();
    expect(await repeatRound(database.db, roundId, silent)).toEqual({
      picks: 5,
      first: { rank: 5, stored: undefined, repeated: { pairId: ids[5], score: scores[5] } },
      otherCode: { stored: 'pairloop 0.0.1, hybrid-0', own: 'pairloop 0.1.0, hybrid-1' },
    });
    const nudged = scores[3]! + Number.EPSILON / 2;
    expect(nudged).not.toBe(scores[3]);
    await database.db.updateTable('selection_pick').set({ score: nudged }).where('round_id', '=', roundId).where('rank', '=', 3).execute();
    expect((await repeatRound(database.db, roundId, silent)).first).toEqual({ rank: 3, stored: { pairId: ids[3], score: nudged }, repeated: { pairId: ids[3], score: scores[3] } });
    await database.db.updateTable('selection_pick').set({ pair_id: 'p00' }).where('round_id', '=', roundId).where('rank', '=', 0).execute();
    expect((await repeatRound(database.db, roundId, silent)).first).toMatchObject({ rank: 0, stored: { pairId: 'p00' }, repeated: { pairId: ids[0] } });
  });

  test('refuses what cannot be repeated', async () => {
    await seedRows();
    await expect(repeatRound(database.db, await newRound(), silent)).rejects.toThrow(/is waiting; only one that is done can be repeated/);
    const { roundId } = await run({ k: 6 });
    await sql`update selection_input set uncertainty = 0.5 where place = 7`.execute(database.db);
    await expect(repeatRound(database.db, roundId, silent)).rejects.toThrow(`What selection round ${roundId} looked at was changed after it ran (its SHA-256 differs); it cannot be repeated.`);
    await database.db.deleteFrom('selection_input').execute();
    await expect(repeatRound(database.db, roundId, silent)).rejects.toThrow(`What selection round ${roundId} looked at is not stored; it cannot be repeated.`);
  });
});
