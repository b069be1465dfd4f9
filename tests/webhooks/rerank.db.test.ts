import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLogger } from '../../core/logging.js';
import { startQueue } from '../../core/queue.js';
import { vectorToBytes } from '../../ml-backend/embedding/vector-bytes.js';
import { registerSelectionJobs } from '../../ml-backend/jobs.js';
import { rerankProject } from '../../ml-backend/rounds/rerank.js';
import { createRound, runRound } from '../../ml-backend/rounds/round.js';
import { readRound } from '../../ml-backend/rounds/stored-round.js';
import { STRATEGIES } from '../../ml-backend/selection/strategies.js';
import { applyRanking, sendRerank } from '../../webhooks/quality/apply-ranking.js';
import { assignTask } from '../../webhooks/quality/assignment.js';
import { buildBatch } from '../../webhooks/quality/batch.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { castVote, insertProject, newUserId, type ExampleProject } from './example-project.js';

const clock = { now: () => new Date(), clockMs: () => performance.now() };
const log = createLogger('test', 'silent');
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

interface Row {
  readonly id: string;
  readonly vector: readonly number[];
  readonly uncertainty: number | null;
}

/** Ten pairs and two gold items, shipped in this order; ids of a prefix of their own. */
async function seed(prefix: string): Promise<{ project: ExampleProject; rows: Row[] }> {
  const names = ['p0', 'p1', 'gold-p2', 'p3', 'p4', 'p5', 'p6', 'gold-p7', 'p8', 'p9', 'pA', 'pB'];
  const rows = names.map((name, at) => {
    const gold = name.startsWith('gold');
    return { id: gold ? `gold-${prefix}-${name.slice(5)}` : `${prefix}-${name}`, vector: [(at * 7) % 11, (at * 5) % 13], uncertainty: gold ? null : ((at * 5) % 12) / 12 };
  });
  const project = await insertProject(database.db, rows.map(({ id }) => id));
  await database.db.insertInto('pair_embedding').values(rows.map(({ id, vector }) => ({ pair_id: id, embedder: 'given', vector: vectorToBytes(vector) }))).execute();
  for (const { id, uncertainty } of rows) await database.db.updateTable('pair').set({ uncertainty }).where('id', '=', id).execute();
  return { project, rows };
}

const orderOf = async (project: ExampleProject): Promise<string[]> => {
  const ids = new Map([...project.items].map(([pairId, item]) => [item.id, pairId]));
  const items = await database.db.selectFrom('batch_item').select(['id', 'position']).where('id', 'in', [...ids.keys()]).orderBy('position').execute();
  expect(items.map(({ position }) => position)).toEqual(items.map((_, at) => at));
  return items.map(({ id }) => ids.get(id)!);
};

/** A Label Studio that holds the predictions of a project. */
function labelStudioOf(project: ExampleProject, order: readonly string[]) {
  const predictions = order.map((pairId, score) => ({ id: 500 + score, task: project.items.get(pairId)!.taskId, model_version: 'pairloop-ranking', score, cluster: null }));
  const changes: { id: number; score: number }[] = [];
  const labelStudio = {
    predictions: () => Promise.resolve(predictions.map((one) => ({ ...one }))),
    updatePrediction: (id: number, { score }: { score: number }) => {
      changes.push({ id, score });
      predictions.find((one) => one.id === id)!.score = score;
      return Promise.resolve();
    },
  };
  const ranked = () => predictions.toSorted((one, other) => one.score - other.score).map(({ task }) => [...project.items].find(([, item]) => item.taskId === task)![0]);
  return { labelStudio, changes, ranked };
}

describe('ranked again as votes arrive', () => {
  test('what nobody has begun with follows the selection with the begun pairs as centers, gold by the same rule; all else keeps its place', async () => {
    const { project, rows } = await seed('one');
    const before = rows.map(({ id }) => id);
    const [first, second, , leased] = before as [string, string, string, string];
    await castVote(database.db, project, { pairId: first, userId: newUserId(), verdict: 'a' });
    await castVote(database.db, project, { pairId: second, userId: newUserId(), verdict: 'skip' });
    await castVote(database.db, project, { pairId: before[2]!, userId: newUserId(), verdict: 'a' });
    const holder = newUserId();
    expect(await assignTask(database.db, { labelStudioUserId: holder, labelStudioProjectId: project.labelStudioId }, clock.now())).toEqual({ outcome: 'task', taskId: project.items.get(first)!.taskId });
    await database.db.updateTable('assignment').set({ batch_item_id: project.items.get(leased)!.id }).execute();

    const [reranked] = await rerankProject(database.db, project.id, clock);
    expect(reranked).toMatchObject({ failure: null });
    const begun = [first, second, leased];
    const open = rows.filter(({ id }) => !begun.includes(id) && id !== before[2]);
    const lent = (await database.db.selectFrom('selection_input').select(['pair_id', 'uncertainty']).where('round_id', '=', reranked!.roundId).execute()).find((row) => row.pair_id === 'gold-one-p7')!.uncertainty!;
    expect(open.map(({ uncertainty }) => uncertainty)).toContain(lent);
    const looked = [...open, ...rows.filter(({ id }) => begun.includes(id))].toSorted((one, other) => (one.id < other.id ? -1 : 1));
    const { indices } = STRATEGIES.get('hybrid')!.select({
      embeddings: { data: Float32Array.from(looked.flatMap(({ vector }) => vector)), rows: looked.length, columns: 2 },
      uncertainty: Float64Array.from(looked, ({ uncertainty }) => uncertainty ?? lent),
      k: 12,
      weight: 0.6,
      seed: 0,
      centers: looked.flatMap(({ id }, at) => (begun.includes(id) ? [at] : [])),
    });
    const expected = [...before.slice(0, 4), ...indices.map((row) => looked[row]!.id)];
    expect(expected).not.toEqual(before);

    const { labelStudio, changes, ranked } = labelStudioOf(project, before);
    const applied = await applyRanking({ db: database.db, labelStudio, now: clock.now }, project.id);
    expect(await orderOf(project)).toEqual(expected);
    expect(ranked()).toEqual(expected);
    const moved = expected.filter((id, at) => id !== before[at]).length;
    expect(applied).toEqual([{ batchId: expect.any(Number) as number, moved, predictions: moved }]);
    expect(changes.map(({ score }) => score)).toEqual(changes.map(({ score }) => score).toSorted((one, other) => one - other));
    expect(await applyRanking({ db: database.db, labelStudio, now: clock.now }, project.id)).toMatchObject([{ moved: 0, predictions: 0 }]);

    const next = await assignTask(database.db, { labelStudioUserId: newUserId(), labelStudioProjectId: project.labelStudioId }, clock.now());
    expect(next).toEqual({ outcome: 'task', taskId: project.items.get(first)!.taskId });
    const done = await assignTask(database.db, { labelStudioUserId: holder, labelStudioProjectId: project.labelStudioId }, clock.now());
    expect(done).toEqual({ outcome: 'task', taskId: project.items.get(leased)!.taskId });
  });

  test('begun between ranking and applying: keeps its place; cut off before Label Studio was told: told the next time', async () => {
    const { project, rows } = await seed('two');
    const before = rows.map(({ id }) => id);
    await castVote(database.db, project, { pairId: before[0]!, userId: newUserId(), verdict: 'a' });
    await rerankProject(database.db, project.id, clock);
    await castVote(database.db, project, { pairId: before[5]!, userId: newUserId(), verdict: 'b' });
    const { labelStudio, ranked } = labelStudioOf(project, before);
    const down = { ...labelStudio, predictions: () => Promise.reject(new Error('down')) };
    await expect(applyRanking({ db: database.db, labelStudio: down, now: clock.now }, project.id)).rejects.toThrow('down');
    const after = await orderOf(project);
    expect(after).not.toEqual(before);
    expect([after[0], after[5]]).toEqual([before[0], before[5]]);
    expect(await applyRanking({ db: database.db, labelStudio, now: clock.now }, project.id)).toMatchObject([{ moved: 0, predictions: expect.any(Number) as number }]);
    expect(ranked()).toEqual(after);
  });

  test('of each batch the newest ranking alone keeps picks and inputs; no batch is made of one', async () => {
    const { project } = await seed('three');
    const [old] = await rerankProject(database.db, project.id, clock);
    const [newer] = await rerankProject(database.db, project.id, clock);
    expect((await readRound(database.db, old!.roundId)).picked).toBe(0);
    expect(await readRound(database.db, newer!.roundId)).toMatchObject({ picked: 12, batchId: newer!.batchId, options: { centers: 'labelled', k: 10_000 } });
    await expect(buildBatch({ db: database.db, randomInt: () => 0 }, { projectId: project.id, roundId: newer!.roundId })).rejects.toThrow(/ranked batch \d+ again; a batch is made of a round over the pool/);
  });

  test('a strategy that does not follow labels is not ranked again; fewer than two open items neither', async () => {
    const { project } = await seed('four');
    await database.db.updateTable('pair').set({ purpose: 'pool' }).where('id', 'like', 'three-%').execute();
    const roundId = await createRound(database.db, { projectId: project.id, options: { strategy: 'random', k: 2 } });
    await runRound(database.db, roundId, clock);
    await database.db.updateTable('batch').set({ round_id: roundId }).where('project_id', '=', project.id).execute();
    expect(await rerankProject(database.db, project.id, clock)).toEqual([]);
    const { project: small } = await seed('five');
    await database.db.updateTable('batch_item').set({ settled: true }).where('position', '>', 0).where('id', 'in', [...small.items.values()].map(({ id }) => id)).execute();
    expect(await rerankProject(database.db, small.id, clock)).toEqual([]);
  });

  test('votes ask for one ranking, a minute after the first; the job ranks and passes the order on', async () => {
    const { project, rows } = await seed('six');
    const queue = await startQueue(database.url, log);
    try {
      for (const { id } of rows.slice(0, 2)) await castVote(database.db, project, { pairId: id, userId: newUserId(), verdict: 'a' }, queue);
      await database.db.transaction().execute((tx) => sendRerank(tx, queue, project.id));
      const waiting = sql<{ seconds: number }>`select extract(epoch from start_after - created_on)::float8 as seconds from pgboss.job
        where name = 'rerank' and state = 'created' and (data->>'projectId')::int = ${project.id}`;
      const { rows: jobs } = await waiting.execute(database.db);
      expect(jobs.map(({ seconds }) => Math.round(seconds))).toEqual([60]);
      await registerSelectionJobs(queue, { db: database.db, log, ...clock });
      await sql`update pgboss.job set start_after = now() where name = 'rerank'`.execute(database.db);
      const passedOn = sql`select from pgboss.job where name = 'apply-ranking' and (data->>'projectId')::int = ${project.id}`;
      await expect.poll(async () => (await passedOn.execute(database.db)).rows.length, { timeout: 15_000 }).toBe(1);
    } finally {
      await queue.stop();
    }
  }, 30_000);
});
