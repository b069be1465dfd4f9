import { request } from 'node:http';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger } from '../../core/logging.js';
import { startQueue, type Queue } from '../../core/queue.js';
import { applyDelivery } from '../../webhooks/intake/delivery.js';
import { startWebhookService } from '../../webhooks/intake/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { seedProject } from '../support/seed-project.js';
import { waitFor } from '../support/wait-for.js';
import { event, uuidOf, verdictResult, wire, type WireOptions } from './annotation-wire.js';
import { hostileDeliveries, type HostileDelivery } from './hostile-deliveries.js';

const SEED = 20_260_103;
const SECRET = 'abcdef01'.repeat(8);
const HOSTILE = 1_200;
const AT_ONCE = 12;
const TASKS = 20;
const log = createLogger('test', 'silent');
/** Stored; on a busy machine stored too late for Label Studio's second. What was not stored at all is missing among the votes. */
const BUSY: readonly number[] = [200, 503];
const VERDICTS = ['a', 'b', 'tie', 'both_bad'] as const;

/** One good delivery for each dozen of hostile ones, each of another task and annotator. */
const GOOD: readonly (WireOptions & { verdict: string })[] = Array.from({ length: HOSTILE / AT_ONCE }, (_, n) => ({ id: n + 1, task: 101 + (n % TASKS), user: 1 + Math.floor(n / TASKS), verdict: VERDICTS[n % VERDICTS.length]!, version: 5 }));

let database: TestDatabase;
let queue: Queue;
let service: Awaited<ReturnType<typeof startWebhookService>>;
const leftOpen: { destroy(): void }[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  queue = await startQueue(database.url, log);
  await seedProject(database.db, 1, Array.from({ length: TASKS }, (_, index) => 101 + index));
  const journal = GOOD.map(({ id, task, user = 1, verdict }) => ({ label_studio_user_id: user, kind: 'submit' as const, task_id: task, unique_id: uuidOf(id), body: JSON.stringify({ result: verdictResult(verdict) }), outcome: 'stored' as const, annotation_id: id }));
  await database.db.insertInto('journal').values(journal).execute();
  service = await startWebhookService({ config: { host: '127.0.0.1', webhooksPort: 0 }, db: database.db, queue, secrets: { webhook: SECRET, internal: 'internal' }, log, now: () => new Date() });
});
afterAll(async () => {
  for (const one of leftOpen) one.destroy();
  await service.close();
  await queue.stop();
  await database.drop();
});

/** The status of the answer; 0 for a body that never ends, which is left open. */
function send({ method = 'POST', path = '/label-studio', headers = {}, body, announced, answers }: HostileDelivery): Promise<number> {
  return new Promise((resolve, reject) => {
    const all = { 'content-type': 'application/json', 'x-pairloop-secret': SECRET, ...headers, 'content-length': announced ?? Buffer.byteLength(body) };
    const given = Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string | number] => entry[1] !== undefined));
    const sent = request({ host: '127.0.0.1', port: service.port, method, path, headers: given, agent: false }, (reply) => {
      reply.resume();
      resolve(reply.statusCode!);
    });
    sent.once('error', (error) => (announced === undefined ? reject(error) : resolve(-1)));
    if (announced === undefined) sent.end(body);
    else {
      sent.write(body);
      leftOpen.push(sent);
      if (answers.includes(0)) sent.once('socket', () => resolve(0));
    }
  });
}

const post = (options: WireOptions): Promise<number> => send({ kind: 'good', body: JSON.stringify(event('ANNOTATION_CREATED', wire(options))), answers: [200] });

async function applyAll(): Promise<void> {
  const open = await database.db.selectFrom('delivery').select('id').where('applied_at', 'is', null).where('failure', 'is', null).orderBy('id').execute();
  const ids = open.map(({ id }) => id);
  const work = async (): Promise<void> => {
    for (let id = ids.shift(); id !== undefined; id = ids.shift()) await applyDelivery(database.db, queue, id);
  };
  await Promise.all(Array.from({ length: 4 }, work));
}

test(`${HOSTILE} hostile deliveries never crash the service, never block a good one sent in between, and never count (seed ${SEED})`, async () => {
  const hostile = fc.sample(hostileDeliveries(SECRET, GOOD), { seed: SEED, numRuns: HOSTILE });
  const kinds = new Set(hostile.map(({ kind }) => kind));
  expect(kinds.size).toBe(18);
  const wrong: string[] = [];
  for (const [round, good] of GOOD.entries()) {
    const some = hostile.slice(round * AT_ONCE, (round + 1) * AT_ONCE);
    const [status, ...statuses] = await Promise.all([post(good), ...some.map(send)]);
    expect(BUSY).toContain(status);
    statuses.forEach((given, index) => {
      const { kind, answers, body } = some[index]!;
      if (!answers.includes(given) && !(answers.includes(200) && BUSY.includes(given))) wrong.push(`${kind}: ${given} for ${String(body).slice(0, 200)}`);
    });
  }
  expect(wrong).toEqual([]);
  await waitFor('an answer that all before is stored', async () => ((await post(GOOD[0]!)) === 200 ? true : undefined));
  await applyAll();
  expect((await fetch(`http://127.0.0.1:${service.port}/health`)).status).toBe(200);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);

  const counted = await database.db.selectFrom('vote').select(['annotation_id', 'verdict']).where('counted', '=', true).orderBy('annotation_id').execute();
  expect(counted).toEqual(GOOD.map(({ id, verdict }) => ({ annotation_id: id, verdict })));
  const { rows } = await sql<{ readable: number; unreadable: number; ignored: number }>`select count(*) filter (where applied_at is not null and ignored_reason is null) as readable,
    count(*) filter (where applied_at is null and failure is not null) as unreadable, count(*) filter (where ignored_reason is not null) as ignored from delivery`.execute(database.db);
  // The generator is worth nothing if all it makes fails alike.
  for (const [what, count] of Object.entries(rows[0]!)) expect(count, what).toBeGreaterThan(50);
}, 120_000);
