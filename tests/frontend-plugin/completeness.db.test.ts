import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { rubricSchema } from '../../core/domain/rubric.js';
import { seedProject } from '../support/seed-project.js';
import { startSmallGateway, type SmallGateway } from '../support/small-gateway.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const USER = 41;
const RUBRIC = rubricSchema.parse({
  name: 'shop',
  title: 'Shop',
  guideline: 'support',
  dimensions: [{ name: 'accuracy', title: 'Accuracy', weight: 1, required: true }],
  flags: [
    { name: 'unsafe', title: 'Unsafe', kind: 'red_line' },
    { name: 'stale', title: 'Out of date', kind: 'stale' },
  ],
  require: { policy_reference: [{ when: { domain: ['support'], difficulty: ['difficult'] }, because: 'difficult support pair' }], critique: [{ when: { safety: true } }] },
});
let database: TestDatabase;
let gateway: SmallGateway;

beforeAll(async () => {
  database = await createTestDatabase();
  gateway = await startSmallGateway(database.db);
  const [, difficult, safety] = await seedProject(database.db, 7, [100, 101, 102]);
  await database.db.updateTable('project').set({ rubric_definition: JSON.stringify(RUBRIC) }).execute();
  await database.db.updateTable('pair').set({ domain: 'support', difficulty: 'difficult' }).where('id', '=', difficult!.pairId).execute();
  await database.db.updateTable('pair').set({ safety_flags: '["self-harm"]' }).where('id', '=', safety!.pairId).execute();
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});
beforeEach(async () => {
  gateway.stored.length = 0;
  await database.db.deleteFrom('journal').execute();
});

const choices = (name: string, value: string, meta?: object) => ({ from_name: name, to_name: 'prompt', type: 'choices', value: { choices: [value] }, ...(meta === undefined ? {} : { meta }) });
const text = (name: string, value: string) => ({ from_name: name, to_name: 'prompt', type: 'textarea', value: { text: [value] } });
const rated = (...levels: [number, number]) => ['a', 'b'].map((side, at) => ({ from_name: `accuracy_${side}`, to_name: 'prompt', type: 'rating', value: { rating: levels[at] } }));
const complete = (verdict: string) => [choices('verdict', verdict), ...rated(4, 2)];
const submit = (task: number, body: object) => gateway.send(`/api/tasks/${task}/annotations?project=7`, USER, body);
const journal = () => database.db.selectFrom('journal').select(['kind', 'outcome']).orderBy('id').execute();

const SHOWN_SWAPPED = { pairloop: { view: '1', displayed: 'ba' } };
const RED_LINE_B = 'Response B crosses a red line (Unsafe), so that the verdict can only be A better or Both bad. Change the verdict, or take the flag back.';

test.each([
  ['both bad without a rationale', 100, complete('both_bad'), 'Say why both answers are bad: one sentence is enough.'],
  ['a rationale of spaces', 100, [...complete('both_bad'), text('rationale', ' \n')], 'Say why both answers are bad'],
  ['a win across a red line', 100, [...complete('b'), choices('b_flags', 'unsafe')], RED_LINE_B],
  ['a tie across a red line', 100, [...complete('tie'), choices('b_flags', 'unsafe')], RED_LINE_B],
  ['the side as it was shown', 100, [choices('verdict', 'a', SHOWN_SWAPPED), ...rated(4, 2), choices('a_flags', 'unsafe')], RED_LINE_B],
  ['a rating', 100, [choices('verdict', 'a'), rated(4, 2)[0]], 'Rate Accuracy for response B.'],
  ['a rating that is no level', 100, [choices('verdict', 'a'), ...rated(4, 99)], 'Rate Accuracy for response B.'],
  ['the source of a stale claim', 100, [...complete('a'), choices('a_flags', 'stale'), text('stale_date', '2026-05')], 'Name the source that shows the claim is out of date.'],
  ['the policy on a difficult pair', 101, complete('a'), 'Name the policy or guideline section that decides (difficult support pair).'],
  ['the critique on a safety pair', 102, complete('a'), 'Write one sentence of critique.'],
  ['no verdict', 100, rated(4, 2), 'Choose one verdict: A better, Tie, Both bad or B better.'],
  ['two verdicts', 100, [...complete('a'), choices('verdict', 'b')], 'Choose one verdict'],
  ['no list', 100, { verdict: 'a' }, 'Choose one verdict'],
])('refused, and shown on the page: %s', async (_name, task, result, words) => {
  const reply = await submit(task, { result });
  expect(reply.status).toBe(403);
  expect(await reply.json()).toMatchObject({ detail: expect.stringContaining(words), display_context: { reason: 'PAUSED' } });
  expect([gateway.stored, await journal()]).toEqual([[], []]);
});

test('of much that is missing the first three are named', async () => {
  const reply = await submit(101, { result: [choices('verdict', 'both_bad'), choices('a_flags', 'stale')] });
  const { detail } = (await reply.json()) as { detail: string };
  expect(detail).toBe('Not saved. Rate Accuracy for response A. Rate Accuracy for response B. Name the source that shows the claim is out of date. And 3 more.');
});

test.each([
  ['a win', 100, complete('a')],
  ['both bad with its reason', 100, [...complete('both_bad'), text('rationale', 'Neither answers.')]],
  ['the win that a red line leaves', 100, [...complete('a'), choices('b_flags', 'unsafe')]],
  ['a difficult pair with its policy', 101, [...complete('b'), text('policy_reference', 'Refunds 3.2')]],
])('stored: %s', async (_name, task, result) => {
  expect((await submit(task, { result })).status).toBe(201);
  expect([gateway.stored.length, await journal()]).toEqual([1, [{ kind: 'submit', outcome: 'stored' }]]);
});

test('a skip needs nothing; a change is checked when it changes the result', async () => {
  expect((await submit(100, { result: [], was_cancelled: true })).status).toBe(201);
  const made = (await (await submit(100, { result: complete('a') })).json()) as { id: number };
  const change = (body: object) => gateway.send(`/api/annotations/${made.id}`, USER, body, 'PATCH');
  expect((await change({ result: complete('both_bad') })).status).toBe(403);
  expect((await change({ result: complete('tie') })).status).toBe(201);
  expect((await change({ lead_time: 4 })).status).toBe(201);
  expect((await change({ result: [], was_cancelled: true })).status).toBe(201);
  expect((await journal()).map(({ kind }) => kind)).toEqual(['skip', 'submit', 'update', 'update', 'update']);
});

test('a judgement on a task that is not Pairloop’s is nobody’s business here', async () => {
  expect((await submit(555, { result: complete('both_bad') })).status).toBe(201);
});
