import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { taskSchema } from '../../core/label-studio/wire.js';
import { applyDelivery, storeDeliveries } from '../../webhooks/intake/delivery.js';
import { readEvent } from '../../webhooks/intake/event.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { seedProject } from '../support/seed-project.js';

/** What Label Studio 1.23.2 posted and listed when tests/contract/record.mjs ran. */
function recorded(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`./label-studio-1.23.2/${name}.json`, import.meta.url), 'utf8'));
}
const envelope = z.array(z.object({ action: z.string(), project: z.object({ id: z.number() }) }).loose());
const annotationOf = z.object({ annotation: z.object({ id: z.number(), task: z.number(), completed_by: z.number(), updated_at: z.string() }).loose() });

const created = envelope.parse(recorded('annotation-created'))[0]!;
const { annotation } = annotationOf.parse(created);
const labelStudioProjectId = created.project.id;
const queue = { send: async () => {}, sendAll: async () => {} };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const tasks = z.array(taskSchema).parse(recorded('export')).map((task) => task.id);
  await seedProject(database.db, labelStudioProjectId, tasks);
  await database.db.updateTable('project').set({ journal_required: false }).execute();
});
afterAll(() => database.drop());

/** Takes in a recorded file as the service and the worker would. */
async function takeIn(name: string): Promise<void> {
  for (const body of envelope.parse(recorded(name))) {
    await storeDeliveries(database.db, queue, [{ event: readEvent(body)!, receivedAt: new Date() }]);
    const { id } = await database.db.selectFrom('delivery').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow();
    await applyDelivery(database.db, queue, id);
  }
}
const vote = (id: number) => database.db.selectFrom('vote').selectAll().where('annotation_id', '=', id).executeTakeFirst();
const stored = (id: number) => database.db.selectFrom('annotation').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

test('nothing of the task, the project or its token is stored', () => {
  for (const name of ['annotation-created', 'annotations-created-from-predictions', 'task-deleted', 'tasks-created']) {
    for (const body of envelope.parse(recorded(name))) {
      const kept = JSON.stringify(readEvent(body));
      for (const secret of ['Question', 'Answer A', '(token)', 'label_config']) expect(kept).not.toContain(secret);
    }
  }
});

test('ANNOTATION_CREATED becomes a vote in full', async () => {
  await takeIn('annotation-created');
  expect(await stored(annotation.id)).toMatchObject({ task_id: annotation.task, unique_id: '6b0c3e6e-6f0b-4f7e-9a55-0c9a3c5b8d11', seen_in_delivery: true });
  expect(await vote(annotation.id)).toMatchObject({
    state: 'cast',
    verdict: 'a',
    likert: { helpful: { a: 4, b: 2 } },
    rationale: 'A cites the policy. ünïcode 🙂',
    displayed_order: 'ba',
    view_version: '0.1.0',
    active_ms: 4200.5,
    started_at: new Date('2026-01-02T03:04:05.678Z'),
    submitted_at: new Date(annotation.updated_at),
    lead_time_s: 12.5,
    counted: true,
    not_counted_reason: null,
  });
});

test('ANNOTATION_UPDATED changes it, a ground-truth mark does not', async () => {
  await takeIn('annotation-updated');
  expect(await vote(annotation.id)).toMatchObject({ verdict: 'b', likert: {}, rationale: null, lead_time_s: 3, counted: true });
  await takeIn('annotation-ground-truth');
  expect(await vote(annotation.id)).toMatchObject({ verdict: 'b', counted: true });
  await takeIn('annotation-created');
  expect(await vote(annotation.id)).toMatchObject({ verdict: 'b' });
});

test('a skip is kept as a skip and never counts', async () => {
  await takeIn('annotation-skipped');
  const { annotation: skip } = annotationOf.parse(envelope.parse(recorded('annotation-skipped'))[0]);
  expect(await vote(skip.id)).toMatchObject({ state: 'skipped', verdict: null, counted: false, not_counted_reason: 'skipped' });
});

test('ANNOTATIONS_CREATED is a list, and an ANNOTATIONS_DELETED of ids ends them all', async () => {
  await takeIn('annotations-created-from-predictions');
  const [bulk] = z.array(z.object({ annotation: z.array(z.object({ id: z.number() })).min(1) })).parse(recorded('annotations-created-from-predictions'));
  expect(await vote(bulk!.annotation[0]!.id)).toMatchObject({ verdict: 'tie', counted: true });
  await takeIn('annotations-deleted');
  for (const id of [annotation.id, bulk!.annotation[0]!.id]) {
    expect((await stored(id)).deleted_at).not.toBeNull();
    expect(await vote(id)).toMatchObject({ counted: false, not_counted_reason: 'deleted in Label Studio' });
  }
});

test('events that change no annotation are kept with the reason', async () => {
  for (const name of ['tasks-created', 'project-updated', 'tasks-imported-with-annotations']) await takeIn(name);
  const rows = await database.db.selectFrom('delivery').select(['action', 'body', 'ignored_reason', 'applied_at']).where('ignored_reason', 'is not', null).execute();
  expect(rows.map((row) => row.ignored_reason)).toEqual(['TASKS_CREATED changes no annotation', 'PROJECT_UPDATED changes no annotation', 'TASKS_CREATED changes no annotation']);
  for (const row of rows) expect(row).toMatchObject({ body: null, applied_at: expect.any(Date) });
});

test('converting an annotation to a draft deletes it and posts nothing: only reconciliation sees it', () => {
  expect(recorded('annotation-converted-to-draft')).toEqual([]);
});

test("the API's task list shows annotations and skips with updated_at, but no unique_id; the export shows it", () => {
  const { tasks } = z.object({ tasks: z.array(taskSchema), total: z.number() }).parse(recorded('api-tasks-page'));
  const listed = tasks.flatMap((task) => task.annotations);
  expect(listed.filter((one) => one.was_cancelled)).toHaveLength(1);
  for (const one of listed) expect(one).toMatchObject({ id: expect.any(Number), task: expect.any(Number), completed_by: expect.any(Number), updated_at: expect.any(String) });
  for (const one of listed) expect(one).not.toHaveProperty('unique_id');
  const exported = z.array(taskSchema).parse(recorded('export')).flatMap((task) => task.annotations);
  for (const one of exported) expect(one.unique_id).toMatch(/^[0-9a-f-]{36}$/);
});

test('TASKS_DELETED ends the annotations of its tasks, which Label Studio tells in no event of their own', async () => {
  const { annotation: undone } = annotationOf.parse(envelope.parse(recorded('annotation-created-without-unique-id'))[0]);
  await takeIn('annotation-created-without-unique-id');
  expect((await stored(undone.id)).deleted_at).toBeNull();
  await takeIn('tasks-deleted');
  expect((await stored(undone.id)).deleted_at).not.toBeNull();
});
