import { randomInt, randomUUID } from 'node:crypto';
import axios from 'axios';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { connect, type Db } from '../../core/database/connect.js';
import { LabelStudioClient, type NewTask } from '../../core/label-studio/client.js';
import type { TaskWire } from '../../core/label-studio/wire.js';
import { loadGuideline } from '../../label-configs/guideline-file.js';
import { loadRubric } from '../../label-configs/rubric-file.js';
import { buildBatch } from '../../webhooks/quality/batch.js';
import { installProject, type ProjectSettings } from '../../webhooks/quality/project.js';
import { shipBatch } from '../../webhooks/quality/shipment.js';
import { insertPairs } from './example-project.js';

const LABEL_CONFIG = `<View><Text name="prompt" value="$prompt_text"/><Choices name="verdict" toName="prompt" required="true">
  <Choice value="a"/><Choice value="b"/><Choice value="tie"/><Choice value="both_bad"/></Choices></View>`;
const GOLD_COUNT = 13;
const PAIR_COUNT = 117;

let db: Db;
let labelStudio: LabelStudioClient;
beforeAll(() => {
  db = connect(inject('stack').databaseUrl, 4);
  labelStudio = new LabelStudioClient(inject('stack').labelStudio);
});
afterAll(() => db.destroy());

async function call<T>(method: string, path: string, data?: unknown): Promise<T> {
  const { url, apiKey } = inject('stack').labelStudio;
  const reply = await axios.request<T>({ method, url: url + path, data, headers: { authorization: `Token ${apiKey}` } });
  return reply.data;
}

function settings(over: Partial<ProjectSettings> = {}): ProjectSettings {
  return {
    title: `Shipped ${randomUUID()}`,
    labelConfig: LABEL_CONFIG,
    labelConfigHash: 'hash-1',
    rubric: loadRubric('support'),
    guideline: loadGuideline('support'),
    publicUrl: inject('stack').publicUrl,
    webhookSecret: 'first secret',
    ...over,
  };
}

const install = (over: Partial<ProjectSettings> = {}) => installProject({ db, labelStudio }, settings(over));

/** A batch of new pairs and gold, not yet shipped. */
async function newBatch(projectId: number): Promise<number> {
  const name = randomUUID();
  const pool = Array.from({ length: PAIR_COUNT }, (_, index) => `${name}-${index}`);
  const gold = Array.from({ length: GOLD_COUNT }, (_, index) => `${name}-gold-${index}`);
  await insertPairs(db, [...pool.map((id) => ({ id, domain: name })), ...gold.map((id) => ({ id, domain: name, purpose: 'gold' as const }))]);
  await db.insertInto('gold_item').values(gold.map((pair_id) => ({ pair_id, accepted_verdicts: '["a"]', explanation: 'A.', author: 'tests' }))).execute();
  const { id: roundId } = await db
    .insertInto('selection_round')
    .values({ project_id: projectId, state: 'done', strategy: 'hybrid', weight: 0.6, k: pool.length, embedder: 'x', uncertainty_source: 'none', code_version: 'x' })
    .returning('id')
    .executeTakeFirstOrThrow();
  await db.insertInto('selection_pick').values(pool.map((pair_id, rank) => ({ round_id: roundId, rank, pair_id, score: 1 }))).execute();
  const batch = await buildBatch({ db, randomInt }, { projectId, roundId });
  expect(batch).toMatchObject({ pairCount: PAIR_COUNT, goldCount: GOLD_COUNT });
  return batch.batchId;
}

const ship = (batchId: number, client: LabelStudioClient = labelStudio) =>
  shipBatch({ db, labelStudio: client, randomInt, now: () => new Date() }, batchId);

/** The real Label Studio, but this process is "killed" around its n-th import: before it, or after it `times` over, in either case before the ids arrive. */
function killedAt(n: number, times: number): LabelStudioClient {
  let imports = 0;
  return Object.create(labelStudio, {
    importTasks: {
      value: async (projectId: number, tasks: readonly NewTask[]) => {
        imports += 1;
        if (imports !== n) return labelStudio.importTasks(projectId, tasks);
        for (let time = 0; time < times; time += 1) await labelStudio.importTasks(projectId, tasks);
        throw new Error('killed');
      },
    },
  }) as LabelStudioClient;
}

async function tasksOf(labelStudioProjectId: number): Promise<TaskWire[]> {
  const tasks: TaskWire[] = [];
  for await (const page of labelStudio.tasks(labelStudioProjectId)) tasks.push(...page);
  return tasks;
}

async function itemsOf(batchId: number) {
  return db
    .selectFrom('batch_item')
    .innerJoin('pair', 'pair.id', 'batch_item.pair_id')
    .select(['batch_item.task_id', 'batch_item.position', 'batch_item.kind', 'pair.opaque_id'])
    .where('batch_item.batch_id', '=', batchId)
    .orderBy('batch_item.position')
    .execute();
}

describe('installProject', () => {
  test('makes the project once, and again changes only what differs', async () => {
    const title = `Installed ${randomUUID()}`;
    const first = await install({ title });
    const wire = await call<Record<string, unknown>>('GET', `/api/projects/${first.labelStudioProjectId}`);
    expect(wire).toMatchObject({
      title,
      sampling: 'Uncertainty sampling',
      maximum_annotations: 10_000,
      show_skip_button: true,
      enable_empty_annotation: false,
      show_collab_predictions: false,
      skip_queue: 'REQUEUE_FOR_OTHERS',
      model_version: 'pairloop-ranking',
    });
    const webhooks = await labelStudio.webhooks(first.labelStudioProjectId);
    expect(webhooks).toMatchObject([
      { url: `${inject('stack').publicUrl}/pairloop/webhooks/label-studio`, is_active: true, headers: { 'x-pairloop-secret': 'first secret' } },
    ]);
    expect(await installProject({ db, labelStudio }, settings({ title }))).toEqual(first);
    expect(await labelStudio.webhooks(first.labelStudioProjectId)).toEqual(webhooks);
    const changed = settings({ title, webhookSecret: 'second secret', guideline: { ...loadGuideline('support'), version: '2', sha256: 'def' }, votesMin: 3, votesMax: 5 });
    expect(await installProject({ db, labelStudio }, changed)).toEqual(first);
    const after = await labelStudio.webhooks(first.labelStudioProjectId);
    expect(after.map((webhook) => webhook.headers)).toEqual([{ 'x-pairloop-secret': 'second secret' }]);
    const row = await db.selectFrom('project').selectAll().where('id', '=', first.projectId).executeTakeFirstOrThrow();
    expect(row).toMatchObject({ guideline_version: '2', votes_min: 3, votes_max: 5, rubric_definition: loadRubric('support') });
    const { sha256, markdown } = loadGuideline('support');
    const versions = await db.selectFrom('guideline').select(['sha256', 'version', 'markdown']).where('sha256', 'in', [sha256, 'def']).orderBy('version', 'desc').execute();
    expect(versions).toMatchObject([{ sha256: 'def', version: '2', markdown }, { sha256, markdown }]);
  });

  test('killed before its row was stored, it finds its project again', async () => {
    const title = `Half ${randomUUID()}`;
    const first = await install({ title });
    await db.deleteFrom('project').where('id', '=', first.projectId).execute();
    expect((await install({ title })).labelStudioProjectId).toBe(first.labelStudioProjectId);
  });

  test('adopts a project with tasks by its id; one that is gone is named', async () => {
    const theirs = await labelStudio.createProject({ title: `Theirs ${randomUUID()}`, label_config: LABEL_CONFIG });
    await labelStudio.importTasks(theirs.id, [{ data: { prompt_text: 'old' } }]);
    expect((await install({ labelStudioProjectId: theirs.id })).labelStudioProjectId).toBe(theirs.id);
    await expect(install({ labelStudioProjectId: 2_000_000_000 })).rejects.toThrow('Label Studio has no project 2000000000');
  });
});

describe('shipBatch', () => {
  test('creates each task once, and nothing tells a gold item or a rank', async () => {
    const { projectId, labelStudioProjectId } = await install();
    const batchId = await newBatch(projectId);
    const total = PAIR_COUNT + GOLD_COUNT;
    const progress: number[] = [];
    const deps = { db, labelStudio, randomInt, now: () => new Date(), onProgress: (done: number) => progress.push(done) };
    expect(await shipBatch(deps, batchId)).toEqual({ taskCount: total, created: total });
    expect(progress).toEqual([0, 100, total]);
    const items = await itemsOf(batchId);
    const tasks = new Map((await tasksOf(labelStudioProjectId)).map((task) => [task.id, task]));
    expect(tasks.size).toBe(total);
    for (const item of items) expect(tasks.get(item.task_id!)!.data['pair']).toBe(item.opaque_id);
    const byId = items.toSorted((one, other) => one.task_id! - other.task_id!);
    expect(byId.map((item) => item.position)).not.toEqual(items.map((item) => item.position));
    const shapes = (kind: string) => new Set(items.filter((item) => item.kind === kind).map((item) => JSON.stringify(shapeOf(tasks.get(item.task_id!)!))));
    expect(shapes('gold')).toEqual(shapes('pair'));
    expect(await ship(batchId)).toEqual({ taskCount: total, created: 0 });
    expect(await tasksOf(labelStudioProjectId)).toHaveLength(total);
  });

  test.each([
    ['before the first request', 1, 0],
    ['after the first request, its answer lost', 1, 1],
    ['before the second request', 2, 0],
    ['after the second request, its answer lost', 2, 1],
    ['with a request that Label Studio carried out twice', 2, 2],
  ])('killed %s, it goes on and no task is lost or doubled', async (_name, n, times) => {
    const { projectId, labelStudioProjectId } = await install();
    const batchId = await newBatch(projectId);
    await expect(ship(batchId, killedAt(n, times))).rejects.toThrow('killed');
    const state = await db.selectFrom('batch').select('state').where('id', '=', batchId).executeTakeFirstOrThrow();
    expect(state).toEqual({ state: 'building' });
    await ship(batchId);
    const items = await itemsOf(batchId);
    const tasks = await tasksOf(labelStudioProjectId);
    expect(tasks.map((task) => [task.id, task.data['pair']]).sort()).toEqual(items.map((item) => [item.task_id, item.opaque_id]).sort());
  });

  test('a pair that may not be released stops the batch before anything is created', async () => {
    const { projectId, labelStudioProjectId } = await install();
    const batchId = await newBatch(projectId);
    const { pair_id: pairId } = await db.selectFrom('batch_item').select('pair_id').where('batch_id', '=', batchId).limit(1).executeTakeFirstOrThrow();
    await db.updateTable('pair').set({ consent: null }).where('id', '=', pairId).execute();
    await expect(ship(batchId)).rejects.toThrow(`The pair "${pairId}" cannot be released`);
    expect(await tasksOf(labelStudioProjectId)).toEqual([]);
  });

  test('Label Studio’s own queue follows the positions, and a chosen task is served however many votes it has', async () => {
    const { projectId, labelStudioProjectId } = await install();
    const batchId = await newBatch(projectId);
    await ship(batchId);
    const items = await itemsOf(batchId);
    const next = (body: object) => call<{ id: number }>('POST', `/api/dm/actions?id=next_task&project=${labelStudioProjectId}`, body);
    for (const item of items.slice(0, 5)) {
      expect((await next({})).id).toBe(item.task_id);
      await labelStudio.createAnnotation(item.task_id!, { result: [], lead_time: 1 });
    }
    const chosen = items[40]!.task_id!;
    expect((await next({ selectedItems: { all: false, included: [chosen] } })).id).toBe(chosen);
    const others = await Promise.all(['ann', 'bob', 'cyd'].map((name) => newUser(name)));
    for (const token of others) {
      const headers = { authorization: `Token ${token}` };
      const url = inject('stack').labelStudio.url;
      const path = `${url}/api/dm/actions?id=next_task&project=${labelStudioProjectId}`;
      const served = await axios.post<{ id: number; is_labeled: boolean }>(path, { selectedItems: { all: false, included: [chosen] } }, { headers });
      expect(served.data).toMatchObject({ id: chosen, is_labeled: false });
      await axios.post(`${url}/api/tasks/${chosen}/annotations`, { result: [], lead_time: 1 }, { headers });
    }
  });
});

/** All of a task that could tell one from another, without its texts, ids, score and times. */
function shapeOf(task: TaskWire): unknown {
  const { id: _id, data, created_at: _created, updated_at: _updated, inner_id: _inner, predictions, predictions_score: _score, ...rest } = task;
  const prediction = (predictions as Record<string, unknown>[])[0]!;
  const { id: _predictionId, task: _task, score: _own, created_at: _made, updated_at: _changed, created_ago: _ago, ...shape } = prediction;
  return { rest, shape, fields: Object.keys(data).sort(), predictions: (predictions as unknown[]).length };
}

/** Signs a new annotator up and returns the API token of the account. */
async function newUser(name: string): Promise<string> {
  const { url } = inject('stack').labelStudio;
  const invitation = await labelStudio.invitation();
  const page = await axios.get<string>(`${url}/user/signup/`);
  const cookies = (page.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ');
  const csrf = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(page.data)![1]!;
  const form = new URLSearchParams({ csrfmiddlewaretoken: csrf, email: `${name}-${randomUUID()}@example.com`, password: 'pairloop-test-1', allow_newsletters: 'false' });
  const reply = await axios.post(`${url}/user/signup/?token=${invitation.token}`, form, {
    headers: { cookie: cookies, referer: `${url}/user/signup/` },
    maxRedirects: 0,
    validateStatus: (status) => status === 302,
  });
  const session = (reply.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ');
  const token = await axios.get<{ token: string }>(`${url}/api/current-user/token`, { headers: { cookie: session } });
  return token.data.token;
}
