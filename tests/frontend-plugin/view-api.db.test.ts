import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { rubricSchema } from '../../core/domain/rubric.js';
import { loadGuideline } from '../../label-configs/guideline-file.js';
import { seedProject } from '../support/seed-project.js';
import { startSmallGateway, type SmallGateway } from '../support/small-gateway.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const [ANNA, BEN] = [41, 42];
const OLD = 'a'.repeat(64);
const CURRENT = 'b'.repeat(64);
const NOON = new Date('2026-03-10T12:00:00Z');
let database: TestDatabase;
let gateway: SmallGateway;

beforeAll(async () => {
  database = await createTestDatabase();
  gateway = await startSmallGateway(database.db);
  gateway.now = NOON;
  await seedProject(database.db, 7, [100, 101, 102]);
  await seedProject(database.db, 8, [200, 201]);
  for (const [version, sha256] of [['1', OLD], ['2', CURRENT]] as const) {
    await database.db.insertInto('guideline').values({ sha256, name: 'shop', version, markdown: `# Version ${version}` }).execute();
  }
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});
beforeEach(async () => {
  for (const table of ['journal', 'guideline_acknowledgement', 'vote', 'annotation', 'rater'] as const) await database.db.deleteFrom(table).execute();
  await useGuideline('1', OLD);
});

async function useGuideline(version: string, sha256: string): Promise<void> {
  await database.db.updateTable('project').set({ guideline_version: version, guideline_sha256: sha256 }).where('label_studio_id', '=', 7).execute();
}

interface Answer {
  readonly rubric: { name: string; title: string };
  readonly guideline: { version: string; sha256: string; markdown: string; changed_from: string | null; acknowledged_at: string | null };
  readonly progress: { done_today: number; batch_done: number; batch_size: number };
}

async function present(task: number, user: number, today?: string): Promise<Answer> {
  const reply = await gateway.call(`/pairloop/api/presentation?task=${task}${today === undefined ? '' : `&today=${encodeURIComponent(today)}`}`, user);
  expect(reply.status).toBe(200);
  return (await reply.json()) as Answer;
}

/** A journalled submission, as old as given. */
async function judged(user: number, task: number, { at = NOON, sha256, version = '1', kind = 'submit', outcome = 'stored' }: { at?: Date; sha256?: string; version?: string; kind?: 'submit' | 'skip'; outcome?: 'stored' | 'refused' | 'pending' } = {}): Promise<void> {
  const meta = sha256 === undefined ? {} : { meta: { pairloop: { view: '1', displayed: 'ab', guideline_version: version, guideline_sha256: sha256 } } };
  const body = JSON.stringify({ result: kind === 'skip' ? [] : [{ from_name: 'rationale', type: 'textarea', value: { text: ['x'] } }, { from_name: 'verdict', type: 'choices', value: { choices: ['a'] }, ...meta }] });
  await database.db.insertInto('journal').values({ label_studio_user_id: user, kind, task_id: task, body, outcome, received_at: at }).execute();
}

/** An applied vote of Label Studio project 7, whatever the journal still has. */
async function voted(user: number, sha256: string, at: Date): Promise<void> {
  const { id: annotationId } = await database.db.insertInto('annotation').values({ id: Math.trunc(at.getTime() / 1000), task_id: 100 }).returning('id').executeTakeFirstOrThrow();
  const item = await database.db.selectFrom('batch_item').innerJoin('batch', 'batch.id', 'batch_id').select(['batch_item.id', 'pair_id', 'project_id']).where('task_id', '=', 100).executeTakeFirstOrThrow();
  const rater = await database.db
    .insertInto('rater')
    .values({ id: `00000000-0000-4000-8000-0000000000${user}`, label_studio_user_id: user })
    .onConflict((conflict) => conflict.column('label_studio_user_id').doUpdateSet({ state: 'active' }))
    .returning('id')
    .executeTakeFirstOrThrow();
  const vote = { annotation_id: annotationId, batch_item_id: item.id, pair_id: item.pair_id, project_id: item.project_id, rater_id: rater.id };
  await database.db.insertInto('vote').values({ ...vote, state: 'cast', verdict: 'a', submitted_at: at, counted: true, guideline_version: '1', guideline_sha256: sha256 }).execute();
}

const hoursAgo = (hours: number) => new Date(NOON.getTime() - hours * 3_600_000);

test('rubric and guideline are those that were installed; without any stored, those of the files', async () => {
  const definition = rubricSchema.parse({ name: 'assistant', title: 'As installed', guideline: './own.md' });
  await database.db.updateTable('project').set({ rubric_definition: JSON.stringify(definition) }).where('label_studio_id', '=', 7).execute();
  expect(await present(100, ANNA)).toMatchObject({ rubric: definition, guideline: { version: '1', sha256: OLD, markdown: '# Version 1' } });
  await database.db.updateTable('project').set({ rubric_definition: null }).where('label_studio_id', '=', 7).execute();
  const { version, sha256, markdown } = loadGuideline('assistant');
  expect(await present(200, ANNA)).toMatchObject({ rubric: { name: 'assistant', title: 'Assistant answers' }, guideline: { version, sha256, markdown } });
});

test('a stored rubric that this version cannot read is an error of its own, not a missing database', async () => {
  await database.db.updateTable('project').set({ rubric_definition: '{"name": "x"}' }).where('label_studio_id', '=', 8).execute();
  expect((await gateway.call('/pairloop/api/presentation?task=200', ANNA)).status).toBe(500);
  await database.db.updateTable('project').set({ rubric_definition: null }).where('label_studio_id', '=', 8).execute();
});

test('a guideline that changed since the last judgement here is to be confirmed, by who has judged by the other', async () => {
  const changedFrom = async (task = 100, user = ANNA) => (await present(task, user)).guideline.changed_from;
  expect(await changedFrom()).toBeNull();
  await judged(ANNA, 100, { sha256: OLD });
  expect(await changedFrom()).toBeNull();
  await useGuideline('2', CURRENT);
  expect([await changedFrom(), await changedFrom(101), await changedFrom(100, BEN), await changedFrom(200)]).toEqual(['1', '1', null, null]);
  await judged(ANNA, 101, { sha256: CURRENT, version: '2', at: new Date(NOON.getTime() + 1_000) });
  expect(await changedFrom()).toBeNull();
});

test('what is remembered of the last judgement: applied votes for ever, the journal for an hour, refusals and native votes not', async () => {
  await useGuideline('2', CURRENT);
  const changedFrom = async () => (await present(100, ANNA)).guideline.changed_from;
  await judged(ANNA, 100, { sha256: OLD, outcome: 'refused' });
  await judged(ANNA, 100, {});
  await judged(ANNA, 100, { sha256: OLD, at: hoursAgo(2) });
  expect(await changedFrom()).toBeNull();
  await voted(ANNA, OLD, hoursAgo(2_000));
  expect(await changedFrom()).toBe('1');
  await judged(ANNA, 101, { sha256: CURRENT, version: '2', at: hoursAgo(0.5), outcome: 'pending' });
  expect(await changedFrom()).toBeNull();
  await voted(ANNA, OLD, hoursAgo(0.25));
  expect(await changedFrom()).toBe('1');
});

const acknowledge = (user: number | undefined, body: unknown) => gateway.send('/pairloop/api/acknowledgement', user, body);

test('confirming a guideline is kept with its first time, per annotator, and nothing is asked any more', async () => {
  await judged(ANNA, 100, { sha256: OLD });
  await judged(BEN, 100, { sha256: OLD });
  await useGuideline('2', CURRENT);
  const first = await acknowledge(ANNA, { task: 100, guideline_sha256: CURRENT });
  expect([first.status, await first.json()]).toEqual([200, { acknowledged_at: NOON.toISOString() }]);
  gateway.now = new Date(NOON.getTime() + 60_000);
  expect(await (await acknowledge(ANNA, { task: 101, guideline_sha256: CURRENT })).json()).toEqual({ acknowledged_at: NOON.toISOString() });
  gateway.now = NOON;
  expect((await present(100, ANNA)).guideline).toMatchObject({ changed_from: null, acknowledged_at: NOON.toISOString() });
  expect((await present(100, BEN)).guideline).toMatchObject({ changed_from: '1', acknowledged_at: null });
  expect(await database.db.selectFrom('guideline_acknowledgement').selectAll().execute()).toEqual([{ label_studio_user_id: ANNA, guideline_sha256: CURRENT, acknowledged_at: NOON }]);
});

test.each([
  ['without a session', undefined, { task: 100, guideline_sha256: OLD }, 401, 'credentials'],
  ['of a guideline that is not the current one', ANNA, { task: 100, guideline_sha256: CURRENT }, 409, 'The guideline changed again; reload the page.'],
  ['on a task that is not Pairloop’s', ANNA, { task: 555, guideline_sha256: OLD }, 404, 'Task 555'],
  ['without a task', ANNA, { guideline_sha256: OLD }, 400, 'task'],
  ['of what is no SHA-256', ANNA, { task: 100, guideline_sha256: 'x' }, 400, 'guideline_sha256: must be 64 hexadecimal digits'],
  ['as a list', ANNA, [], 400, 'JSON object'],
  ['of 10 KB', ANNA, { task: 100, guideline_sha256: OLD, more: 'x'.repeat(10_000) }, 413, 'larger'],
])('a confirmation %s is refused', async (_name, user, body, status, words) => {
  const reply = await acknowledge(user, body);
  expect([reply.status, ((await reply.json()) as { detail: string }).detail]).toEqual([status, expect.stringContaining(words)]);
  expect(await database.db.selectFrom('guideline_acknowledgement').selectAll().execute()).toEqual([]);
});

test('a confirmation from another site’s page, or by another kind of request, is refused', async () => {
  const init = { method: 'POST', body: JSON.stringify({ task: 100, guideline_sha256: OLD }) };
  const foreign = { cookie: 'sessionid=x', origin: 'https://evil.example', 'content-type': 'application/json' };
  expect((await gateway.call('/pairloop/api/acknowledgement', ANNA, { ...init, headers: foreign })).status).toBe(403);
  expect((await gateway.call('/pairloop/api/acknowledgement', ANNA, init)).status).toBe(415);
  expect((await gateway.call('/pairloop/api/acknowledgement', ANNA)).status).toBe(404);
});

test('progress counts an annotator’s distinct pairs, submitted or skipped, and nothing of others', async () => {
  expect((await present(100, ANNA)).progress).toEqual({ done_today: 0, batch_done: 0, batch_size: 3 });
  await judged(ANNA, 100, { at: hoursAgo(30) });
  await judged(ANNA, 101);
  await judged(ANNA, 101);
  await judged(ANNA, 102, { kind: 'skip' });
  await judged(ANNA, 100, { outcome: 'refused' });
  await judged(ANNA, 200);
  await judged(BEN, 100);
  expect((await present(100, ANNA)).progress).toEqual({ done_today: 3, batch_done: 3, batch_size: 3 });
  expect((await present(200, ANNA)).progress).toEqual({ done_today: 3, batch_done: 1, batch_size: 2 });
  expect((await present(100, ANNA, hoursAgo(31).toISOString())).progress).toMatchObject({ done_today: 4 });
  expect((await present(101, BEN)).progress).toEqual({ done_today: 1, batch_done: 1, batch_size: 3 });
});

test('an annotator’s day begins at midnight UTC unless the page says when', async () => {
  await judged(ANNA, 100, { at: new Date('2026-03-10T00:00:00Z') });
  await judged(ANNA, 101, { at: new Date('2026-03-09T23:59:59Z') });
  const doneToday = async (today?: string) => (await present(100, ANNA, today)).progress.done_today;
  expect([await doneToday(), await doneToday('2026-03-09T23:00:00.000Z'), await doneToday('2026-03-10T01:00:00+02:00')]).toEqual([1, 2, 2]);
});

test.each(['yesterday', '2026-03-10', '2026-03-08T11:59:59Z', '2026-03-11T12:00:01Z', ''])('today = %j is refused by name', async (today) => {
  const reply = await gateway.call(`/pairloop/api/presentation?task=100&today=${today}`, ANNA);
  expect([reply.status, ((await reply.json()) as { detail: string }).detail]).toEqual([400, expect.stringMatching(/^today must be/)]);
});

test('progress is the same whichever items are gold, and whatever others have settled', async () => {
  await judged(ANNA, 100);
  const before = (await present(101, ANNA)).progress;
  const items = await database.db.selectFrom('batch_item').select(['id', 'kind', 'settled']).where('task_id', 'in', [100, 101, 102]).orderBy('task_id').execute();
  const change = (index: number, values: { kind?: 'pair' | 'gold'; settled?: boolean }) => database.db.updateTable('batch_item').set(values).where('id', '=', items[index]!.id).execute();
  for (const gold of [0, 1, 2]) {
    await change(gold, { kind: 'gold' });
    await change((gold + 1) % 3, { settled: true });
    await judged(BEN, 100 + gold);
    expect((await present(101, ANNA)).progress).toEqual(before);
    await change(gold, { kind: 'pair' });
  }
  for (const index of [0, 1, 2]) await change(index, { settled: false });
});
