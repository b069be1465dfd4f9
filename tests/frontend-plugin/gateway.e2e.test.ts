import { createHash, randomUUID } from 'node:crypto';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { connect, type Db } from '../../core/database/connect.js';
import { ensureSecrets } from '../../core/database/secrets.js';
import { LabelStudioClient } from '../../core/label-studio/client.js';
import { startGateway, type Gateway } from '../../frontend-plugin/gateway/gateway.js';
import { settlePending } from '../../frontend-plugin/gateway/settle.js';
import { seedProject } from '../support/seed-project.js';

const { publicUrl, labelStudio, databaseUrl, accounts } = inject('stack');
const admin = accounts.find((account) => account.role === 'admin')!;
const TOKEN = { authorization: `Token ${labelStudio.apiKey}` };
const LABEL_CONFIG = `<View><Text name="prompt" value="$prompt_text"/><Choices name="verdict" toName="prompt"><Choice value="a"/><Choice value="b"/></Choices></View>`;
const RESULT = [{ id: 'v', from_name: 'verdict', to_name: 'prompt', type: 'choices', origin: 'manual', value: { choices: ['a'] }, meta: { pairloop: { view: 'test' } } }];
const CHANGED = [{ ...RESULT[0], value: { choices: ['b'] } }];

let db: Db;
let client: LabelStudioClient;
let taskIds: number[];

/** Stands between a gateway and Label Studio: passes requests on, and on demand breaks off before the answer of a submission. */
let middle: Server;
let breaksOff = false;
let cutGateway: Gateway;

beforeAll(async () => {
  db = connect(databaseUrl, 3);
  client = new LabelStudioClient(labelStudio);
  const project = await client.createProject({ title: `Gateway ${randomUUID().slice(0, 8)}`, label_config: LABEL_CONFIG });
  taskIds = await client.importTasks(project.id, Array.from({ length: 4 }, (_, i) => ({ data: { prompt_text: `prompt ${i}`, pair: randomUUID() } })));
  await seedProject(db, project.id, taskIds);
  middle = createServer((req, res) => {
    const cut = breaksOff && req.method === 'POST' && req.url!.includes('/annotations');
    const onward = httpRequest(`${labelStudio.url}${req.url}`, { method: req.method, headers: { ...req.headers, connection: 'close' }, agent: false }, (answer) => {
      if (cut) return void answer.resume().on('end', () => req.socket.destroy());
      res.writeHead(answer.statusCode!, answer.rawHeaders);
      return void answer.pipe(res);
    });
    onward.on('error', () => res.destroy());
    req.pipe(onward);
  });
  await new Promise<void>((resolve) => middle.listen(0, '127.0.0.1', resolve));
  cutGateway = await startGateway({
    config: { host: '127.0.0.1', port: 0, publicUrl: 'http://127.0.0.1', mlBackendUrl: 'http://127.0.0.1:9', webhooksUrl: 'http://127.0.0.1:9' },
    db,
    secrets: await ensureSecrets(db),
    labelStudio: { url: `http://127.0.0.1:${(middle.address() as AddressInfo).port}`, apiKey: labelStudio.apiKey },
    log: pino({ level: 'silent' }),
  });
});

afterAll(async () => {
  await cutGateway.close();
  middle.close();
  await db.destroy();
});

interface Answer {
  readonly status: number;
  readonly sha256: string;
  readonly headers: Record<string, string>;
}

/** What must not differ. Cookies, dates, nonces and error ids are new at every request. */
async function fetchAnswer(base: string, path: string, headers: Record<string, string>): Promise<Answer> {
  const reply = await fetch(base + path, { headers: { ...headers, 'accept-encoding': 'identity' }, redirect: 'manual' });
  const kept = ['content-type', 'content-length', 'location', 'cache-control', 'etag', 'last-modified', 'vary', 'x-content-type-options', 'referrer-policy', 'content-language'];
  const body = Buffer.from(await reply.arrayBuffer()).toString('latin1').replaceAll(/"id":"[0-9a-f-]{36}"|nonce="[^"]*"|csrfmiddlewaretoken" value="[^"]*"|"last_activity":"[^"]*"/g, '');
  return {
    status: reply.status,
    sha256: createHash('sha256').update(body).digest('hex'),
    headers: Object.fromEntries(kept.flatMap((name) => (reply.headers.has(name) ? [[name, reply.headers.get(name)!.replaceAll(labelStudio.url, publicUrl)]] : []))),
  };
}

test.each([
  ['/api/version', {}],
  ['/api/projects', TOKEN],
  ['/api/projects', {}],
  ['/api/current-user/whoami', TOKEN],
  ['/api/tasks/999999999', TOKEN],
  ['/projects/', { accept: 'text/html' }],
  ['/user/login/', { accept: 'text/html' }],
  ['/no/such/page', { accept: 'text/html' }],
  ['/react-app/main.js', {}],
  ['/react-app/main.css', { accept: 'text/html' }],
  ['/static/images/favicon.ico', {}],
])('%s comes through as Label Studio sends it', async (path, headers) => {
  expect(await fetchAnswer(publicUrl, path, headers)).toEqual(await fetchAnswer(labelStudio.url, path, headers));
});

test('logging in through the gateway gives a session, and its app pages carry the script once', async () => {
  const jar = new Map<string, string>();
  const visit = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const reply = await fetch(publicUrl + path, { ...init, redirect: 'manual', headers: { accept: 'text/html', cookie, ...init.headers } });
    for (const line of reply.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0]!.trim().split(/=(.*)/s);
      jar.set(name!, value!);
    }
    return reply;
  };
  await visit('/user/login/');
  const form = new URLSearchParams({ csrfmiddlewaretoken: jar.get('csrftoken')!, email: admin.email, password: admin.password });
  expect((await visit('/user/login/', { method: 'POST', body: form })).status).toBe(403);
  const login = await visit('/user/login/', { method: 'POST', body: form, headers: { origin: publicUrl, referer: `${publicUrl}/user/login/` } });
  expect(login.status).toBe(302);
  const page = await visit('/projects/');
  const html = await page.text();
  expect([page.status, html.split('<script type="module" src="/pairloop/view/community.js"></script></head>').length]).toEqual([200, 2]);
  expect(Number(page.headers.get('content-length'))).toBe(Buffer.byteLength(html));
  const presentation = await visit(`/pairloop/api/presentation?task=${taskIds[0]}`);
  expect([presentation.status, await presentation.json()]).toEqual([200, expect.objectContaining({ managed: true, displayed: expect.stringMatching(/^(ab|ba)$/) })]);
  await visit('/logout');
  expect((await visit(`/pairloop/api/presentation?task=${taskIds[0]}`)).status).toBe(401);
});

test('the view’s bundle is asked for again each time and answered by its ETag; its chunks are kept', async () => {
  const first = await fetch(`${publicUrl}/pairloop/view/community.js`);
  expect([first.status, first.headers.get('cache-control'), first.headers.get('content-type')]).toEqual([200, 'no-cache', expect.stringContaining('javascript')]);
  expect(first.headers.get('content-encoding')).toMatch(/^(br|gzip)$/);
  const revalidate = { headers: { 'if-none-match': first.headers.get('etag')! }, validateStatus: () => true };
  const again = await axios.get<unknown>(`${publicUrl}/pairloop/view/community.js`, revalidate);
  expect(again.status).toBe(304);
  const [chunk] = /chunks\/formulas-[\w-]+\.js/.exec(await first.text()) ?? [];
  const later = await fetch(`${publicUrl}/pairloop/view/${chunk}`);
  expect([later.status, later.headers.get('cache-control'), later.headers.get('content-type')]).toEqual([200, 'public, max-age=31536000, immutable', expect.stringContaining('javascript')]);
  for (const path of ['none.js', 'chunks/none.js', '..%2fcli%2fmain.js', '%2e%2e/cli/main.js']) expect((await fetch(`${publicUrl}/pairloop/view/${path}`)).status).not.toBe(200);
});

function submit(base: string, taskId: number, body: object): Promise<Response> {
  return fetch(`${base}/api/tasks/${taskId}/annotations`, {
    method: 'POST',
    headers: { ...TOKEN, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

const rowsOf = (taskId: number) => db.selectFrom('journal').selectAll().where('task_id', '=', taskId).orderBy('id').execute();

test('a submission, its repetition, an update and a deletion: Label Studio and journal agree', async () => {
  const [taskId] = taskIds as [number];
  const uniqueId = randomUUID();
  const made = await submit(publicUrl, taskId, { result: RESULT, lead_time: 2, unique_id: uniqueId, ground_truth: true });
  const { id, ground_truth: truth, detail } = (await made.json()) as { id: number; ground_truth: boolean; detail?: string };
  expect([made.status, truth, detail]).toEqual([201, false, undefined]);
  const again = await submit(publicUrl, taskId, { result: RESULT, unique_id: uniqueId });
  expect([again.status, ((await again.json()) as { id: number }).id]).toEqual([201, id]);
  const patch = { method: 'PATCH', headers: { ...TOKEN, 'content-type': 'application/json' }, body: JSON.stringify({ result: CHANGED }) };
  expect((await fetch(`${publicUrl}/api/annotations/${id}`, patch)).status).toBe(200);
  expect((await client.annotation(id)).result).toEqual(CHANGED);
  expect((await fetch(`${publicUrl}/api/annotations/${id}/`, { method: 'DELETE', headers: TOKEN })).status).toBe(204);
  expect((await client.task(taskId)).annotations).toEqual([]);
  expect((await rowsOf(taskId)).map((row) => [row.kind, row.outcome, row.status, row.annotation_id])).toEqual([
    ['submit', 'stored', 201, id],
    ['submit', 'refused', 409, null],
    ['update', 'stored', 200, id],
    ['delete', 'stored', 204, id],
  ]);
});

test('Label Studio stores and then breaks off: submitting again shows it saved, or updates it, and the row is settled as stored', async () => {
  const [, taskId] = taskIds as [number, number];
  const base = `http://127.0.0.1:${cutGateway.port}`;
  const uniqueId = randomUUID();
  breaksOff = true;
  const broken = await submit(base, taskId, { result: RESULT, unique_id: uniqueId });
  breaksOff = false;
  expect(broken.status).toBe(502);
  expect((await rowsOf(taskId)).map((row) => row.outcome)).toEqual(['pending']);
  const [annotation] = (await client.task(taskId)).annotations;
  for (const result of [RESULT, CHANGED]) {
    const again = await submit(base, taskId, { result, unique_id: uniqueId });
    expect([again.status, await again.json()]).toEqual([201, expect.objectContaining({ id: annotation!.id, task: taskId, result })]);
  }
  await sleep(50);
  await settlePending({ db, client, now: () => new Date() }, 0);
  expect((await client.task(taskId)).annotations).toHaveLength(1);
  expect((await rowsOf(taskId)).map((row) => [row.outcome, row.status, row.annotation_id])).toEqual([
    ['stored', null, annotation!.id],
    ['refused', 409, null],
    ['refused', 409, null],
    ['stored', 200, annotation!.id],
  ]);
});

test('a skip by query parameter is stored as one, and is found again when its answer is lost', async () => {
  const [, , taskId] = taskIds as [number, number, number];
  breaksOff = true;
  const base = `http://127.0.0.1:${cutGateway.port}/api/tasks/${taskId}/annotations?was_cancelled=true`;
  await fetch(base, { method: 'POST', headers: { ...TOKEN, 'content-type': 'application/json' }, body: '{"result":[]}' });
  breaksOff = false;
  await settlePending({ db, client, now: () => new Date() }, 0);
  const [annotation] = (await client.task(taskId)).annotations;
  expect((await rowsOf(taskId)).map((row) => [row.kind, row.outcome, row.annotation_id])).toEqual([['skip', 'stored', annotation!.id]]);
  expect(annotation!.was_cancelled).toBe(true);
});
