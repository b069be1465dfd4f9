import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { renderStatus } from '../../cli/status-lines.js';
import { renderStory } from '../../cli/story-lines.js';
import { readLabelledVotes } from '../../webhooks/reports/labelled-votes.js';
import { readJudgedPairs } from '../../webhooks/reports/judged-pairs.js';
import { explainPair } from '../../webhooks/reports/explain.js';
import { listRaters } from '../../webhooks/reports/rater-list.js';
import { readStatus } from '../../webhooks/reports/status.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const RATERS = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'] as const;
let database: TestDatabase;

/** Three pairs (accepted, disputed, never asked), one gold item, two raters; one vote does not count, one is a skip. */
beforeAll(async () => {
  database = await createTestDatabase();
  for (const statement of [
    `insert into pair_import (file_name, content_sha256, pair_count) values ('demo.jsonl', 'x', 4)`,
    ...['p1', 'p2', 'p3', 'g1'].map(
      (id, index) => `insert into pair (id, opaque_id, import_id, purpose, domain, prompt, response_a, response_b, sides_swapped, content_sha256, consent, created_at)
        values ('${id}', '10000000-0000-4000-8000-00000000000${index}', 1, '${id === 'g1' ? 'gold' : 'pool'}', 'support', 'q', 'x', 'y', false, 'x',
          ${id === 'p3' ? 'null' : `'{"basis":"synthetic"}'`}, '2026-01-01')`,
    ),
    `insert into project (label_studio_id, title, rubric, guideline_version, guideline_sha256, label_config_hash) values (7, 'Demo', 'assistant', '1', 'abcdef0123456789', 'h')`,
    `insert into batch (project_id, state) values (1, 'shipped')`,
    `insert into batch_item (batch_id, pair_id, kind, position, task_id, released_at) values
      (1, 'p1', 'pair', 0, 101, '2026-01-02'), (1, 'g1', 'gold', 1, 102, '2026-01-02'), (1, 'p2', 'pair', 2, 103, '2026-01-02')`,
    `insert into rater (id, label_studio_user_id, state, state_reason) values ('${RATERS[0]}', 1, 'active', null), ('${RATERS[1]}', 2, 'paused', 'read the guideline')`,
    `insert into annotation (id, task_id) select n, 101 from generate_series(1, 7) n`,
    `insert into vote (annotation_id, project_id, batch_item_id, pair_id, rater_id, state, verdict, submitted_at, counted, not_counted_reason) values
      (1, 1, 1, 'p1', '${RATERS[0]}', 'cast', 'a', '2026-01-03', true, null),
      (2, 1, 1, 'p1', '${RATERS[1]}', 'cast', 'a', '2026-01-04', true, null),
      (3, 1, 3, 'p2', '${RATERS[0]}', 'cast', 'a', '2026-01-03', true, null),
      (4, 1, 3, 'p2', '${RATERS[1]}', 'cast', 'tie', '2026-01-03', true, null),
      (5, 1, 2, 'g1', '${RATERS[0]}', 'cast', 'b', '2026-01-03', true, null),
      (6, 1, 3, 'p2', '${RATERS[1]}', 'cast', 'b', '2026-01-02', false, 'a newer vote counts'),
      (7, 1, 2, 'g1', '${RATERS[1]}', 'skipped', null, '2026-01-03', false, 'skipped')`,
    `insert into gold_item (pair_id, accepted_verdicts, explanation, author) values ('g1', '["a"]', 'why', 'ada')`,
    `insert into gold_check (annotation_id, pair_id, rater_id, verdict, passed) values (5, 'g1', '${RATERS[0]}', 'b', false)`,
    `insert into consensus (project_id, pair_id, state, vote_counts, verdict, agreement, updated_at) values
      (1, 'p1', 'accepted', '{"a":2}', 'a', 1, '2026-01-04'), (1, 'p2', 'disputed', '{"a":1,"tie":1}', null, 0.5, '2026-01-04')`,
    `insert into accepted_pair (project_id, pair_id, verdict, vote_count, agreement, rule, part, accepted_at) values (1, 'p1', 'a', 2, 1, 'r', 1, '2026-01-04')`,
  ]) {
    await sql.raw(statement).execute(database.db);
  }
});
afterAll(() => database.drop());

test('judged pairs have models, order and lengths, and those without models are counted', async () => {
  await sql.raw(`update pair set generation_a = '{"model":"x"}', generation_b = '{"model":"y"}', response_b = 'añ😀' where id = 'p1'`).execute(database.db);
  await sql.raw(`update vote set displayed_order = 'ba' where annotation_id = 1`).execute(database.db);
  const shared = { item: 'p1', modelA: 'x', modelB: 'y', verdict: 'a', lengths: [1, 3] };
  expect(await readJudgedPairs(database.db, 1)).toEqual({ pairs: [{ ...shared, displayed: 'ba' }, { ...shared, displayed: null }], withoutModels: 2 });
  await sql.raw(`update pair set response_b = 'y' where id = 'p1'`).execute(database.db);
});

test('labelled votes say batch and domain; ratings are votes of their own; a second vote on a pair is a repeat', async () => {
  await sql.raw(`update vote set likert = '{"tone":{"a":4,"b":2},"accuracy":{"b":5}}' where annotation_id = 1`).execute(database.db);
  const labels = { batch: '1', domain: 'support', rater: RATERS[0] };
  const votes = await readLabelledVotes(database.db, 1);
  expect(votes).toHaveLength(7);
  expect(votes.filter(({ rater, item }) => rater === RATERS[0] && item.startsWith('p1'))).toEqual([
    { ...labels, item: 'p1', value: 'a' },
    { ...labels, item: 'p1 a', value: 4, dimension: 'tone' },
    { ...labels, item: 'p1 b', value: 2, dimension: 'tone' },
    { ...labels, item: 'p1 b', value: 5, dimension: 'accuracy' },
  ]);
  await sql.raw(`insert into batch (project_id, state) values (1, 'shipped')`).execute(database.db);
  await sql.raw(`insert into batch_item (batch_id, pair_id, kind, position) values (2, 'p1', 'pair', 0)`).execute(database.db);
  await sql.raw(`insert into annotation (id, task_id) values (99, 101)`).execute(database.db);
  await sql.raw(`insert into vote (annotation_id, project_id, batch_item_id, pair_id, rater_id, state, verdict, submitted_at, counted)
    select 99, 1, max(id), 'p1', '${RATERS[0]}', 'cast', 'b', '2026-02-01', true from batch_item`).execute(database.db);
  expect(await readLabelledVotes(database.db, 1)).toContainEqual({ ...labels, batch: '2', item: 'p1', value: 'b', repeat: 1 });
  expect((await readStatus(database.db)).projects[0]).toMatchObject({ votes: { cast: 4 }, agreement: { percent: { value: 0.5 } } });
  for (const statement of ['delete from vote where annotation_id = 99', 'delete from annotation where id = 99', 'delete from batch_item where batch_id = 2', 'delete from batch where id = 2', 'update vote set likert = null']) await sql.raw(statement).execute(database.db);
});

test('status counts pairs, counted votes, gold and accepted pairs of each project', async () => {
  const status = await readStatus(database.db);
  expect(status.pool).toEqual({ pairs: 3, withoutConsent: 1, gold: 1 });
  expect(status.raters).toEqual({ active: 1, paused: 1 });
  const [project] = status.projects;
  expect(project).toMatchObject({
    title: 'Demo',
    pairs: { total: 2, open: 0, accepted: 1, disputed: 1 },
    votes: { cast: 4, skipped: 1, notCounted: 1, raters: 2, byVerdict: { a: 3, tie: 1 } },
    accepted: { a: 1 },
    gold: { items: 1, passed: 0, failed: 1 },
  });
  expect(project!.agreement.percent.value).toBe(0.5);
});

test('explain tells one pair in the order of time, by either of its ids', async () => {
  const story = await explainPair(database.db, 'p1');
  expect(story.events.map((event) => event.what)).toEqual(['imported', 'released', 'vote', 'vote', 'consensus', 'accepted']);
  expect(story.events[2]!.facts).toMatchObject({ rater: RATERS[0], verdict: 'a', counted: true });
  expect(await explainPair(database.db, story.opaqueId)).toEqual(story);
  const gold = await explainPair(database.db, 'g1');
  expect(gold.events.map((event) => event.what)).toEqual(['imported', 'released', 'vote', 'skip', 'gold check']);
  expect(gold.events.at(-1)!.facts).toMatchObject({ accepted: ['a'], verdict: 'b', passed: false });
});

test('strength, flags, a stale claim and times are counted in the status and told in the story', async () => {
  const meta = { view: '1', displayed: 'ab', first_paint_ms: 80, first_interaction_ms: 900, verdict_ms: 4000, reading_ms: 3000 };
  const said = { strength: 'much' as const, flags: JSON.stringify({ a: [], b: ['stale', 'unsafe'] }), stale_source: 'WHO', stale_date: '2026-05', meta: JSON.stringify(meta) };
  await database.db.updateTable('vote').set(said).where('annotation_id', 'in', [1, 5, 6]).execute();
  await database.db.updateTable('vote').set({ strength: 'slightly', flags: JSON.stringify({ a: ['unsafe'], b: ['unsafe'] }) }).where('annotation_id', '=', 2).execute();
  const { projects } = await readStatus(database.db);
  // Neither the gold item's vote (5) nor the one that does not count (6).
  expect(projects[0]!.votes).toMatchObject({ byStrength: { much: 1, slightly: 1 }, byFlag: { stale: 1, unsafe: 2 } });
  const story = await explainPair(database.db, 'p1');
  expect(story.events[2]!.facts).toMatchObject({ strength: 'much', flags: { a: [], b: ['stale', 'unsafe'] }, stale_source: 'WHO', stale_date: '2026-05', first_paint_ms: 80, first_interaction_ms: 900, verdict_ms: 4000, reading_ms: 3000 });
  expect(renderStory(story)).toContain('verdict a, strength much');
  expect(renderStory(story)).toContain('flags (b stale and unsafe), stale source WHO, stale date 2026-05');
  const status = renderStatus({ ...(await readStatus(database.db)), projects: [{ ...projects[0]!, lastCheck: { at: new Date('2026-03-01T12:00:00Z'), waiting: 1 } }] });
  expect(status).toMatch(/Strength +1 much, 1 slightly better\n +Flags +1 stale, 2 unsafe\n/);
  expect(status).toMatch(/Last check +2026-03-01 12:00:00 UTC; 1 submission waits for the next, one a minute\n +Gaps +none/);
  await database.db.updateTable('vote').set({ strength: null, flags: null, stale_source: null, stale_date: null, meta: null }).execute();
  expect(renderStatus(await readStatus(database.db))).not.toMatch(/Strength|Flags/);
});

test('explain tells what a vote was before its annotator changed it', async () => {
  const body = (verdict: string): string => JSON.stringify({ result: [{ from_name: 'rationale', value: { text: ['x'] } }, { from_name: 'verdict', value: { choices: [verdict] } }] });
  await sql`insert into journal (received_at, label_studio_user_id, kind, task_id, annotation_id, body, outcome) values
    ('2026-01-03 08:00Z', 2, 'submit', 101, 2, ${body('tie')}::jsonb, 'stored'), ('2026-01-03 09:00Z', 2, 'update', 101, 2, ${body('b')}::jsonb, 'refused'),
    ('2026-01-04', 2, 'update', 101, 2, ${body('a')}::jsonb, 'stored'), ('2026-01-03', 1, 'submit', 101, 1, ${body('a')}::jsonb, 'stored')`.execute(database.db);
  const story = await explainPair(database.db, 'p1');
  expect(story.events.map((event) => event.what)).toEqual(['imported', 'released', 'vote', 'earlier vote', 'vote', 'consensus', 'accepted']);
  expect(story.events[3]!.facts).toEqual({ annotation: 2, rater: RATERS[1], verdict: 'tie' });
});

test('explain of an unknown id says which ids it takes', async () => {
  await expect(explainPair(database.db, 'nope')).rejects.toThrow('No pair has the id "nope"; give the id of the imported file');
});

test('raters are listed with their votes and gold', async () => {
  expect(await listRaters(database.db)).toEqual([
    { rater: RATERS[0], labelStudioUserId: 1, state: 'active', reason: null, votes: 3, skipped: 0, goldPassed: 0, goldFailed: 1 },
    { rater: RATERS[1], labelStudioUserId: 2, state: 'paused', reason: 'read the guideline', votes: 2, skipped: 1, goldPassed: 0, goldFailed: 0 },
  ]);
});
