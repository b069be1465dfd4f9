import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderRaterStory } from '../../cli/rater-lines.js';
import type { Verdict } from '../../core/domain/verdict.js';
import { findItem, findProject } from '../../frontend-plugin/gateway/guard.js';
import { assignTask } from '../../webhooks/quality/assignment.js';
import { storeGoldAnswers } from '../../webhooks/quality/gold.js';
import { parsePolicy } from '../../webhooks/quality/rater-policy/policy.js';
import { choosePolicy } from '../../webhooks/quality/rater-standing.js';
import { changeRaterState } from '../../webhooks/quality/rater.js';
import { listRaters } from '../../webhooks/reports/rater-list.js';
import { readRaterStory } from '../../webhooks/reports/rater-story.js';
import { readStatus } from '../../webhooks/reports/status.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { castVote, insertProject, newUserId, withdrawVote, type ExampleProject } from './example-project.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

let names = 0;
/** A project with gold items that accept `a`, and three ordinary pairs. */
async function goldProject(golds: number): Promise<{ project: ExampleProject; gold: string[] }> {
  names += 1;
  const gold = Array.from({ length: golds }, (_, at) => `gold-${names}-${String(at).padStart(3, '0')}`);
  return { project: await insertProject(database.db, [...gold, ...[1, 2, 3].map((at) => `pair-${names}-${at}`)]), gold };
}

/** Answers gold items one after another, a second each, from the given second on. Returns the annotations. */
async function answer(project: ExampleProject, userId: number, gold: readonly string[], verdicts: readonly Verdict[], from = 0): Promise<number[]> {
  const annotations = [];
  for (const [at, verdict] of verdicts.entries()) {
    annotations.push(await castVote(database.db, project, { pairId: gold[at]!, userId, verdict, submittedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, from + at)) }));
  }
  return annotations;
}

async function standingOf(userId: number) {
  return (await readRaterStory(database.db, userId)).standings[0];
}

describe('sequential, which a project has unless told', () => {
  test('three failed gold items pause at once: no task, no open task, refused at the gateway, with the reason', async () => {
    const { project, gold } = await goldProject(5);
    const userId = newUserId();
    const request = { labelStudioUserId: userId, labelStudioProjectId: project.labelStudioId };
    expect(await assignTask(database.db, request, new Date())).toMatchObject({ outcome: 'task' });
    await answer(project, userId, gold, ['b', 'b']);
    expect(await standingOf(userId)).toMatchObject({ state: 'training', goldShare: 0.15 });
    await answer(project, userId, gold.slice(2), ['tie'], 2);
    const reason = "Of your last 3 checked answers 3 differ from the experts'.";
    expect(await standingOf(userId)).toMatchObject({ state: 'paused', reason });
    expect(await assignTask(database.db, request, new Date())).toEqual({ outcome: 'paused', reason });
    expect(await findProject(database.db, project.labelStudioId, userId)).toMatchObject({ pausedReason: reason });
    expect(await findItem(database.db, project.items.get(gold[4]!)!.taskId, userId)).toMatchObject({ pausedReason: reason });
    const live = await database.db.selectFrom('assignment').selectAll().where('expires_at', '>', new Date()).execute();
    expect(live.filter(({ batch_item_id }) => [...project.items.values()].some(({ id }) => id === batch_item_id))).toEqual([]);
    const other = await goldProject(1);
    expect(await findProject(database.db, other.project.labelStudioId, userId)).toMatchObject({ pausedReason: null });
  });

  test('a vote told again changes nothing; withdrawn or corrected it is taken back, and the change stays on record', async () => {
    const { project, gold } = await goldProject(3);
    const userId = newUserId();
    const annotations = await answer(project, userId, gold, ['b', 'b', 'b']);
    await castVote(database.db, project, { pairId: gold[2]!, userId, verdict: 'b', annotationId: annotations[2]!, submittedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, 2)) });
    expect((await readRaterStory(database.db, userId)).changes).toHaveLength(1);
    await withdrawVote(database.db, project, annotations[2]!);
    expect(await standingOf(userId)).toMatchObject({ state: 'training', reason: expect.any(String) as string });
    await castVote(database.db, project, { pairId: gold[2]!, userId, verdict: 'b', submittedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, 9)) });
    expect(await standingOf(userId)).toMatchObject({ state: 'paused' });
    await storeGoldAnswers(database.db, [{ pairId: gold[0]!, acceptedVerdicts: ['b'], explanation: 'It was b.', author: 'Ada' }]);
    expect(await standingOf(userId)).toMatchObject({ state: 'training' });
    const { changes } = await readRaterStory(database.db, userId);
    expect(changes.map(({ from, to, decidedBy, reason }) => `${from} → ${to} ${decidedBy}: ${reason}`)).toEqual([
      expect.stringMatching(/^training → paused sequential policy: Of your last 3/),
      'paused → training sequential policy: An earlier answer was corrected.',
      expect.stringMatching(/^training → paused sequential policy: Of your last 3/),
      'paused → training sequential policy: An earlier answer was corrected.',
    ]);
  });

  test('twelve passed gold items end training; a vote faster than reading warns; ten more end the warning', async () => {
    const { project, gold } = await goldProject(22);
    const userId = newUserId();
    await answer(project, userId, gold, Array.from({ length: 12 }, () => 'a' as const));
    expect(await standingOf(userId)).toMatchObject({ state: 'active', goldShare: 0.08 });
    const hasty = `pair-${names}-1`;
    const cast = { pairId: hasty, userId, verdict: 'a' as const, submittedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, 30)) };
    const annotationId = await castVote(database.db, project, cast);
    await database.db.updateTable('vote').set({ active_ms: 2_400, meta: JSON.stringify({ view: '1', displayed: 'ab', reading_ms: 10_000 }) }).where('annotation_id', '=', annotationId).execute();
    await castVote(database.db, project, { ...cast, annotationId });
    expect(await standingOf(userId)).toMatchObject({ state: 'warned', reason: 'A verdict was given faster than the pair can be read.', goldShare: 0.15, votesSincePassedGold: 1 });
    await answer(project, userId, gold.slice(12), Array.from({ length: 10 }, () => 'a' as const), 40);
    expect(await standingOf(userId)).toMatchObject({ state: 'active', reason: null, votesSincePassedGold: 0 });
  });

  test('a person lets a paused rater go on, and the tests begin anew', async () => {
    const { project, gold } = await goldProject(7);
    const userId = newUserId();
    await answer(project, userId, gold, ['b', 'b', 'b']);
    await changeRaterState(database.db, { labelStudioUserId: userId, to: 'active', reason: 'We talked.', decidedBy: 'lead' });
    expect(await standingOf(userId)).toMatchObject({ state: 'active', goldShare: 0.15 });
    expect(await assignTask(database.db, { labelStudioUserId: userId, labelStudioProjectId: project.labelStudioId }, new Date())).toMatchObject({ outcome: 'task' });
    for (const pairId of gold.slice(3, 6)) await castVote(database.db, project, { pairId, userId, verdict: 'both_bad', submittedAt: new Date(Date.now() + 60_000) });
    expect(await standingOf(userId)).toMatchObject({ state: 'paused' });
  });

  test('κ with the majority is a fact from 30 gold items on', async () => {
    const { project, gold } = await goldProject(30);
    const [ann, bo, cy] = [newUserId(), newUserId(), newUserId()];
    const right = gold.map((_, at) => (at % 2 === 0 ? ('a' as const) : ('b' as const)));
    await storeGoldAnswers(database.db, gold.map((pairId, at) => ({ pairId, acceptedVerdicts: [right[at]!], explanation: 'So.', author: 'Ada' })));
    for (const userId of [ann, bo]) await answer(project, userId, gold, right);
    // Right on every second item: of the others half are ties, half the other side.
    await answer(project, cy, gold, right.map((verdict, at) => (at % 4 === 3 ? (verdict === 'a' ? 'b' : 'a') : at % 4 === 1 ? 'tie' : verdict)));
    const kappas = (await readRaterStory(database.db, cy)).otherFacts.filter(({ fact }) => (fact as { kind: string }).kind === 'kappa');
    expect(kappas).toHaveLength(1);
    expect(kappas[0]!.fact).toMatchObject({ kind: 'kappa', golds: 30 });
    const { value, high } = kappas[0]!.fact as { value: number; high: number };
    expect(value).toBeCloseTo(0.25, 1);
    expect(high).toBeGreaterThan(value);
  });
});

test('another policy judges all raters of the project at once', async () => {
  const { project, gold } = await goldProject(3);
  const userId = newUserId();
  await answer(project, userId, gold, ['b', 'a', 'b']);
  expect(await standingOf(userId)).toMatchObject({ state: 'training' });
  expect(await choosePolicy(database.db, project.id, parsePolicy({ policy: 'strict' }))).toBe(1);
  expect(await standingOf(userId)).toMatchObject({ state: 'paused', reason: "Answers of this batch that differ from the experts': 2." });
  expect(await choosePolicy(database.db, project.id, parsePolicy({ policy: 'sequential', hypotheses: { good: 0.95, bad: 0.5 } }))).toBe(1);
  expect((await standingOf(userId))!.state).not.toBe('active');
});

test('the story answers what an auditor asks, in words too; the list and the status know the pause', async () => {
  const { project, gold } = await goldProject(3);
  const userId = newUserId();
  const [first] = await answer(project, userId, gold, ['b', 'b', 'b']);
  const story = await readRaterStory(database.db, userId);
  expect(story.gold[0]).toMatchObject({ pair: gold[0], verdict: 'b', accepted: ['a'], passed: false, annotation: first });
  const text = renderRaterStory('ann@example.com', story);
  expect(text).toMatch(/^ann@example.com, pseudonym [0-9a-f-]{36}\nExample \d+: paused \(Of your last 3/);
  expect(text).toMatch(new RegExp(`${gold[0]} +b +a +failed +2026-01-01 00:00:00 UTC`));
  expect(text).toMatch(/training → paused, by sequential policy \(gold:\d+\): Of your last 3/);
  expect((await listRaters(database.db)).find(({ labelStudioUserId }) => labelStudioUserId === userId)).toMatchObject({ state: 'paused', goldFailed: 3 });
  expect((await readStatus(database.db)).raters.paused).toBeGreaterThanOrEqual(1);
  await expect(readRaterStory(database.db, 987_654_321)).rejects.toThrow('has not been given a task yet');
});
