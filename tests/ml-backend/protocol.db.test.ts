import { connect as connectSocket } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../core/database/connect.js';
import { startMlBackend } from '../../ml-backend/protocol/server.js';
import { seedProject } from '../support/seed-project.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let logged = '';
const log = pino({ level: 'trace' }, new Writable({ write: (chunk: Buffer, _encoding, done) => ((logged += chunk.toString()), done()) }));
const config = { host: '127.0.0.1', mlBackendPort: 0 };
let database: TestDatabase;
let backend: Awaited<ReturnType<typeof startMlBackend>>;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedProject(database.db, 31, [107, 103, 105]);
  backend = await startMlBackend({ config, db: database.db, log });
});
afterAll(async () => {
  await backend.close();
  await database.drop();
});

async function send(method: string, path: string, body?: unknown, port = backend.port): Promise<{ status: number; body: unknown }> {
  const content = typeof body === 'string' ? body : JSON.stringify(body);
  const reply = await fetch(`http://127.0.0.1:${port}${path}`, { method, ...(content === undefined ? {} : { body: content }) });
  return { status: reply.status, body: await reply.json() };
}
const predict = (project: string, ...ids: number[]) => send('POST', '/predict', { project, tasks: ids.map((id) => ({ id, data: {} })), label_config: '<View/>', params: {} });
const prediction = (score: number) => ({ result: [], score, model_version: 'pairloop-ranking' });

describe('/predict', () => {
  test('answers as many results as tasks, in order; a task of no batch comes after all others', async () => {
    expect(await predict('31.1700000000', 103, 999, 107, 105, 103)).toEqual({ status: 200, body: { results: [1, 3, 0, 2, 1].map(prediction) } });
    expect(await predict('31', 107)).toEqual({ status: 200, body: { results: [prediction(0)] } });
    expect(await predict('31.1')).toEqual({ status: 200, body: { results: [] } });
  });

  test('knows a task only in its own project', async () => {
    expect(await predict('32.1700000000', 107)).toEqual({ status: 200, body: { results: [prediction(0)] } });
  });

  test('a later batch comes after an earlier one, and a gold item says nothing but its position', async () => {
    const { db } = database;
    const project = await db.selectFrom('project').select('id').where('label_studio_id', '=', 31).executeTakeFirstOrThrow();
    const batch = await db.insertInto('batch').values({ project_id: project.id }).returning('id').executeTakeFirstOrThrow();
    const pairs = await db.selectFrom('pair').select('id').orderBy('id').execute();
    const items = [
      { kind: 'gold' as const, position: 0, task_id: 201 },
      { kind: 'pair' as const, position: 1, task_id: 202 },
    ];
    await db.insertInto('batch_item').values(items.map((item, at) => ({ ...item, batch_id: batch.id, pair_id: pairs[at]!.id }))).execute();
    expect(await predict('31.1', 202, 201, 105)).toEqual({ status: 200, body: { results: [4, 3, 2].map(prediction) } });
  });
});

describe('everything else Label Studio may ask', () => {
  test.each<[string, string, unknown, number, unknown]>([
    ['GET', '/', undefined, 200, { status: 'UP', model_class: 'Pairloop' }],
    ['GET', '/health', undefined, 200, { status: 'UP', model_class: 'Pairloop' }],
    ['POST', '/setup', { project: '31.17', schema: '<View/>', hostname: 'http://x', access_token: 'SECRET-TOKEN', extra_params: null }, 200, { model_version: 'pairloop-ranking' }],
    ['GET', '/versions', undefined, 200, { versions: ['pairloop-ranking'] }],
    ['POST', '/webhook', { action: 'ANNOTATION_CREATED' }, 200, { status: 'ignored' }],
    ['POST', '/webhook', 'no JSON', 200, { status: 'ignored' }],
    ['POST', '/train', {}, 200, { status: 'ignored', detail: 'Pairloop trains nothing in a request; its ranking follows selection rounds.' }],
    ['POST', '/validate', { config: '<View/>' }, 200, { status: 'ok' }],
    ['POST', '/duplicate_model', {}, 200, { status: 'ok' }],
    ['POST', '/delete', {}, 200, { status: 'ok' }],
    ['POST', '/job_status', { job: 'x' }, 410, { error: 'There are no training jobs.' }],
    ['GET', '/predict', undefined, 404, { error: 'The ML backend has no GET /predict.' }],
    ['POST', '/metrics', {}, 404, { error: 'The ML backend has no POST /metrics.' }],
  ])('%s %s', async (method, path, body, status, expected) => {
    expect(await send(method, path, body)).toEqual({ status, body: expected });
  });

  test('the API token of a setup and the texts of a task reach no log', async () => {
    await send('POST', '/setup', { project: 'none', access_token: 'SECRET-TOKEN' });
    await send('POST', '/predict', '{"tasks": [{"data": "SECRET-TEXT"');
    expect(logged).not.toMatch(/SECRET/);
  });
});

describe('what cannot be read is refused in one sentence', () => {
  const notSent = (field: string, path: string, why: string) => ({ error: `The field ${field} of the body is not what Label Studio sends to ${path}: ${why}.` });
  test.each<[string, unknown, unknown]>([
    ['no JSON', '{"tasks": [', { error: 'The body is not JSON in UTF-8.' }],
    ['nothing', '', notSent('tasks', '/predict', 'must be the list of tasks')],
    ['a list', [], { error: 'The body is not what Label Studio sends to /predict: Invalid input: expected object, received array.' }],
    ['no tasks', { project: '31.1' }, notSent('tasks', '/predict', 'must be the list of tasks')],
    ['a task without an id', { project: '31.1', tasks: [{ id: 1 }, {}] }, notSent('tasks.1.id', '/predict', 'Invalid input: expected number, received undefined')],
    ['a task id beyond int4', { project: '31.1', tasks: [{ id: 2 ** 31 }] }, notSent('tasks.0.id', '/predict', 'Too big: expected number to be <=2147483647')],
    ['another project', { project: 'x', tasks: [] }, notSent('project', '/predict', 'must be the project as id.timestamp')],
  ])('%s', async (_, body, expected) => {
    expect(await send('POST', '/predict', body)).toEqual({ status: 400, body: expected });
  });

  test('a charset that is none', async () => {
    const reply = await fetch(`http://127.0.0.1:${backend.port}/predict`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json; charset=klingon' } });
    expect(reply.status).toBe(415);
    expect(await reply.json()).toEqual({ error: 'The body is not JSON in UTF-8.' });
  });

  test('more than 64 MiB', async () => {
    const reply = await send('POST', '/predict', JSON.stringify({ project: '31.1', tasks: [], padding: 'x'.repeat(64 * 1024 * 1024) }));
    expect(reply).toEqual({ status: 413, body: { error: 'The body is larger than 67108864 bytes; select fewer tasks at a time.' } });
  });

  test('more bodies at once than it holds; health answers all the same', async () => {
    const slow = Array.from({ length: 8 }, () => {
      const socket = connectSocket(backend.port, '127.0.0.1').resume();
      socket.write('POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{');
      return socket;
    });
    try {
      // Four are held; the others were answered.
      await expect.poll(() => slow.filter(({ bytesRead }) => bytesRead > 0).length, { timeout: 10_000 }).toBe(4);
      expect((await predict('31.1', 107)).status).toBe(503);
      expect((await send('GET', '/health')).status).toBe(200);
    } finally {
      for (const socket of slow) socket.destroy();
    }
    await expect.poll(async () => (await predict('31.1', 107)).status, { timeout: 10_000 }).toBe(200);
  });

  test('a database that does not answer: 503, the reason in the log only', async () => {
    const broken = connect('postgres://postgres@127.0.0.1:1/none', 1);
    const other = await startMlBackend({ config, db: broken, log });
    const reply = await send('POST', '/predict', { project: '31.1', tasks: [{ id: 1 }] }, other.port);
    expect(reply).toEqual({ status: 503, body: { error: 'The ML backend cannot answer now; its log says why.' } });
    expect(logged).toContain('ECONNREFUSED');
    await other.close();
    await broken.destroy();
  });

  test('a port in use is named', async () => {
    await expect(startMlBackend({ config: { ...config, mlBackendPort: backend.port }, db: database.db, log })).rejects.toThrow(
      `The ML backend cannot listen on 127.0.0.1:${backend.port}: another program uses it. Stop that program, or choose another port with PAIRLOOP_PORT.`,
    );
  });
});
