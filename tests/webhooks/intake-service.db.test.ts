import { createServer, type Server } from 'node:net';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { connect } from '../../core/database/connect.js';
import { createLogger } from '../../core/logging.js';
import { startQueue, type Queue } from '../../core/queue.js';
import { DeliveryGroups } from '../../webhooks/intake/delivery-groups.js';
import { readEvent } from '../../webhooks/intake/event.js';
import { startWebhookService, type WebhookServiceParts } from '../../webhooks/intake/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { seedProject } from '../support/seed-project.js';
import { event, wire } from './annotation-wire.js';

const SECRET = 's'.repeat(64);
const log = createLogger('test', 'silent');
let database: TestDatabase;
let queue: Queue;
let service: Awaited<ReturnType<typeof startWebhookService>>;
const closing: (() => Promise<unknown>)[] = [];

const start = (over: Partial<WebhookServiceParts> = {}) =>
  startWebhookService({ config: { host: '127.0.0.1', webhooksPort: 0 }, db: database.db, queue, secrets: { webhook: SECRET, internal: 'internal secret' }, log, now: () => new Date(), ...over });

beforeAll(async () => {
  database = await createTestDatabase();
  queue = await startQueue(database.url, log);
  await seedProject(database.db, 1, [101]);
  service = await start();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  await service.close();
  await queue.stop();
  await database.drop();
});

async function post(body: string, { port = service.port, secret = SECRET as string | undefined } = {}) {
  const reply = await fetch(`http://127.0.0.1:${port}/label-studio`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(secret === undefined ? {} : { 'x-pairloop-secret': secret }) },
    body,
  });
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
}
const deliveries = () => database.db.selectFrom('delivery').selectAll().orderBy('id').execute();
const lastDelivery = async () => (await deliveries()).at(-1)!;
const jobCount = async () =>
  (await sql<{ count: number }>`select count(*) from pgboss.job where name = 'apply-delivery'`.execute(database.db)).rows[0]!.count;

test('an event is stored with its job, without any text of the task, and then answered', async () => {
  const before = await jobCount();
  const reply = await post(JSON.stringify(event('ANNOTATION_CREATED', wire({ id: 1, task: 101 }))));
  expect(reply).toEqual({ status: 200, body: { stored: true } });
  const stored = await lastDelivery();
  expect(stored).toMatchObject({ action: 'ANNOTATION_CREATED', label_studio_project_id: 1, applied_at: null, failure: null, ignored_reason: null });
  expect(JSON.stringify(stored)).not.toContain('SECRET PROMPT');
  expect(await jobCount()).toBe(before + 1);
});

test('when the job cannot be queued nothing is stored and the answer is 503', async () => {
  const broken = await start({ queue: { sendAll: () => Promise.reject(new Error('no queue')) } });
  closing.push(broken.close);
  const before = (await deliveries()).length;
  expect((await post(JSON.stringify(event('ANNOTATION_CREATED', wire({ id: 2, task: 101 }))), { port: broken.port })).status).toBe(503);
  expect(await deliveries()).toHaveLength(before);
});

test('deliveries that come together are stored together, and one that the database cannot hold costs no other', async () => {
  const before = await deliveries();
  const jobsBefore = await jobCount();
  const groups = new DeliveryGroups({ db: database.db, queue });
  const arrivals = Array.from({ length: 30 }, (_, index) => ({ event: readEvent(event('ANNOTATION_CREATED', wire({ id: 500 + index, task: 101 })))!, receivedAt: new Date() }));
  arrivals[17] = { ...arrivals[17]!, event: { ...arrivals[17]!.event, action: 'NUL\0' } };
  const outcomes = await Promise.allSettled(arrivals.map((one) => groups.store(one)));
  expect(outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toEqual([17]);
  expect((await deliveries()).length - before.length).toBe(29);
  expect((await jobCount()) - jobsBefore).toBe(29);
  const { rows } = await sql<{ transactions: number }>`select count(distinct xmin::text) as transactions from delivery where id > ${before.at(-1)?.id ?? 0}`.execute(database.db);
  // The first alone, the group of 29 one by one.
  expect(rows[0]!.transactions).toBe(29);
  await Promise.all(arrivals.slice(0, 10).map((one) => groups.store(one)));
  const last = await sql<{ transactions: number }>`select count(distinct xmin::text) as transactions from (select xmin from delivery order by id desc limit 10) newest`.execute(database.db);
  expect(last.rows[0]!.transactions).toBe(2);
});

test.each([
  ['no secret', undefined, /is missing/],
  ['a wrong secret', 'x', /is wrong/],
  ['a secret of the right length', 't'.repeat(64), /is wrong/],
])('%s is refused with 401 and stores nothing', async (_name, secret, message) => {
  const before = (await deliveries()).length;
  const reply = await fetch(`http://127.0.0.1:${service.port}/label-studio`, { method: 'POST', body: '{}', headers: secret === undefined ? {} : { 'x-pairloop-secret': secret } });
  expect(reply.status).toBe(401);
  expect(await reply.json()).toMatchObject({ error: expect.stringMatching(message) });
  expect(await deliveries()).toHaveLength(before);
});

test.each([
  ['an empty body', '', /empty/],
  ['broken JSON', '{"action": ', /not JSON/],
  ['a list', '[]', /"action"/],
  ['null', 'null', /"action"/],
  ['no action', '{"annotation": {}}', /"action"/],
  ['an action that is no name', '{"action": "<b>"}', /"action"/],
  ['endless nesting', '['.repeat(1_000_000), /not JSON|"action"/],
])('%s is refused with 400 and a reason', async (_name, body, message) => {
  const reply = await post(body);
  expect(reply.status).toBe(400);
  expect(reply.body).toMatchObject({ error: expect.stringMatching(message) });
});

test('a compressed body is refused with 415, one without a length is read, and too long a one without a length is refused', async () => {
  const send = (body: string | ReadableStream, headers: Record<string, string> = {}) => {
    const init = { method: 'POST', headers: { 'x-pairloop-secret': SECRET, ...headers }, body, duplex: 'half' as const };
    return fetch(`http://127.0.0.1:${service.port}/label-studio`, init);
  };
  expect((await send('{}', { 'content-encoding': 'gzip' })).status).toBe(415);
  const chunked = (text: string, times: number) =>
    new ReadableStream({
      start(controller) {
        for (let time = 0; time < times; time += 1) controller.enqueue(new TextEncoder().encode(text));
        controller.close();
      },
    });
  expect((await send(chunked('{"action": "SOMETHING_NEW"}', 1))).status).toBe(200);
  expect((await send(chunked('x'.repeat(1024 * 1024), 17))).status).toBe(413);
});

test('an event over 16 MiB is refused with 413, one just below is taken in', async () => {
  const large = (bytes: number): string => JSON.stringify({ action: 'TASKS_CREATED', project: { id: 1 }, tasks: 'x'.repeat(bytes) });
  expect((await post(large(17 * 1024 * 1024))).status).toBe(413);
  expect((await post(large(15 * 1024 * 1024))).status).toBe(200);
  expect(await lastDelivery()).toMatchObject({ body: null, ignored_reason: 'TASKS_CREATED changes no annotation' });
});

test("events of other projects and unknown events are kept with the reason, without content", async () => {
  await post(JSON.stringify(event('ANNOTATION_CREATED', wire({ id: 3, task: 7, project: 77 }), 77)));
  expect(await lastDelivery()).toMatchObject({ body: null, applied_at: expect.any(Date), ignored_reason: "Label Studio project 77 is not Pairloop's" });
  await post('{"action": "SOMETHING_NEW"}');
  expect(await lastDelivery()).toMatchObject({ ignored_reason: 'SOMETHING_NEW changes no annotation' });
});

test('an event of a known action that cannot be read stays visible as failed', async () => {
  expect((await post(JSON.stringify(event('ANNOTATION_CREATED', { id: 'seven' })))).status).toBe(200);
  expect(await lastDelivery()).toMatchObject({ body: null, applied_at: null, failure: expect.stringMatching(/annotation\.id/) });
});

test('health answers, anything else is 404', async () => {
  const at = (path: string) => fetch(`http://127.0.0.1:${service.port}${path}`);
  expect(await (await at('/health')).json()).toEqual({ status: 'UP' });
  expect((await at('/label-studio')).status).toBe(404);
});

test('the gateway is told which task comes next, nobody else is', async () => {
  const ask = (secret: string) =>
    fetch(`http://127.0.0.1:${service.port}/internal/assignments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-pairloop-internal': secret },
      body: JSON.stringify({ label_studio_user_id: 1, label_studio_project_id: 999 }),
    });
  expect((await ask(SECRET)).status).toBe(403);
  const reply = await ask('internal secret');
  expect([reply.status, await reply.json()]).toEqual([200, { outcome: 'unmanaged' }]);
});

test('with the database down the answer is a fast 503', async () => {
  const down = connect('postgres://nobody@127.0.0.1:1/none');
  const other = await start({ db: down });
  closing.push(other.close, () => down.destroy());
  const started = performance.now();
  expect((await post(JSON.stringify(event('ANNOTATION_CREATED', wire({ id: 4, task: 101 }))), { port: other.port })).status).toBe(503);
  expect(performance.now() - started).toBeLessThan(5_000);
});

test('with a database that hangs every answer comes soon, and what is held stays bounded', async () => {
  const silent = await listenSilently();
  const hanging = connect(`postgres://nobody@127.0.0.1:${silent.port}/none`);
  const other = await start({ db: hanging });
  closing.push(other.close, silent.close, () => hanging.destroy());
  const body = JSON.stringify(event('ANNOTATION_CREATED', wire({ id: 5, task: 101 })));
  const replies = await Promise.all(Array.from({ length: 300 }, () => post(body, { port: other.port })));
  expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([503]));
  expect(replies.filter((reply) => /Too many/.test(String(reply.body['error'])))).toHaveLength(300 - 256);
  expect((await fetch(`http://127.0.0.1:${other.port}/health`)).status).toBe(200);
});

async function listenSilently(): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<{ destroy(): void }>();
  const server: Server = createServer((socket) => sockets.add(socket.on('error', () => {})));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((done) => server.close(() => done()));
    },
  };
}
