import { connect as connectSocket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { connect } from '../../core/database/connect.js';
import { createLogger } from '../../core/logging.js';
import { startQueue, type Queue } from '../../core/queue.js';
import { API_ROUTES } from '../../ml-backend/api/api-routes.js';
import { refusalSchema } from '../../ml-backend/api/route.js';
import { registerSelectionJobs } from '../../ml-backend/jobs.js';
import { startMlBackend } from '../../ml-backend/protocol/server.js';
import { createRound, runRound } from '../../ml-backend/rounds/round.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { emptyPool } from './seed-pool.js';

const TOKEN = 'a-token-of-some-length';
const clock = { now: () => new Date(), clockMs: () => performance.now() };
const config = { host: '127.0.0.1', mlBackendPort: 0 };
const log = createLogger('test', 'silent');
const importing = { redact: (text: string) => ({ text: text.replace('jo@example.com', '[EMAIL]'), counts: text.includes('jo@example.com') ? { email: 1 } : {} }), redactionVersion: 'r1', canonicalSidesSecret: 's' };

let database: TestDatabase;
let queue: Queue;
let backend: Awaited<ReturnType<typeof startMlBackend>>;
let projectId: number;
beforeAll(async () => {
  database = await createTestDatabase();
  projectId = await emptyPool(database.db);
  queue = await startQueue(database.url, log);
  backend = await startMlBackend({ config, db: database.db, log, api: { token: TOKEN, queue, importing, now: clock.now } });
});
afterAll(async () => {
  await backend.close();
  await queue.stop();
  await database.drop();
});

/** Calls that were made, as `operation status`. */
const seen = new Set<string>();

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Calls a route and holds the answer to what the document says of it. */
async function call(id: string, { path = '', body, token = TOKEN, port = backend.port }: { path?: string; body?: unknown; token?: string; port?: number } = {}): Promise<Answer> {
  const route = API_ROUTES.find((one) => one.id === id)!;
  const url = path.startsWith('/') ? path : route.path + path;
  const content = typeof body === 'string' ? body : JSON.stringify(body);
  const reply = await fetch(`http://127.0.0.1:${port}/api${url}`, {
    method: route.method.toUpperCase(),
    headers: token === '' ? {} : { authorization: `Bearer ${token}` },
    ...(content === undefined ? {} : { body: content }),
  });
  const answer = { status: reply.status, body: (await reply.json()) as unknown };
  const schema = answer.status === route.success.status ? route.success.schema : refusalSchema;
  expect(z.safeParse(schema, answer.body).error, `${id} ${answer.status}`).toBeUndefined();
  expect(schema.parse(answer.body), 'nothing beside what the document says').toEqual(answer.body);
  seen.add(`${id} ${answer.status}`);
  return answer;
}
const pair = (id: string, more: object = {}): object => ({ id, prompt: `Ask ${id}`, response_a: 'Write to jo@example.com', response_b: 'No', consent: { basis: 'public' }, ...more });

describe('pairs', () => {
  test('are imported, listed page by page, and given numbers', async () => {
    const pairs = [pair('b', { domain: 'code', priority: 2 }), pair('a'), pair('é', { uncertainty: 0.5 }), pair('B', { consent: undefined })];
    expect(await call('importPairs', { body: { pairs } })).toEqual({
      status: 200,
      body: { imported: 4, skipped: 0, consent_added: 0, without_consent: 1, redactions: { email: 4 }, redaction_version: 'r1' },
    });
    expect((await call('importPairs', { body: { pairs, consent: { basis: 'contract' } } })).body).toMatchObject({ imported: 0, skipped: 4, consent_added: 1, without_consent: 0 });
    const row = (id: string, more: object = {}) => ({ id, domain: 'general', releasable: true, uncertainty: null, priority: null, ...more });
    expect((await call('listPairs', { path: '?limit=2' })).body).toEqual({ pairs: [row('B'), row('a')], next: 'a' });
    expect((await call('listPairs', { path: '?limit=2&after=a' })).body).toEqual({ pairs: [row('b', { domain: 'code', priority: 2 }), row('é', { uncertainty: 0.5 })], next: null });
    const changes = [{ id: 'a', priority: 3, uncertainty: 0.25 }, { id: 'b', priority: null }, { id: 'é', priority: -1 }];
    expect(await call('setNumbers', { body: { changes } })).toEqual({ status: 200, body: { changed: 3 } });
    expect((await call('listPairs', { path: '?domain=general' })).body).toEqual({
      pairs: [row('B'), row('a', { priority: 3, uncertainty: 0.25 }), row('é', { priority: -1, uncertainty: 0.5 })],
      next: null,
    });
  });

  test('with faults: each named with field, value and fix, ten at most; nothing is stored', async () => {
    const broken = { body: { pairs: [pair('new-1'), { ...pair('new-2'), response_a: '' }, 7, { id: 'new-3', response_a: 'x', response_b: 'y', uncertainty: 'high' }, pair('new-1')] } };
    expect(await call('importPairs', broken)).toEqual({
      status: 400,
      body: {
        error: 'There are faults in the pairs; nothing was imported.',
        faults: [
          { field: 'pairs[1].response_a', value: '', fix: 'is empty; give the full text' },
          { field: 'pairs[2]', fix: 'is not a JSON object; each line must be one pair' },
          { field: 'pairs[3].uncertainty', value: 'high', fix: 'Invalid input: expected number, received string' },
          { field: 'pairs[4].id', value: 'new-1', fix: 'is already the id of pairs[0]; give each pair its own' },
        ],
      },
    });
    const many = await call('importPairs', { body: { pairs: Array.from({ length: 50 }, () => 1) } });
    expect((many.body as { faults: unknown[] }).faults).toHaveLength(10);
    expect(await call('importPairs', { body: { pairs: Array.from({ length: 1_001 }, () => 1), more: 1 } })).toMatchObject({
      status: 400,
      body: { error: 'The body of the request has 2 faults.', faults: [{ field: 'pairs', fix: 'must hold at most 1000 pairs; send several requests' }, { field: 'body' }] },
    });
    expect(await call('importPairs', { body: { pairs: [pair('a', { prompt: 'other' })] } })).toMatchObject({ status: 409, body: { error: expect.stringContaining('the id "a" already stands for a pair with other content') as string } });
    expect((await call('listPairs', { path: '?after=n' })).body).toMatchObject({ pairs: [{ id: 'é' }] });
  });

  test('numbers for a pair that is not there: none is changed', async () => {
    await database.db.updateTable('pair').set({ purpose: 'gold' }).where('id', '=', 'B').execute();
    expect(await call('setNumbers', { body: { changes: [{ id: 'a', priority: 9 }, { id: 'nobody', priority: 1 }, { id: 'B', priority: 1 }] } })).toEqual({
      status: 404,
      body: {
        error: '2 pairs are not in the pool; nothing was changed.',
        faults: [{ field: 'changes[1].id', value: 'nobody', fix: 'is not in the pool; import the pair first' }, { field: 'changes[2].id', value: 'B', fix: 'is not in the pool; import the pair first' }],
      },
    });
    expect((await call('listPairs', { path: '?limit=1' })).body).toMatchObject({ pairs: [{ id: 'a', priority: 3 }] });
    expect(await call('setNumbers', { body: { changes: [{ id: 'a' }, { id: 'b', priority: 'high' }] } })).toMatchObject({
      status: 400,
      body: { faults: [{ field: 'changes[0]', value: { id: 'a' }, fix: 'must have a priority or an uncertainty' }, { field: 'changes[1].priority', value: 'high', fix: 'must be a number, or null to take it away' }] },
    });
  });
});

describe('rounds', () => {
  test('are started, run by a worker, shown, and give their ranking page by page', async () => {
    const started = await call('startRound', { body: { project: 7, options: { k: 3, strategy: 'k-center' } } });
    expect(started).toMatchObject({ status: 201, body: { project: 7, batch: null, state: 'waiting', options: { k: 3, strategy: 'k-center', centers: 'none', seed: 0 }, picked: 0 } });
    const { id } = started.body as { id: number };
    expect(await call('listPicks', { path: `/rounds/${id}/picks` })).toMatchObject({ status: 409, body: { error: `Selection round ${id} is waiting; there is a ranking when it is done.` } });
    await registerSelectionJobs(queue, { db: database.db, log, ...clock });
    await expect.poll(async () => (await call('showRound', { path: `/rounds/${id}` })).body, { timeout: 15_000 }).toMatchObject({ state: 'done', picked: 3, pool: 3, embedder: 'hashed-ngrams-3', head: 'none' });
    const picks = await database.db.selectFrom('selection_pick').select(['rank', 'pair_id as pair', 'score']).where('round_id', '=', id).orderBy('rank').execute();
    expect((await call('listPicks', { path: `/rounds/${id}/picks` })).body).toEqual({ picks, next: null });
    expect((await call('listPicks', { path: `/rounds/${id}/picks?limit=2` })).body).toEqual({ picks: picks.slice(0, 2), next: 2 });
    expect((await call('listPicks', { path: `/rounds/${id}/picks?limit=2&from=2` })).body).toEqual({ picks: picks.slice(2), next: null });
    expect(await call('cancelRound', { path: `/rounds/${id}/cancel` })).toMatchObject({ status: 409, body: { error: `Selection round ${id} is done; only one that waits or runs can be cancelled.` } });
  });

  test('are listed newest first, and cancelled', async () => {
    const first = await createRound(database.db, { projectId, options: {} });
    await runRound(database.db, first, clock);
    const second = await createRound(database.db, { projectId, options: {} });
    expect((await call('listRounds', { path: '?limit=1' })).body).toMatchObject({ rounds: [{ id: second }], next: second });
    expect((await call('listRounds', { path: `?limit=1&before=${second}&project=7` })).body).toMatchObject({ rounds: [{ id: first }], next: first });
    expect((await call('cancelRound', { path: `/rounds/${second}/cancel` })).body).toMatchObject({ id: second, state: 'cancelled' });
  });

  test('wrong options: field, value and fix', async () => {
    expect(await call('startRound', { body: { project: 7, options: { k: 0, weight: '1', colour: 'red' } } })).toEqual({
      status: 400,
      body: {
        error: 'The body of the request has 3 faults.',
        faults: [
          { field: 'options.k', value: 0, fix: 'must be a whole number from 1 to 10000' },
          { field: 'options.weight', value: '1', fix: 'must be a number from 0 to 1' },
          { field: 'options', value: { k: 0, weight: '1', colour: 'red' }, fix: 'Unrecognized key: "colour"' },
        ],
      },
    });
    expect(await call('startRound', { body: {} })).toMatchObject({ status: 400, body: { faults: [{ field: 'project', fix: 'is missing; give it' }] } });
    expect(await call('startRound', { body: { project: 99 } })).toMatchObject({ status: 404, body: { error: 'Pairloop has no project 99.' } });
    expect(await call('listRounds', { path: '?project=99' })).toMatchObject({ status: 404 });
    expect(await call('listRounds', { path: '?limit=101&order=up' })).toMatchObject({ status: 400, body: { faults: [{ field: 'limit', value: '101', fix: 'must be a whole number from 1 to 100' }, { field: 'query' }] } });
  });

  test.each(['showRound', 'cancelRound', 'listPicks'])('%s of no round, and of no number', async (id) => {
    const path = (round: string): string => API_ROUTES.find((route) => route.id === id)!.path.replace('{id}', round);
    expect(await call(id, { path: path('4321') })).toEqual({ status: 404, body: { error: 'There is no selection round 4321.', faults: [{ field: 'id', value: 4321, fix: 'take one of GET /rounds' }] } });
    expect(await call(id, { path: path('x') })).toMatchObject({ status: 400, body: { faults: [{ field: 'id', value: 'x', fix: 'must be a whole number from 1 to 9007199254740991' }] } });
  });
});

describe('every route', () => {
  const withBody = API_ROUTES.filter((route) => route.body !== undefined).map(({ id }) => id);
  test.each(API_ROUTES.map(({ id, path }) => ({ id, path: path.replace('{id}', '1') })))('$id: refuses who has no token, or another; says when the database is down', async ({ id, path }) => {
    expect(await call(id, { path, token: '' })).toMatchObject({ status: 401, body: { error: expect.stringMatching(/Authorization is missing/) as string } });
    for (const token of [`${TOKEN}x`, TOKEN.slice(1), 'x']) expect((await call(id, { path, token })).status).toBe(401);
    const broken = connect('postgres://postgres@127.0.0.1:1/none', 1);
    const other = await startMlBackend({ config, db: broken, log, api: { token: TOKEN, queue, importing, now: clock.now } });
    const bodies: Record<string, object> = { importPairs: { pairs: [pair('x')] }, setNumbers: { changes: [{ id: 'x', priority: 1 }] }, startRound: { project: 7 } };
    expect(await call(id, { path, port: other.port, body: bodies[id] })).toEqual({ status: 503, body: { error: 'The ML backend cannot answer now; its log says why.', faults: [] } });
    await other.close();
    await broken.destroy();
  });

  test.each(withBody)('%s: refuses what is no JSON, and what is too large', async (id) => {
    expect(await call(id, { body: '{"pairs": [' })).toEqual({ status: 400, body: { error: 'The body is not JSON in UTF-8.', faults: [{ field: 'body', fix: 'must be JSON in UTF-8' }] } });
    expect(await call(id, { body: JSON.stringify({ padding: 'x'.repeat(8 * 1024 * 1024) }) })).toMatchObject({ status: 413, body: { error: 'The body is larger than 8388608 bytes; send several requests.' } });
  });

  test('more bodies at once than are read: 503 in the same form', async () => {
    const slow = Array.from({ length: 8 }, () => {
      const socket = connectSocket(backend.port, '127.0.0.1').resume();
      socket.write(`POST /api/pairs HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-length: 100\r\n\r\n{`);
      return socket;
    });
    try {
      // Four are held; the others were answered.
      await expect.poll(() => slow.filter(({ bytesRead }) => bytesRead > 0).length, { timeout: 10_000 }).toBe(4);
      expect((await call('startRound', { body: { project: 99 } })).status).toBe(503);
    } finally {
      for (const socket of slow) socket.destroy();
    }
  });

  test('a bad query or path is refused by every route that takes one', async () => {
    expect((await call('listPairs', { path: '?limit=0' })).status).toBe(400);
    expect((await call('listPicks', { path: '/rounds/1/picks?limit=no' })).status).toBe(400);
  });

  test('what is not there: 404 in the same form', async () => {
    const reply = await fetch(`http://127.0.0.1:${backend.port}/api/nothing`, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect([reply.status, await reply.json()]).toEqual([404, { error: 'The API has no GET /nothing; GET openapi.json says what it has.', faults: [] }]);
  });

  test('the document names exactly the routes and statuses that were met above', async () => {
    const document = z
      .object({ paths: z.record(z.string(), z.record(z.string(), z.object({ operationId: z.string(), responses: z.record(z.string(), z.unknown()) }))) })
      .parse(await (await fetch(`http://127.0.0.1:${backend.port}/openapi.json`)).json());
    const said = Object.values(document.paths).flatMap((operations) => Object.values(operations).flatMap(({ operationId, responses }) => Object.keys(responses).map((status) => `${operationId} ${status}`)));
    expect([...seen].toSorted()).toEqual(said.toSorted());
  });
});
