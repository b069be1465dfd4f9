import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildBatch } from '../../webhooks/quality/batch.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { insertPairs, insertProject, type ExampleProject } from './example-project.js';

let database: TestDatabase;
let goldIds: string[];
beforeAll(async () => {
  database = await createTestDatabase();
  goldIds = Array.from({ length: 12 }, (_, index) => `gold-${index}`);
  const pairs = goldIds.map((id, index) => ({ id, purpose: 'gold' as const, domain: index < 10 ? 'support' : 'code' }));
  await insertPairs(database.db, pairs);
  const answer = { accepted_verdicts: '["a"]', explanation: 'A answers.', author: 'tests' };
  await database.db.insertInto('gold_item').values(goldIds.map((id) => ({ pair_id: id, ...answer }))).execute();
});
afterAll(() => database.drop());

/** A finished round over new support pairs, picked in the order of their numbers. */
async function insertRound(project: ExampleProject, name: string, count: number, state: 'done' | 'running' = 'done') {
  const ids = Array.from({ length: count }, (_, index) => `${name}-${String(index).padStart(3, '0')}`);
  await insertPairs(database.db, ids.map((id) => ({ id })));
  const { id } = await database.db
    .insertInto('selection_round')
    .values({ project_id: project.id, state, strategy: 'hybrid', weight: 0.6, k: count, embedder: 'x', uncertainty_source: 'none', code_version: 'x' })
    .returning('id')
    .executeTakeFirstOrThrow();
  await database.db.insertInto('selection_pick').values(ids.map((pair_id, rank) => ({ round_id: id, rank, pair_id, score: 1 }))).execute();
  return { roundId: id, ids };
}

const build = (project: ExampleProject, settings: { roundId: number; goldCount?: number; goldShare?: number }) =>
  buildBatch({ db: database.db, randomInt }, { projectId: project.id, ...settings });

async function itemsOf(batchId: number) {
  return database.db.selectFrom('batch_item').select(['pair_id', 'kind', 'position', 'task_id']).where('batch_id', '=', batchId).orderBy('position').execute();
}

describe('buildBatch', () => {
  test('keeps the rank order and puts gold of the same domain among it, a tenth when nothing is said', async () => {
    const project = await insertProject(database.db, []);
    const { roundId, ids } = await insertRound(project, 'tenth', 60);
    const batch = await build(project, { roundId });
    expect(batch).toMatchObject({ pairCount: 60, goldCount: 7, withheld: [] });
    const items = await itemsOf(batch.batchId);
    expect(items.map((item) => item.position)).toEqual(Array.from({ length: 67 }, (_, position) => position));
    expect(items.filter((item) => item.kind === 'pair').map((item) => item.pair_id)).toEqual(ids);
    const gold = items.filter((item) => item.kind === 'gold').map((item) => item.pair_id);
    expect(new Set(gold).size).toBe(7);
    expect(goldIds.slice(0, 10)).toEqual(expect.arrayContaining(gold));
  });

  test('takes as many gold items as asked, never more than there are, and none on request', async () => {
    const project = await insertProject(database.db, []);
    const rounds = [await insertRound(project, 'eight', 60), await insertRound(project, 'all', 5), await insertRound(project, 'none', 5)];
    expect(await build(project, { roundId: rounds[0]!.roundId, goldCount: 8 })).toMatchObject({ pairCount: 60, goldCount: 8 });
    expect(await build(project, { roundId: rounds[1]!.roundId, goldCount: 99 })).toMatchObject({ pairCount: 5, goldCount: 10 });
    expect(await build(project, { roundId: rounds[2]!.roundId, goldCount: 0 })).toMatchObject({ pairCount: 5, goldCount: 0 });
  });

  test('takes unused gold first', async () => {
    const project = await insertProject(database.db, []);
    const rounds = [await insertRound(project, 'first', 5), await insertRound(project, 'second', 5)];
    const used: string[] = [];
    for (const { roundId } of rounds) {
      const { batchId } = await build(project, { roundId, goldCount: 5 });
      used.push(...(await itemsOf(batchId)).filter((item) => item.kind === 'gold').map((item) => item.pair_id));
    }
    expect(new Set(used).size).toBe(10);
  });

  test('gold may stand anywhere: over many batches each place is hit about as often', async () => {
    const project = await insertProject(database.db, []);
    const hits = Array.from({ length: 10 }, () => 0);
    for (let number = 0; number < 60; number += 1) {
      const { roundId } = await insertRound(project, `spread-${number}`, 8);
      const { batchId } = await build(project, { roundId, goldCount: 2 });
      for (const item of await itemsOf(batchId)) if (item.kind === 'gold') hits[item.position] = hits[item.position]! + 1;
    }
    // 120 gold items on 10 places; each place binomial (60, 0.2): 1 to 27 leaves a chance of about 1e-5 to fail.
    for (const count of hits) expect(count).toSatisfy((value: number) => value >= 1 && value <= 27);
  });

  test('leaves out what may not be released, with the reason; a round of nothing else is refused', async () => {
    const project = await insertProject(database.db, []);
    const { roundId, ids } = await insertRound(project, 'withheld', 3);
    await database.db.updateTable('pair').set({ consent: null }).where('id', '=', ids[1]!).execute();
    const batch = await build(project, { roundId, goldCount: 0 });
    expect(batch.withheld).toEqual([{ pairId: ids[1], reason: expect.stringContaining('no consent') as string }]);
    expect((await itemsOf(batch.batchId)).map((item) => item.pair_id)).toEqual([ids[0], ids[2]]);
    const other = await insertRound(project, 'all-withheld', 1);
    await database.db.updateTable('pair').set({ redaction_version: null }).where('id', '=', other.ids[0]!).execute();
    await expect(build(project, { roundId: other.roundId })).rejects.toThrow(/no pair that may be released \("all-withheld-000": it was not redacted/);
  });

  test('asked again, also twice at once, it is the same batch', async () => {
    const project = await insertProject(database.db, []);
    const { roundId } = await insertRound(project, 'once', 4);
    const [first, second] = await Promise.all([build(project, { roundId, goldCount: 2 }), build(project, { roundId, goldCount: 2 })]);
    expect(second).toEqual(first);
    expect(await build(project, { roundId })).toEqual(first);
    expect(await itemsOf(first.batchId)).toHaveLength(6);
  });

  test('refuses a round that is not done, or is another project’s, and a share that makes no sense', async () => {
    const [project, other] = [await insertProject(database.db, []), await insertProject(database.db, [])];
    const running = await insertRound(project, 'running', 1, 'running');
    const done = await insertRound(project, 'done', 1);
    await expect(build(project, { roundId: running.roundId })).rejects.toThrow('is running, not done');
    await expect(build(other, { roundId: done.roundId })).rejects.toThrow(`Project ${other.id} has no selection round`);
    await expect(build(project, { roundId: done.roundId, goldShare: 0.7 })).rejects.toThrow('0.7 is not between 0 and 0.5');
  });
});
