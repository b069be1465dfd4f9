import { randomUUID } from 'node:crypto';
import axios from 'axios';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { connect, type Db } from '../../core/database/connect.js';
import { LabelStudioClient } from '../../core/label-studio/client.js';
import { createAccount } from '../../core/running/label-studio-account.js';
import { seedProject } from '../support/seed-project.js';

const { publicUrl, labelStudio, databaseUrl } = inject('stack');
const LABEL_CONFIG = '<View><Text name="prompt" value="$prompt_text"/><Choices name="verdict" toName="prompt"><Choice value="a"/><Choice value="b"/></Choices></View>';
const RESULT = [{ id: 'v', from_name: 'verdict', to_name: 'prompt', type: 'choices', origin: 'manual', value: { choices: ['a'] }, meta: { pairloop: { view: 'test' } } }];
const client = new LabelStudioClient(labelStudio);

let db: Db;
beforeAll(() => {
  db = connect(databaseUrl, 2);
});
afterAll(() => db.destroy());

interface Ranked {
  readonly labelStudioId: number;
  readonly projectId: number;
  /** Task ids, the pair most worth a human first. */
  readonly ranked: readonly number[];
}

/** A project whose tasks have a ranking that is not the order of their ids, and the ML backend, added by URL. */
async function makeRanked(title: string, tasks: number, votes: number): Promise<Ranked> {
  const project = await client.createProject({ title, label_config: LABEL_CONFIG, sampling: 'Uncertainty sampling', maximum_annotations: 100 });
  const taskIds: number[] = [];
  const data = Array.from({ length: tasks }, (_, at) => ({ data: { prompt_text: `Question ${at}`, pair: randomUUID() } }));
  for (let start = 0; start < tasks; start += 250) taskIds.push(...(await client.importTasks(project.id, data.slice(start, start + 250))));
  const ranked = taskIds.map((_, rank) => taskIds[(rank * 7 + 5) % tasks]!);
  await seedProject(db, project.id, ranked);
  const row = await db.updateTable('project').set({ votes_min: votes, votes_max: votes }).where('label_studio_id', '=', project.id).returning('id').executeTakeFirstOrThrow();
  await db.updateTable('batch').set({ state: 'shipped' }).where('project_id', '=', row.id).execute();
  await client.createMlBackend({ project: project.id, url: `${publicUrl}/pairloop/ml`, title: 'Pairloop' });
  await call('POST', `/api/dm/actions?id=retrieve_tasks_predictions&project=${project.id}`, labelStudio.apiKey, { selectedItems: { all: true, excluded: [] } }, labelStudio.url);
  return { labelStudioId: project.id, projectId: row.id, ranked };
}

async function call(method: string, path: string, token: string, data: unknown, base = publicUrl): Promise<unknown> {
  return (await axios.request<unknown>({ method, url: base + path, data, headers: { authorization: `Token ${token}` } })).data;
}

const newAnnotator = async (): Promise<string> => (await createAccount(labelStudio.url, labelStudio, { email: `${randomUUID()}@example.com`, password: randomUUID() })).token;

/** Asks the gateway for the next task, as the labeling page does. */
async function next(token: string, project: number): Promise<number> {
  return ((await call('POST', `/api/dm/actions?id=next_task&project=${project}`, token, {})) as { id: number }).id;
}

async function judgeNext(token: string, project: number): Promise<number> {
  const task = await next(token, project);
  await call('POST', `/api/tasks/${task}/annotations`, token, { result: RESULT, lead_time: 1, unique_id: randomUUID(), started_at: new Date().toISOString() });
  return task;
}

test('1,000 tasks: every prediction is retrieved, and the label stream follows the ranking with one and with three annotators', async () => {
  const { labelStudioId, projectId, ranked } = await makeRanked('A thousand ranked', 1_000, 2);
  const predictions = await client.predictions(labelStudioId);
  expect(predictions).toHaveLength(1_000);
  expect(predictions.toSorted((one, other) => one.score! - other.score!).map(({ task }) => task)).toEqual(ranked);
  expect(new Set(predictions.map(({ model_version }) => model_version))).toEqual(new Set(['pairloop-ranking']));
  expect(predictions.map(({ score }) => score!).toSorted((one, other) => one - other)).toEqual(ranked.map((_, rank) => rank));

  const alone = await newAnnotator();
  const served: number[] = [];
  for (let turn = 0; turn < 6; turn += 1) served.push(await judgeNext(alone, labelStudioId));
  expect(served).toEqual(ranked.slice(0, 6));

  const takers = new Map(ranked.map((task, rank) => [task, rank < 6 ? 1 : 0]));
  const annotators = await Promise.all([newAnnotator(), newAnnotator(), newAnnotator()]);
  const seen = annotators.map(() => new Set<number>());
  for (let turn = 0; turn < 15; turn += 1) {
    const who = (turn * 2) % 3;
    const expected = ranked.find((task) => takers.get(task)! < 2 && !seen[who]!.has(task))!;
    expect(await judgeNext(annotators[who]!, labelStudioId), `turn ${turn}`).toBe(expected);
    takers.set(expected, takers.get(expected)! + 1);
    seen[who]!.add(expected);
  }
  // Or the votes would have all thousand ranked again while other tests run.
  await db.updateTable('batch').set({ state: 'building' }).where('project_id', '=', projectId).execute();
  // Label Studio takes minutes for that on a busy machine.
}, 900_000);

test('votes change the order of what nobody has begun with: here, in the predictions, and in the label stream', async () => {
  const { labelStudioId, projectId, ranked } = await makeRanked('Ranked again', 12, 1);
  const annotator = await newAnnotator();
  const judged = [await judgeNext(annotator, labelStudioId), await judgeNext(annotator, labelStudioId)];
  expect(judged).toEqual(ranked.slice(0, 2));
  const hurry = async (): Promise<number> => {
    const made = await sql`update pgboss.job set start_after = now() where name = 'rerank' and state = 'created' and (data->>'projectId')::int = ${projectId}`.execute(db);
    return Number(made.numAffectedRows);
  };
  // Label Studio was told of no webhook: reconciliation, once a minute, finds the votes.
  await expect.poll(hurry, { timeout: 150_000, interval: 500 }).toBe(1);
  const stored = async (): Promise<(number | null)[]> => {
    const rows = await db.selectFrom('batch_item').innerJoin('batch', 'batch.id', 'batch_item.batch_id').select('task_id').where('batch.project_id', '=', projectId).orderBy('position').execute();
    return rows.map(({ task_id }) => task_id);
  };
  // The pairs all say the same, so the ranking puts them in the order of their ids.
  const expected = [...judged, ...ranked.slice(2).toSorted((one, other) => (`${one}` < `${other}` ? -1 : 1))];
  await expect.poll(stored, { timeout: 60_000, interval: 500 }).toEqual(expected);
  const told = async (): Promise<number[]> => (await client.predictions(labelStudioId)).toSorted((one, other) => one.score! - other.score!).map(({ task }) => task);
  await expect.poll(told, { timeout: 60_000, interval: 1_000 }).toEqual(expected);
  expect(await next(annotator, labelStudioId)).toBe(expected[2]);
}, 300_000);
