import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Db } from '../../core/database/connect.js';
import { LabelStudioClient, LabelStudioError } from '../../core/label-studio/client.js';
import type { AnnotationWire, TaskWire } from '../../core/label-studio/wire.js';
import { readEvent } from '../../webhooks/intake/event.js';
import { applyDelivery, storeDeliveries } from '../../webhooks/intake/delivery.js';
import { readGaps, readLastCheck } from '../../webhooks/intake/gaps.js';
import { reconcile, type ReconcileParts } from '../../webhooks/intake/reconcile.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { seedProject } from '../support/seed-project.js';
import { event, uuidOf, verdictResult, wire, type WireOptions } from './annotation-wire.js';

const queue = { send: async () => {}, sendAll: async () => {} };
const NOW = new Date('2026-03-01T12:00:00Z');
const LONG_AGO = new Date('2026-01-02T03:04:05Z');
let database: TestDatabase;
let db: Db;
let projectId: number;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
  await seedProject(db, 1, [101, 102]);
  projectId = (await db.selectFrom('project').select('id').executeTakeFirstOrThrow()).id;
});
afterAll(() => database.drop());
beforeEach(async () => {
  await sql`truncate delivery, annotation, deleted_task, vote, gold_check, consensus, accepted_pair, journal cascade`.execute(db);
  await db.updateTable('project').set({ journal_required: false, listed_at: null, fully_listed_at: null }).execute();
});

/** What Label Studio's API answers; the real one is asked in the end-to-end test, faults are only possible here. */
function api(annotations: () => WireOptions[], over: Partial<ReconcileParts['labelStudio']> = {}): ReconcileParts {
  // The API hides unique_id.
  const shown = (): AnnotationWire[] => annotations().map((one) => ({ ...wire(one), unique_id: undefined }));
  const task = (id: number, all: AnnotationWire[]): TaskWire => ({ id, data: {}, annotations: all.filter((one) => one.task === id) });
  const labelStudio: ReconcileParts['labelStudio'] = {
    project: async (id) => ({ id, title: 'Project 1' }),
    async *tasks() {
      for (const id of [101, 102]) yield [task(id, shown())];
    },
    async task(id) {
      return task(id, shown());
    },
    async annotation(id) {
      const found = shown().find((one) => one.id === id);
      if (found === undefined) throw new LabelStudioError('not found', 404);
      return found;
    },
    ...over,
  };
  return { db, labelStudio, queue, now: () => NOW };
}
async function deliver(body: object, receivedAt = NOW): Promise<number> {
  await storeDeliveries(db, queue, [{ event: readEvent(body)!, receivedAt }]);
  return (await db.selectFrom('delivery').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow()).id;
}
const deliverAndApply = async (options: WireOptions) => applyDelivery(db, queue, await deliver(event('ANNOTATION_CREATED', wire(options))));
const votes = () => db.selectFrom('vote').select(['annotation_id', 'verdict', 'counted', 'not_counted_reason']).orderBy('annotation_id').execute();
const counts = async () => Object.fromEntries(Object.entries(await readGaps(db, projectId)).map(([name, gap]) => [name, gap.count]));
const NO_GAPS = {
  journalledNotInLabelStudio: 0,
  journalPending: 0,
  inLabelStudioNotJournalled: 0,
  changedAfterwards: 0,
  deletedAfterwards: 0,
  tasksDeleted: 0,
  deliveredNotInApi: 0,
  inApiNeverDelivered: 0,
  unusable: 0,
  unappliedDeliveries: 0,
  failedDeliveries: 0,
};

test('missed, changed and deleted annotations are brought in, and a second run finds nothing', async () => {
  await deliverAndApply({ id: 1, task: 101 });
  await deliverAndApply({ id: 2, task: 101, user: 2 });
  const parts = api(() => [{ id: 1, task: 101, verdict: 'tie', version: 5 }, { id: 3, task: 102, cancelled: true }]);
  expect(await reconcile(parts, 1, 'all')).toMatchObject([{ listed: 2, applied: 2, deleted: 1 }]);
  expect(await votes()).toEqual([
    { annotation_id: 1, verdict: 'tie', counted: true, not_counted_reason: null },
    { annotation_id: 2, verdict: 'a', counted: false, not_counted_reason: 'deleted in Label Studio' },
    { annotation_id: 3, verdict: null, counted: false, not_counted_reason: 'skipped' },
  ]);
  expect(await reconcile(parts, null, 'all')).toMatchObject([{ listed: 2, applied: 0, deleted: 0, settled: 0 }]);
});

test('what changed lately is listed by its task, all tasks at first and once an hour', async () => {
  const asked: (Date | undefined)[] = [];
  let time = NOW;
  const parts = api(() => []);
  const labelStudio: ReconcileParts['labelStudio'] = {
    ...parts.labelStudio,
    async *tasks(_id, updatedAfter) {
      asked.push(updatedAfter);
      yield [{ id: 101, data: {}, annotations: [] }];
    },
  };
  const run = () => reconcile({ ...parts, labelStudio, now: () => time }, null, 'recent');
  expect(await run()).toMatchObject([{ scope: 'all' }]);
  await deliverAndApply({ id: 1, task: 101 });
  await deliverAndApply({ id: 2, task: 102 });
  time = new Date(NOW.getTime() + 60_000);
  expect(await run()).toMatchObject([{ scope: 'recent', deleted: 1 }]);
  expect(await votes()).toMatchObject([{ annotation_id: 1, counted: false }, { annotation_id: 2, counted: true }]);
  time = new Date(NOW.getTime() + 3_600_000);
  expect(await run()).toMatchObject([{ scope: 'all', deleted: 1 }]);
  expect(asked).toEqual([undefined, new Date(NOW.getTime() - 300_000), undefined]);
});

test('a listing that failed is made up for by the next one', async () => {
  const parts = api(() => [{ id: 1, task: 101 }]);
  await reconcile(parts, 1, 'all');
  const later = new Date(NOW.getTime() + 600_000);
  const failing: ReconcileParts['labelStudio'] = {
    ...parts.labelStudio,
    async *tasks() {
      yield [];
      throw new Error('cut off');
    },
  };
  await expect(reconcile({ ...parts, labelStudio: failing, now: () => later }, 1, 'recent')).rejects.toThrow('Not reconciled: Project 1: cut off');
  expect(await db.selectFrom('project').select('listed_at').executeTakeFirstOrThrow()).toEqual({ listed_at: NOW });
});

test('an annotation made while the listing runs is not taken for a deleted one', async () => {
  const parts = api(() => [{ id: 1, task: 101 }]);
  const listing = parts.labelStudio.tasks;
  const labelStudio = {
    ...parts.labelStudio,
    async *tasks(id: number) {
      yield* listing(id);
      await deliverAndApply({ id: 9, task: 102 });
    },
  };
  expect(await reconcile({ ...parts, labelStudio }, 1, 'all')).toMatchObject([{ deleted: 0 }]);
  expect(await votes()).toMatchObject([{ annotation_id: 1, counted: true }, { annotation_id: 9, counted: true }]);
});

test('an annotation that a page left out is asked for before it counts as deleted', async () => {
  await deliverAndApply({ id: 1, task: 101 });
  const parts = api(() => [{ id: 1, task: 101, verdict: 'b', version: 3 }], { tasks: async function* () {} });
  expect(await reconcile(parts, 1, 'all')).toMatchObject([{ listed: 0, deleted: 0 }]);
  expect(await votes()).toMatchObject([{ verdict: 'b', counted: true }]);
});

test('an unreachable Label Studio is said, and nothing changes', async () => {
  await deliverAndApply({ id: 1, task: 101 });
  const before = await votes();
  const parts = { ...api(() => []), labelStudio: new LabelStudioClient({ url: 'http://127.0.0.1:1', apiKey: 'x' }) };
  await expect(reconcile(parts, 1, 'all')).rejects.toThrow(/Not reconciled: Project 1: .*cannot be reached.*LABEL_STUDIO_URL/);
  expect(await votes()).toEqual(before);
});

test('a project that is gone in Label Studio keeps its votes', async () => {
  await deliverAndApply({ id: 1, task: 101 });
  const gone = api(() => [], { project: () => Promise.reject(new LabelStudioError('gone', 404)) });
  await expect(reconcile(gone, 1, 'all')).rejects.toThrow(/has no project 1 any more/);
  expect(await votes()).toMatchObject([{ counted: true }]);
});

test('a project that is not ours is wrong usage', async () => {
  await expect(reconcile(api(() => []), 77, 'all')).rejects.toMatchObject({ kind: 'usage' });
});

test('a delivery whose job was lost is applied, a young one is left to its job', async () => {
  const old = await deliver(event('ANNOTATION_CREATED', wire({ id: 1, task: 101 })), new Date(NOW.getTime() - 60_000));
  const young = await deliver(event('ANNOTATION_CREATED', wire({ id: 2, task: 101, user: 2 })), NOW);
  await reconcile(api(() => [{ id: 1, task: 101 }]), 1, 'all');
  const rows = await db.selectFrom('delivery').select(['id', 'applied_at']).orderBy('id').execute();
  expect(rows).toEqual([{ id: old, applied_at: expect.any(Date) }, { id: young, applied_at: null }]);
  expect(await counts()).toEqual({ ...NO_GAPS, inLabelStudioNotJournalled: 1, unappliedDeliveries: 1 });
});

test('an annotation that came before its task was known as an item becomes a vote later', async () => {
  const { id } = await db.selectFrom('batch_item').select('id').where('task_id', '=', 102).executeTakeFirstOrThrow();
  await db.updateTable('batch_item').set({ task_id: null }).where('id', '=', id).execute();
  await deliverAndApply({ id: 1, task: 102 });
  await reconcile(api(() => [{ id: 1, task: 102 }]), 1, 'all');
  expect(await votes()).toEqual([]);
  await db.updateTable('batch_item').set({ task_id: 102 }).where('id', '=', id).execute();
  expect(await reconcile(api(() => [{ id: 1, task: 102 }]), 1, 'all')).toMatchObject([{ settled: 1 }]);
  expect(await votes()).toMatchObject([{ annotation_id: 1, counted: true }]);
});

test('a vote whose journal row is settled later counts then', async () => {
  await db.updateTable('project').set({ journal_required: true }).execute();
  const row = { label_studio_user_id: 1, kind: 'submit' as const, task_id: 101, unique_id: uuidOf(1), body: JSON.stringify({ result: verdictResult('a') }), outcome: 'refused' as const };
  await db.insertInto('journal').values(row).execute();
  await deliverAndApply({ id: 1, task: 101 });
  await reconcile(api(() => [{ id: 1, task: 101 }]), 1, 'all');
  expect(await votes()).toMatchObject([{ counted: false }]);
  await db.updateTable('journal').set({ outcome: 'stored', annotation_id: 1 }).execute();
  expect(await reconcile(api(() => [{ id: 1, task: 101 }]), 1, 'all')).toMatchObject([{ settled: 1 }]);
  expect(await votes()).toMatchObject([{ counted: true }]);
  expect(await counts()).toEqual(NO_GAPS);
});

test('gaps between the witnesses are counted, with ids', async () => {
  const journal = (uniqueId: number, over: object = {}) => ({ label_studio_user_id: 1, kind: 'submit' as const, task_id: 101, unique_id: uuidOf(uniqueId), body: '{}', outcome: 'stored' as const, received_at: LONG_AGO, ...over });
  await db.insertInto('journal').values([journal(1), journal(50), journal(51, { outcome: 'pending' }), journal(52, { outcome: 'refused' })]).execute();
  await deliverAndApply({ id: 1, task: 101 });
  await deliverAndApply({ id: 2, task: 101, verdict: 'left' });
  await deliver(event('ANNOTATION_CREATED', { id: 'seven' }));
  await reconcile(api(() => [{ id: 1, task: 101 }, { id: 2, task: 101, verdict: 'left' }, { id: 3, task: 102, user: 3 }]), 1, 'all');
  await deliverAndApply({ id: 4, task: 102, user: 4 });
  expect(await counts()).toEqual({
    journalledNotInLabelStudio: 2,
    journalPending: 1,
    inLabelStudioNotJournalled: 3,
    changedAfterwards: 0,
    deletedAfterwards: 0,
    tasksDeleted: 0,
    deliveredNotInApi: 1,
    inApiNeverDelivered: 1,
    unusable: 1,
    unappliedDeliveries: 0,
    failedDeliveries: 1,
  });
  const gaps = await readGaps(db, projectId);
  expect(gaps).toMatchObject({ deliveredNotInApi: { ids: [4] }, inApiNeverDelivered: { ids: [3] }, unusable: { ids: [2] } });
  expect(await readLastCheck(db, projectId)).toEqual({ at: NOW, waiting: 0 });
  expect(await readGaps(db, 999)).toMatchObject({ journalPending: { count: 0, ids: [] } });
});

test('what came since the last check waits for the next one, and is a gap when that does not find it', async () => {
  const submission = { label_studio_user_id: 9, kind: 'submit' as const, task_id: 101, unique_id: uuidOf(90), body: '{}', outcome: 'stored' as const };
  await db.insertInto('journal').values({ ...submission, received_at: NOW }).execute();
  await deliverAndApply({ id: 1, task: 101, uniqueId: uuidOf(1) });
  await db.updateTable('annotation').set({ updated_at: NOW }).execute();
  const gaps = async () => (({ journalledNotInLabelStudio: journalled, deliveredNotInApi: delivered }) => [journalled, delivered])(await counts());
  expect([await gaps(), await readLastCheck(db, projectId)]).toEqual([[0, 0], { at: null, waiting: 2 }]);
  // A listing that shows neither, as when it began before they were stored.
  const none = api(() => [], { async *tasks() {} });
  const check = (seconds: number) => reconcile({ ...none, now: () => new Date(NOW.getTime() + seconds * 1_000) }, 1, 'recent');
  await db.updateTable('project').set({ listed_at: new Date(NOW.getTime() - 120_000), fully_listed_at: NOW }).execute();
  await check(5);
  expect([await gaps(), await readLastCheck(db, projectId)]).toEqual([[0, 0], { at: new Date(NOW.getTime() + 5_000), waiting: 2 }]);
  await check(65);
  expect([await gaps(), (await readLastCheck(db, projectId)).waiting]).toEqual([[1, 1], 0]);
});
