import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { connect, type Db } from '../../core/database/connect.js';
import { presentationOrder } from '../../core/domain/presentation-order.js';
import { ensureSecrets, type Secrets } from '../../core/database/secrets.js';
import { startGateway, type Gateway } from '../../frontend-plugin/gateway/gateway.js';
import { settlePending } from '../../frontend-plugin/gateway/settle.js';
import type { LabelStudioClient } from '../../core/label-studio/client.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { seedProject, seedRater, type SeededItem } from '../support/seed-project.js';

// Label Studio's place is taken by a server that fails on purpose, at the moments a real one cannot be made to.
const PROJECT = 7;
const USER = { id: 41, email: 'rater@example.com' };
const RATER = { authorization: 'Token rater', 'content-type': 'application/json' };
const APP_PAGE = '<html><head><title>x</title></head><body><script id="app-settings"></script></body></html>';

const RESULT = [{ from_name: 'verdict', to_name: 'prompt', type: 'choices', value: { choices: ['a'] } }];

type Handler = (req: IncomingMessage, res: ServerResponse, body: string) => void | Promise<void>;

let database: TestDatabase;
let secrets: Secrets;
let labelStudio: Server;
let webhooks: Server;
let gateway: Gateway;
let items: SeededItem[];
let onAnnotation: Handler;
let onAssignment: Handler;
let seen: { method: string; url: string; body: string; headers: IncomingMessage['headers'] }[] = [];

function json(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}

async function listen(handler: Handler): Promise<Server> {
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => void handler(req, res, Buffer.concat(chunks).toString()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const upstream: Handler = (req, res, body) => {
  seen.push({ method: req.method!, url: req.url!, body, headers: req.headers });
  if (req.url === '/api/current-user/whoami') {
    const known = req.headers.authorization === 'Token rater' || req.headers.cookie === 'sessionid=rater';
    return known ? json(res, 200, USER) : json(res, 401, { detail: 'no' });
  }
  if (req.url === '/app') {
    res.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'set-cookie': ['a=1', 'b=2'], etag: '"x"' });
    return void res.end(APP_PAGE);
  }
  if (/\/annotations/.test(req.url!)) return onAnnotation(req, res, body);
  if (body.includes('[404]')) return json(res, 404, { detail: 'There are no tasks' });
  return json(res, 200, { passed: req.url });
};

async function startTestGateway(db: Db): Promise<Gateway> {
  return startGateway({
    config: { host: '127.0.0.1', port: 0, publicUrl: 'https://pairs.example', mlBackendUrl: 'http://127.0.0.1:9', webhooksUrl: urlOf(webhooks) },
    db,
    secrets,
    labelStudio: { url: urlOf(labelStudio), apiKey: 'admin' },
    log: pino({ level: 'silent' }),
  });
}

beforeAll(async () => {
  database = await createTestDatabase();
  secrets = await ensureSecrets(database.db);
  labelStudio = await listen(upstream);
  webhooks = await listen((req, res, body) => onAssignment(req, res, body));
  items = await seedProject(database.db, PROJECT, [100, 101, 102]);
  gateway = await startTestGateway(database.db);
});

afterAll(async () => {
  await gateway.close();
  labelStudio.close();
  webhooks.close();
  await database.drop();
});

beforeEach(async () => {
  seen = [];
  onAnnotation = (_req, res) => json(res, 201, { id: 900 });
  onAssignment = (_req, res) => json(res, 200, { outcome: 'nothing' });
  await seedRater(database.db, USER.id, 'active', null);
  await database.db.deleteFrom('journal').execute();
});

function call(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${gateway.port}${path}`, init);
}

function submit(taskId: number, body: unknown, headers: Record<string, string> = RATER): Promise<Response> {
  return call(`/api/tasks/${taskId}/annotations?project=${PROJECT}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function submitCode(uniqueId: string): Promise<number> {
  return (await submit(100, { result: RESULT, unique_id: uniqueId })).status;
}

const journal = () => database.db.selectFrom('journal').selectAll().orderBy('id').execute();

test('the journal row is committed before Label Studio sees the submission, and completed after it', async () => {
  let before: unknown;
  onAnnotation = async (_req, res) => {
    const other = connect(database.url, 1);
    before = await other.selectFrom('journal').select(['outcome', 'kind', 'task_id', 'label_studio_user_id']).execute();
    await other.destroy();
    json(res, 201, { id: 900 });
  };
  const reply = await submit(100, { result: RESULT, lead_time: 3.5, completed_by: 999, ground_truth: true, draft_id: 4, title: 'kept upstream' });
  expect(reply.status).toBe(201);
  expect(before).toEqual([{ outcome: 'pending', kind: 'submit', task_id: 100, label_studio_user_id: USER.id }]);
  const [row] = await journal();
  expect(row).toMatchObject({ outcome: 'stored', status: 201, annotation_id: 900, body: { result: RESULT, lead_time: 3.5 } });
  const sent = JSON.parse(seen.at(-1)!.body) as Record<string, unknown>;
  expect(sent).toEqual({ result: RESULT, lead_time: 3.5, draft_id: 4, title: 'kept upstream', unique_id: row!.unique_id });
});

test('a submission with characters that PostgreSQL cannot store is journalled and forwarded all the same', async () => {
  const result = [...RESULT, { from_name: 'rationale', type: 'textarea', value: { text: ['nul \0, half \ud83d'] } }];
  expect((await submit(100, { result })).status).toBe(201);
  const row = await database.db.selectFrom('journal').select('body').orderBy('id', 'desc').executeTakeFirstOrThrow();
  expect(JSON.stringify(row.body)).toContain('nul \uFFFD, half \uFFFD');
});

test('skips, updates and deletions are journalled under their kind; only the author may change an annotation', async () => {
  await submit(100, { result: [], was_cancelled: true });
  expect((await call('/api/annotations/900', { method: 'PATCH', headers: RATER, body: JSON.stringify({ result: RESULT, unique_id: randomUUID() }) })).status).toBe(201);
  expect(JSON.parse(seen.at(-1)!.body)).toEqual({ result: RESULT });
  await call('/api/annotations/900/', { method: 'DELETE', headers: { authorization: 'Token rater' } });
  await call('/api/annotations/900/convert-to-draft', { method: 'POST', headers: RATER, body: '{}' });
  expect((await journal()).map((row) => [row.kind, row.task_id, row.annotation_id])).toEqual([
    ['skip', 100, 900],
    ['update', 100, 900],
    ['delete', 100, 900],
    ['delete', 100, 900],
  ]);
  onAnnotation = (_req, res) => json(res, 200, { id: 901, task: 100, completed_by: 12, result: [] });
  const foreign = await call('/api/annotations/901', { method: 'PATCH', headers: RATER, body: '{"result":[]}' });
  expect([foreign.status, (await journal()).length]).toEqual([403, 4]);
  expect(((await foreign.json()) as { detail: string }).detail).toContain('only its author');
});

test('a task that is not Pairloop’s passes through untouched and unjournalled', async () => {
  const reply = await submit(555, { result: [], completed_by: 3 });
  expect([reply.status, JSON.parse(seen.at(-1)!.body), await journal()]).toEqual([201, { result: [], completed_by: 3 }, []]);
});

test('bad submissions are refused with their reason and never forwarded', async () => {
  const cases: [Response, number, string][] = [
    [await submit(100, {}, { 'content-type': 'application/json' }), 401, 'credentials'],
    [await submit(100, { result: [], unique_id: 'x' }), 400, 'UUID'],
    [await submit(100, 'text'), 400, 'JSON object'],
    [await submit(100, {}, { ...RATER, 'content-type': 'text/plain' }), 415, 'application/json'],
    [await submit(100, { result: ['x'.repeat(1_000_001)] }), 413, 'larger than 1 MB'],
    [await submit(100, {}, { cookie: 'sessionid=rater', origin: 'https://evil.example', 'content-type': 'application/json' }), 403, 'evil.example'],
    [await submit(100, {}, { cookie: 'sessionid=rater', 'content-type': 'application/json' }), 403, 'neither Origin nor Referer'],
    [await call('/x%5C..%5Capi/tasks/100/annotations', { method: 'POST', headers: RATER, body: '{}' }), 400, 'plain form'],
  ];
  for (const [reply, status, words] of cases) {
    expect(reply.status).toBe(status);
    expect(((await reply.json()) as { detail: string }).detail).toContain(words);
  }
  expect(await journal()).toEqual([]);
  expect(seen.filter((one) => one.url.includes('annotations'))).toEqual([]);
  const own = await submit(100, { result: RESULT }, { cookie: 'sessionid=rater', origin: 'https://pairs.example', 'content-type': 'application/json' });
  expect(own.status).toBe(201);
});

test('a paused rater is told why, on the next task and on submissions, and may still save a draft', async () => {
  await seedRater(database.db, USER.id, 'paused', 'Please read guideline 3 again.');
  const paused = { detail: 'Please read guideline 3 again.', display_context: { reason: 'PAUSED' } };
  for (const reply of [await submit(100, { result: [] }), await call(`/api/dm/actions?id=next_task&project=${PROJECT}`, { method: 'POST', headers: RATER, body: '{}' })]) {
    expect(reply.status).toBe(403);
    expect(await reply.json()).toMatchObject(paused);
  }
  expect((await call('/api/tasks/100/drafts', { method: 'POST', headers: RATER, body: '{}' })).status).toBe(200);
});

test('the next task is exactly the assigned one, by both ways in', async () => {
  onAssignment = (req, res, body) => {
    expect([req.headers['x-pairloop-internal'], JSON.parse(body)]).toEqual([secrets.internal, { label_studio_user_id: USER.id, label_studio_project_id: PROJECT }]);
    json(res, 200, { outcome: 'task', task_id: 101 });
  };
  const answers = [
    await call(`/api/dm/actions/?id=next_task&project=${PROJECT}&view=4&query=%7B%7D`, { method: 'POST', headers: RATER, body: '{"filters":{}}' }),
    await call(`/api/projects/${PROJECT}/next`, { headers: RATER }),
  ];
  for (const answer of answers) expect(await answer.json()).toEqual({ passed: `/api/dm/actions?id=next_task&project=${PROJECT}` });
  const sent = seen.filter((one) => one.url.startsWith('/api/dm/actions')).map((one): unknown => JSON.parse(one.body));
  expect(sent).toEqual(Array.from({ length: 2 }, () => ({ project: String(PROJECT), selectedItems: { all: false, included: [101] } })));
  let asked = 0;
  onAssignment = (_req, res) => json(res, 200, { outcome: 'task', task_id: (asked += 1) < 3 ? 404 : 102 });
  expect((await call(`/api/projects/${PROJECT}/next`, { headers: RATER })).status).toBe(200);
  expect(JSON.parse(seen.at(-1)!.body)).toMatchObject({ selectedItems: { included: [102] } });
  onAssignment = (_req, res) => json(res, 200, { outcome: 'nothing' });
  expect((await call(`/api/projects/${PROJECT}/next`, { headers: RATER })).status).toBe(404);
  onAssignment = (_req, res) => res.destroy() && undefined;
  expect((await call(`/api/projects/${PROJECT}/next`, { headers: RATER })).status).toBe(503);
  expect(await (await call('/api/projects/999/next', { headers: RATER })).json()).toEqual({ passed: '/api/projects/999/next' });
});

test('without a database nothing reaches Label Studio unjournalled', async () => {
  const nowhere = connect('postgres://postgres@127.0.0.1:9/nowhere', 1);
  const other = await startTestGateway(nowhere);
  const reply = await fetch(`http://127.0.0.1:${other.port}/api/tasks/100/annotations`, { method: 'POST', headers: RATER, body: '{"result":[]}' });
  expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '5']);
  expect(((await reply.json()) as { detail: string }).detail).toContain('Your work stays in this page');
  expect(seen.filter((one) => one.url.includes('annotations'))).toEqual([]);
  await other.close();
  await nowhere.destroy();
});

test('a broken connection leaves the row pending; settling finds what was stored and gives up what was not', async () => {
  const [stored, lost] = [randomUUID(), randomUUID()];
  onAnnotation = (req) => void req.socket.destroy();
  expect([await submitCode(stored), await submitCode(lost)]).toEqual([502, 502]);
  expect((await journal()).map((row) => row.outcome)).toEqual(['pending', 'pending']);
  const client: Pick<LabelStudioClient, 'exportTasks'> = {
    exportTasks: async (projectId, taskIds) => {
      expect([projectId, taskIds]).toEqual([PROJECT, [100]]);
      return [{ id: 100, data: {}, annotations: [{ id: 77, unique_id: stored, result: [], was_cancelled: false, ground_truth: false }] }];
    },
  };
  const now = Date.now();
  expect(await settlePending({ db: database.db, client, now: () => new Date(now + 10_000) })).toEqual({ stored: 1, refused: 0, pending: 1 });
  expect(await settlePending({ db: database.db, client, now: () => new Date(now + 300_000) })).toEqual({ stored: 0, refused: 1, pending: 0 });
  expect((await journal()).map((row) => [row.outcome, row.annotation_id])).toEqual([['stored', 77], ['refused', null]]);
});

test('a submission given up too early is stored after all when its repetition is refused as a duplicate', async () => {
  const uniqueId = randomUUID();
  onAnnotation = (req) => void req.socket.destroy();
  await submitCode(uniqueId);
  const none: Pick<LabelStudioClient, 'exportTasks'> = { exportTasks: async () => [] };
  await settlePending({ db: database.db, client: none, now: () => new Date(Date.now() + 130_000) });
  await database.db.updateTable('journal').set({ completed_at: new Date(Date.now() - 1_000) }).execute();
  onAnnotation = (_req, res) => json(res, 409, { detail: 'Annotation with this unique id already exists' });
  expect(await submitCode(uniqueId)).toBe(409);
  const there: Pick<LabelStudioClient, 'exportTasks'> = {
    exportTasks: async () => [{ id: 100, data: {}, annotations: [{ id: 78, unique_id: uniqueId, result: [], was_cancelled: false, ground_truth: false }] }],
  };
  await settlePending({ db: database.db, client: there, now: () => new Date(Date.now() + 10_000) });
  expect((await journal()).map((row) => [row.outcome, row.status])).toEqual([['stored', null], ['refused', 409]]);
});

test('an app page gets the script once, with its cookies; other answers stay as they are', async () => {
  const page = await call('/app', { headers: { accept: 'text/html' } });
  const html = await page.text();
  expect(html.replace('<script type="module" src="/pairloop/view/community.js"></script></head>', '</head>')).toBe(APP_PAGE);
  expect(page.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect([page.headers.get('etag'), Number(page.headers.get('content-length'))]).toEqual([null, Buffer.byteLength(html)]);
  expect(seen.at(-1)!.headers).toMatchObject({ host: `127.0.0.1:${gateway.port}`, 'accept-encoding': 'identity', connection: 'close' });
});

test('a task’s presentation: the annotator’s own order, rubric and guideline, and nothing that tells a check apart', async () => {
  const present = (query: string, headers: Record<string, string> = RATER) => call(`/pairloop/api/presentation?${query}`, { headers });
  const reply = await present('task=101');
  const body = (await reply.json()) as Record<string, unknown>;
  expect([reply.status, reply.headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(Object.keys(body).sort()).toEqual(['displayed', 'guideline', 'label_config_hash', 'managed', 'progress', 'rubric']);
  expect(body).toMatchObject({
    managed: true,
    displayed: presentationOrder(secrets.presentation, String(USER.id), items[1]!.opaqueId),
    rubric: { name: 'assistant' },
    guideline: { version: expect.any(String), sha256: expect.stringMatching(/^[0-9a-f]{64}$/), markdown: expect.stringContaining('#') },
    label_config_hash: 'f'.repeat(64),
  });
  expect(await (await present('task=555')).json()).toEqual({ managed: false });
  expect([(await present('task=x')).status, (await present('task=101', {})).status]).toEqual([400, 401]);
});

/** Opens a WebSocket by hand and tells the answer's status line, or what comes back for what is sent. */
function openSocket(path: string, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'x' };
    const request = httpRequest({ port: gateway.port, path, headers: { ...upgrade, ...headers } });
    request.on('upgrade', (_answer, socket) => {
      socket.on('data', (bytes: Buffer) => {
        resolve(bytes.toString());
        socket.destroy();
      });
      socket.write('hello');
    });
    request.on('response', (answer) => resolve(String(answer.statusCode)));
    request.on('error', reject);
    request.end();
  });
}

test('a WebSocket goes through both ways; one from another site’s page, or to Pairloop’s own paths, does not', async () => {
  labelStudio.on('upgrade', (_req, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.on('data', (bytes: Buffer) => socket.write(`echo ${bytes.toString()}`));
  });
  expect(await openSocket('/ws', { cookie: 'sessionid=rater', origin: 'https://pairs.example' })).toBe('echo hello');
  expect(await openSocket('/ws', { cookie: 'sessionid=rater', origin: 'https://evil.example' })).toBe('403');
  expect(await openSocket('/pairloop/ml/x', {})).toBe('404');
});

test('Pairloop’s own paths: health of every part, roles that are down, nothing internal in public', async () => {
  expect(await (await call('/health')).json()).toEqual({ status: 'UP' });
  const health = await call('/pairloop/health');
  const { parts } = (await health.json()) as { parts: Record<string, { status: string }> };
  expect([health.status, parts['database']?.status, parts['ml_backend']?.status]).toEqual([503, 'UP', 'DOWN']);
  const down = await call('/pairloop/ml/health');
  expect([down.status, ((await down.json()) as { detail: string }).detail]).toEqual([502, expect.stringContaining('ML backend does not answer')]);
  onAssignment = (req, res) => json(res, 200, { reached: req.url, cookie: req.headers.cookie ?? null, internal: req.headers['x-pairloop-internal'] ?? null });
  const delivery = await call('/pairloop/webhooks/label-studio', { method: 'POST', headers: { cookie: 'a=b', 'x-pairloop-internal': 'guess' }, body: '{}' });
  expect(await delivery.json()).toEqual({ reached: '/label-studio', cookie: null, internal: null });
  for (const path of ['internal/assignments', 'INTERNAL/assignments', '%69nternal/assignments', '/internal/assignments', 'x/..%2finternal/assignments']) {
    expect((await call(`/pairloop/webhooks/${path}`, { method: 'POST', body: '{}' })).status).toBe(404);
  }
  expect((await call('/pairloop/nothing')).status).toBe(404);
});

test('Label Studio down: a page for browsers, JSON for the rest, and the row is settled as not stored', async () => {
  const gone = await listen(upstream);
  const url = urlOf(gone);
  const identityFirst = labelStudio;
  labelStudio = gone;
  const other = await startTestGateway(database.db);
  labelStudio = identityFirst;
  const at = `http://127.0.0.1:${other.port}`;
  await fetch(`${at}/api/tasks/100/annotations`, { method: 'POST', headers: RATER, body: JSON.stringify({ result: RESULT }) });
  gone.closeAllConnections();
  await new Promise((resolve) => gone.close(resolve));
  expect(url).not.toBe('');
  const page = await fetch(`${at}/projects`, { headers: { accept: 'text/html' } });
  expect([page.status, page.headers.get('retry-after'), await page.text()]).toEqual([503, '5', expect.stringContaining('<h1>Label Studio is not available</h1>')]);
  const api = await fetch(`${at}/api/projects`);
  expect([api.status, await api.json()]).toEqual([503, expect.objectContaining({ detail: expect.stringContaining('cannot be reached') })]);
  const submission = await fetch(`${at}/api/tasks/100/annotations`, { method: 'POST', headers: RATER, body: JSON.stringify({ result: RESULT }) });
  expect(submission.status).toBe(503);
  expect((await journal()).map((row) => row.outcome)).toEqual(['stored', 'refused']);
  await other.close();
});
