import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { GAP_WORDS } from '../../cli/gap-words.js';
import type { Db } from '../../core/database/connect.js';
import { LabelStudioError } from '../../core/label-studio/client.js';
import type { AnnotationWire, TaskWire } from '../../core/label-studio/wire.js';
import { applyDelivery, storeDeliveries } from '../../webhooks/intake/delivery.js';
import { readEvent } from '../../webhooks/intake/event.js';
import { readGaps } from '../../webhooks/intake/gaps.js';
import { reconcile, type ReconcileParts } from '../../webhooks/intake/reconcile.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { seedProject } from '../support/seed-project.js';
import { event, uuidOf, verdictResult, wire, type WireOptions } from './annotation-wire.js';

const SEED = 20_260_104;
const TASKS = [101, 102, 103, 104, 105];
const ANNOTATORS = 30;
const NOW = new Date('2026-03-01T12:00:00Z');
const MINUTE_MS = 60_000;
const queue = { send: async () => {}, sendAll: async () => {} };
let database: TestDatabase;
let db: Db;
let projectId: number;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
  await seedProject(db, 1, TASKS);
  projectId = (await db.selectFrom('project').select('id').executeTakeFirstOrThrow()).id;
});
afterAll(() => database.drop());
beforeEach(forget);

async function forget(): Promise<void> {
  await sql`truncate delivery, annotation, deleted_task, vote, gold_check, consensus, accepted_pair, journal cascade`.execute(db);
  await db.updateTable('project').set({ journal_required: false, listed_at: null, fully_listed_at: null }).execute();
}

/** Stores an event as the service does and applies it as the worker does. */
async function deliver(body: object, receivedAt = NOW): Promise<void> {
  await storeDeliveries(db, queue, [{ event: readEvent(body)!, receivedAt }]);
  const { id } = await db.selectFrom('delivery').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow();
  await applyDelivery(db, queue, id);
}

const idList = (ids: readonly number[]) => ids.map((id) => ({ id }));
const project = { project: { id: 1 } };
const one = (action: string, options: WireOptions) => event(action, wire(options));
const many = (options: readonly WireOptions[]) => event('ANNOTATIONS_CREATED', options.map((each) => wire(each)));
const deleted = (ids: readonly number[]) => ({ action: 'ANNOTATIONS_DELETED', annotations: idList(ids), ...project });
const tasksDeleted = (ids: readonly number[]) => ({ action: 'TASKS_DELETED', tasks: idList(ids), ...project });

/** What stands in the end, without the times at which it was written. */
async function endState() {
  const votes = await db.selectFrom('vote').select(['annotation_id', 'pair_id', 'state', 'verdict', 'counted', 'not_counted_reason']).orderBy('annotation_id').execute();
  const consensus = await db.selectFrom('consensus').select(['pair_id', 'state', 'vote_counts', 'verdict']).orderBy('pair_id').execute();
  return {
    votes,
    consensus: consensus.filter(({ vote_counts: counts }) => Object.keys(counts).length > 0),
    accepted: await db.selectFrom('accepted_pair').select(['pair_id', 'verdict', 'vote_count']).orderBy('pair_id').execute(),
    deleted: (await db.selectFrom('annotation').select('id').where('deleted_at', 'is not', null).orderBy('id').execute()).map(({ id }) => id),
  };
}

/** Everyone's annotation of every task: the imported ones of a bulk action. */
const IMPORTED: readonly WireOptions[] = TASKS.flatMap((task, at) => Array.from({ length: ANNOTATORS }, (_, user): WireOptions => ({ id: at * ANNOTATORS + user + 1, task, user: user + 1, verdict: 'a' })));

test('a bulk import of annotations, a bulk deletion of half of them and a reset of the project each leave what Label Studio then holds', async () => {
  await deliver(many(IMPORTED));
  const pairs = TASKS.map((task) => `seed-1-${task}`);
  expect((await endState()).accepted).toEqual(pairs.map((pair) => ({ pair_id: pair, verdict: 'a', vote_count: ANNOTATORS })));
  const half = IMPORTED.filter(({ id }) => id % 2 === 0).map(({ id }) => id);
  await deliver(deleted(half));
  const after = await endState();
  expect(after.deleted).toEqual(half);
  expect(after.accepted).toEqual(pairs.map((pair) => ({ pair_id: pair, verdict: 'a', vote_count: ANNOTATORS / 2 })));
  await deliver(tasksDeleted(TASKS));
  // Told late, and made again by a bulk action that was under way.
  await deliver(many(IMPORTED.slice(0, 40)));
  await deliver(one('ANNOTATION_CREATED', { id: 9_000, task: 101, user: 50 }));
  const reset = await endState();
  expect(reset.votes.filter((vote) => vote.counted)).toEqual([]);
  expect([reset.consensus, reset.accepted]).toEqual([[], []]);
  expect(reset.deleted).toHaveLength(IMPORTED.length + 1);
  expect((await readGaps(db, projectId)).tasksDeleted).toEqual({ count: TASKS.length, ids: TASKS });
}, 120_000);

/** Every kind of event that Label Studio posts, some of them about the same annotations and tasks. */
const EVENTS: readonly object[] = [
  many([{ id: 1, task: 101, user: 1 }, { id: 2, task: 101, user: 2 }, { id: 3, task: 102, user: 1, verdict: 'b' }]),
  one('ANNOTATION_CREATED', { id: 4, task: 102, user: 2, verdict: 'b' }),
  one('ANNOTATION_UPDATED', { id: 4, task: 102, user: 2, verdict: 'tie', version: 3 }),
  one('ANNOTATION_CREATED', { id: 5, task: 103, user: 1 }),
  one('ANNOTATION_CREATED', { id: 6, task: 103, user: 2, cancelled: true }),
  one('ANNOTATION_CREATED', { id: 7, task: 104, user: 1 }),
  one('ANNOTATION_UPDATED', { id: 7, task: 104, user: 1, cancelled: true, version: 2 }),
  one('ANNOTATION_CREATED', { id: 8, task: 105, user: 3 }),
  deleted([2, 999]),
  tasksDeleted([103, 777]),
  { action: 'TASKS_CREATED', tasks: [{ id: 101 }], ...project },
  { action: 'PROJECT_UPDATED', ...project },
];

test(`every kind of event, in any order and some of them twice, ends the same (seed ${SEED})`, async () => {
  for (const body of EVENTS) await deliver(body);
  const expected = await endState();
  expect(expected.votes.filter((vote) => vote.counted).map((vote) => [vote.annotation_id, vote.verdict])).toEqual([[1, 'a'], [3, 'b'], [4, 'tie'], [8, 'a']]);
  expect(expected.deleted).toEqual([2, 5, 6, 999]);
  const orders = fc.tuple(fc.shuffledSubarray([...EVENTS], { minLength: EVENTS.length }), fc.subarray([...EVENTS]));
  await fc.assert(
    fc.asyncProperty(orders, async ([all, again]) => {
      await forget();
      for (const body of [...all, ...again]) await deliver(body);
      expect(await endState()).toEqual(expected);
    }),
    { seed: SEED, numRuns: 12 },
  );
}, 120_000);

/** A Label Studio that goes on while nothing of it is delivered. */
class Unheard {
  annotations: WireOptions[] = [];
  tasks = [...TASKS];
  now = NOW;

  parts(): ReconcileParts {
    const shown = (): AnnotationWire[] => this.annotations.map((each) => ({ ...wire(each), unique_id: undefined }));
    const task = (id: number): TaskWire => ({ id, data: {}, annotations: shown().filter((each) => each.task === id) });
    const found = <T>(value: T | undefined): T => {
      if (value === undefined) throw new LabelStudioError('not found', 404);
      return value;
    };
    const labelStudio: ReconcileParts['labelStudio'] = {
      project: async (id) => ({ id, title: 'Project 1', task_number: this.tasks.length }),
      tasks: async function* (this: Unheard) {
        yield this.tasks.map(task);
      }.bind(this),
      task: async (id) => task(found(this.tasks.find((each) => each === id))),
      annotation: async (id) => found(shown().find((each) => each.id === id)),
    };
    return { db, labelStudio, queue, now: () => this.now };
  }

  later(minutes: number): void {
    this.now = new Date(this.now.getTime() + minutes * MINUTE_MS);
  }

  /** What counts in the end: whoever annotated last on tasks that are still there. */
  expected(): [number, string][] {
    return this.annotations.filter(({ task, cancelled }) => this.tasks.includes(task) && cancelled !== true).map(({ id, verdict = 'a' }): [number, string] => [id, verdict]).sort(([a], [b]) => a - b);
  }
}

const counted = async (): Promise<[number, string | null][]> =>
  (await db.selectFrom('vote').select(['annotation_id', 'verdict']).where('counted', '=', true).orderBy('annotation_id').execute()).map((vote) => [vote.annotation_id, vote.verdict]);

test.each(['down as a whole', 'without its webhook service'])('ten minutes in which Pairloop is %s are made up for by reconciliation', async (how) => {
  const there = new Unheard();
  for (const task of TASKS) {
    const before = { id: task, task, user: 1 };
    there.annotations.push(before);
    await deliver(one('ANNOTATION_CREATED', before));
  }
  await reconcile(there.parts(), null, 'recent');
  expect(await counted()).toEqual(there.expected());
  const healed: boolean[] = [];
  for (let minute = 1; minute <= 10; minute += 1) {
    there.later(1);
    there.annotations.push({ id: 1_000 + minute, task: TASKS[minute % TASKS.length]!, user: 1 + minute, verdict: 'b' });
    if (minute === 3) there.annotations[0] = { ...there.annotations[0]!, verdict: 'tie', version: 7 };
    if (minute === 5) there.annotations.splice(1, 1);
    if (minute === 7) there.tasks.splice(2, 1);
    if (minute === 8) there.annotations.push({ id: 2_000, task: 104, user: 40, cancelled: true });
    there.annotations = there.annotations.filter(({ task }) => there.tasks.includes(task));
    if (how === 'without its webhook service') {
      await reconcile(there.parts(), null, 'recent');
      healed.push(isDeepStrictEqual(await counted(), there.expected()));
    }
  }
  expect(healed).not.toContain(false);
  there.later(1);
  await reconcile(there.parts(), null, 'recent');
  expect(await counted()).toEqual(there.expected());
  const gaps = await readGaps(db, projectId);
  expect(gaps.inApiNeverDelivered.count).toBe(there.annotations.filter(({ id }) => id >= 1_000).length);
  expect(gaps.tasksDeleted).toEqual({ count: 1, ids: [103] });
  expect([gaps.deliveredNotInApi.count, gaps.unappliedDeliveries.count]).toEqual([0, 0]);
  expect(await reconcile(there.parts(), null, 'all')).toMatchObject([{ applied: 0, deleted: 0, tasksDeleted: 0, settled: 0 }]);
}, 120_000);

test('what reconciliation cannot heal it names: changed or deleted afterwards, and made around the gateway', async () => {
  await db.updateTable('project').set({ journal_required: true }).execute();
  const submitted = (id: number, over: object = {}) => ({ label_studio_user_id: id, kind: 'submit' as const, task_id: 101, annotation_id: id, unique_id: uuidOf(id), body: JSON.stringify({ result: verdictResult('a') }), outcome: 'stored' as const, received_at: NOW, ...over });
  await db.insertInto('journal').values([submitted(1), submitted(2), submitted(3), submitted(4), submitted(4, { kind: 'delete', unique_id: null, body: '{}' })]).execute();
  const there = new Unheard();
  there.annotations = [1, 2, 3, 4, 5].map((id) => ({ id, task: 101, user: id }));
  for (const options of there.annotations) await deliver(one('ANNOTATION_CREATED', options));
  there.annotations = there.annotations.filter(({ id }) => id !== 3 && id !== 4).map((each) => (each.id === 2 ? { ...each, verdict: 'b', version: 5 } : each));
  there.later(5);
  await reconcile(there.parts(), null, 'all');
  expect(await counted()).toEqual([[1, 'a']]);
  const gaps = await readGaps(db, projectId);
  const open = Object.entries(gaps).filter(([, gap]) => gap.count > 0).map(([name, gap]) => [name, gap.ids]);
  // The fourth was deleted by its annotator.
  expect(open).toEqual([['inLabelStudioNotJournalled', [5]], ['changedAfterwards', [2]], ['deletedAfterwards', [3]]]);
  for (const [name] of open) expect(GAP_WORDS).toHaveProperty(String(name));
});
