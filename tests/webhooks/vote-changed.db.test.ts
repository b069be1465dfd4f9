import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger } from '../../core/logging.js';
import { startQueue, type Queue } from '../../core/queue.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { castVote, insertProject, newUserId, withdrawVote, type ExampleProject } from './example-project.js';

let database: TestDatabase;
let queue: Queue;
beforeAll(async () => {
  database = await createTestDatabase();
  queue = await startQueue(database.url, createLogger('test', 'silent'));
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
});

async function pushJobs(project: ExampleProject): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from pgboss.job
    where name = 'push-accepted' and data = ${JSON.stringify({ projectId: project.id })}::jsonb`.execute(database.db);
  return rows[0]!.count;
}

async function consensusOf(project: ExampleProject, pairId: string) {
  return database.db
    .selectFrom('consensus')
    .select(['state', 'vote_counts', 'verdict', 'agreement'])
    .where('project_id', '=', project.id)
    .where('pair_id', '=', pairId)
    .executeTakeFirst();
}

async function acceptedOf(project: ExampleProject) {
  return database.db
    .selectFrom('accepted_pair')
    .select(['pair_id', 'verdict', 'vote_count', 'agreement', 'rule', 'part'])
    .where('project_id', '=', project.id)
    .orderBy('pair_id')
    .execute();
}

async function isSettled(project: ExampleProject, pairId: string): Promise<boolean> {
  const row = await database.db
    .selectFrom('batch_item')
    .select('settled')
    .where('id', '=', project.items.get(pairId)!.id)
    .executeTakeFirstOrThrow();
  return row.settled;
}

test('two raters that agree make an accepted pair and one job for its folder', async () => {
  const project = await insertProject(database.db, ['agreed-1', 'agreed-2']);
  const [ann, bob] = [newUserId(), newUserId()];
  await castVote(database.db, project, { pairId: 'agreed-1', userId: ann, verdict: 'b' }, queue);
  expect(await consensusOf(project, 'agreed-1')).toEqual({ state: 'open', vote_counts: { b: 1 }, verdict: null, agreement: 1 });
  expect(await pushJobs(project)).toBe(0);
  await castVote(database.db, project, { pairId: 'agreed-1', userId: bob, verdict: 'b' }, queue);
  expect(await acceptedOf(project)).toEqual([
    { pair_id: 'agreed-1', verdict: 'b', vote_count: 2, agreement: 1, rule: '2 to 3 votes, agreement at least 0.66', part: 1 },
  ]);
  expect(await isSettled(project, 'agreed-1')).toBe(true);
  expect(await isSettled(project, 'agreed-2')).toBe(false);
  expect(await pushJobs(project)).toBe(1);
});

test('a vote that is told again changes nothing and sends nothing', async () => {
  const project = await insertProject(database.db, ['again']);
  const [ann, bob] = [newUserId(), newUserId()];
  await castVote(database.db, project, { pairId: 'again', userId: ann, verdict: 'a' }, queue);
  const annotationId = await castVote(database.db, project, { pairId: 'again', userId: bob, verdict: 'a' }, queue);
  const before = await acceptedOf(project);
  await sql`delete from pgboss.job`.execute(database.db);
  await castVote(database.db, project, { pairId: 'again', userId: bob, verdict: 'a', annotationId }, queue);
  expect(await acceptedOf(project)).toEqual(before);
  expect(await pushJobs(project)).toBe(0);
});

test('strengths of the accepted verdict and flags stand with the accepted pair; a change of one sends it again', async () => {
  const project = await insertProject(database.db, ['marked']);
  const [ann, bob, cyd] = [newUserId(), newUserId(), newUserId()];
  const marks = () => database.db.selectFrom('accepted_pair').select(['strengths', 'flags']).where('project_id', '=', project.id).executeTakeFirst();
  const annotationId = await castVote(database.db, project, { pairId: 'marked', userId: ann, verdict: 'a', strength: 'much', flags: { a: [], b: ['unsafe'] } }, queue);
  await castVote(database.db, project, { pairId: 'marked', userId: cyd, verdict: 'b', strength: 'much', flags: { a: ['rude'], b: ['stale'] } }, queue);
  await castVote(database.db, project, { pairId: 'marked', userId: bob, verdict: 'a', strength: 'slightly' }, queue);
  expect(await marks()).toEqual({ strengths: { much: 1, slightly: 1 }, flags: { a: ['rude'], b: ['stale', 'unsafe'] } });
  await sql`delete from pgboss.job`.execute(database.db);
  await castVote(database.db, project, { pairId: 'marked', userId: ann, verdict: 'a', strength: 'slightly', annotationId }, queue);
  expect(await marks()).toEqual({ strengths: { slightly: 2 }, flags: { a: ['rude'], b: ['stale'] } });
  expect(await pushJobs(project)).toBe(1);
});

test('a changed vote makes a dispute, a withdrawn one opens the pair again; both take the accepted pair back', async () => {
  const project = await insertProject(database.db, ['torn']);
  const [ann, bob, cyd] = [newUserId(), newUserId(), newUserId()];
  const annotationId = await castVote(database.db, project, { pairId: 'torn', userId: ann, verdict: 'a' }, queue);
  await castVote(database.db, project, { pairId: 'torn', userId: bob, verdict: 'b' }, queue);
  expect(await consensusOf(project, 'torn')).toMatchObject({ state: 'open', agreement: 0.5 });
  await castVote(database.db, project, { pairId: 'torn', userId: cyd, verdict: 'a' }, queue);
  expect(await acceptedOf(project)).toMatchObject([{ verdict: 'a', vote_count: 3 }]);
  await castVote(database.db, project, { pairId: 'torn', userId: ann, verdict: 'tie', annotationId }, queue);
  expect(await consensusOf(project, 'torn')).toMatchObject({ state: 'disputed', verdict: null, vote_counts: { a: 1, b: 1, tie: 1 } });
  expect(await acceptedOf(project)).toEqual([]);
  expect(await isSettled(project, 'torn')).toBe(true);
  await withdrawVote(database.db, project, annotationId, queue);
  expect(await consensusOf(project, 'torn')).toMatchObject({ state: 'open', vote_counts: { a: 1, b: 1 } });
  expect(await isSettled(project, 'torn')).toBe(false);
});

test('skips and votes that do not count are no votes', async () => {
  const project = await insertProject(database.db, ['uncounted']);
  await castVote(database.db, project, { pairId: 'uncounted', userId: newUserId(), verdict: 'a' }, queue);
  await castVote(database.db, project, { pairId: 'uncounted', userId: newUserId(), verdict: 'a', counted: false }, queue);
  await castVote(database.db, project, { pairId: 'uncounted', userId: newUserId(), verdict: 'skip' }, queue);
  expect(await consensusOf(project, 'uncounted')).toMatchObject({ state: 'open', vote_counts: { a: 1 } });
});

test('votes cast at once on one pair are all counted', async () => {
  const project = await insertProject(database.db, ['crowd'], { votes_min: 8, votes_max: 8 });
  const votes = Array.from({ length: 8 }, () => ({ pairId: 'crowd', userId: newUserId(), verdict: 'tie' as const }));
  await Promise.all(votes.map((vote) => castVote(database.db, project, vote, queue)));
  expect(await acceptedOf(project)).toMatchObject([{ verdict: 'tie', vote_count: 8, agreement: 1 }]);
});

test('a part holds 1,000 accepted pairs', async () => {
  const ids = Array.from({ length: 1_001 }, (_, index) => `part-${index}`);
  const project = await insertProject(database.db, ids, { votes_min: 1, votes_max: 1 });
  const rows = ids.slice(0, 999).map((id) => ({ project_id: project.id, pair_id: id, verdict: 'a' as const, vote_count: 1, agreement: 1, rule: 'x', part: 1 }));
  await database.db.insertInto('accepted_pair').values(rows).execute();
  for (const id of ids.slice(999)) await castVote(database.db, project, { pairId: id, userId: newUserId(), verdict: 'a' }, queue);
  const parts = (await acceptedOf(project)).filter((row) => row.pair_id === 'part-999' || row.pair_id === 'part-1000');
  expect(parts.map((row) => [row.pair_id, row.part])).toEqual([['part-1000', 2], ['part-999', 1]]);
});

test('gold: checked, checked again after a change, forgotten after a withdrawal, never a consensus', async () => {
  const project = await insertProject(database.db, ['gold-1']);
  const ann = newUserId();
  const checks = () => database.db.selectFrom('gold_check').select(['verdict', 'passed']).where('pair_id', '=', 'gold-1').execute();
  const annotationId = await castVote(database.db, project, { pairId: 'gold-1', userId: ann, verdict: 'b' }, queue);
  expect(await checks()).toEqual([{ verdict: 'b', passed: false }]);
  await castVote(database.db, project, { pairId: 'gold-1', userId: ann, verdict: 'a', annotationId }, queue);
  expect(await checks()).toEqual([{ verdict: 'a', passed: true }]);
  await castVote(database.db, project, { pairId: 'gold-1', userId: newUserId(), verdict: 'skip' }, queue);
  await castVote(database.db, project, { pairId: 'gold-1', userId: newUserId(), verdict: 'b', counted: false }, queue);
  expect(await checks()).toHaveLength(1);
  await withdrawVote(database.db, project, annotationId, queue);
  expect(await checks()).toEqual([]);
  expect(await consensusOf(project, 'gold-1')).toBeUndefined();
  await database.db.updateTable('gold_item').set({ state: 'suspended' }).where('pair_id', '=', 'gold-1').execute();
  await castVote(database.db, project, { pairId: 'gold-1', userId: newUserId(), verdict: 'b' }, queue);
  expect(await checks()).toEqual([]);
});
