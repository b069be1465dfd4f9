import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Db } from '../../core/database/connect.js';
import { connect } from '../../core/database/connect.js';
import { LabelStudioClient } from '../../core/label-studio/client.js';
import { createLogger } from '../../core/logging.js';
import { startQueue, type Queue } from '../../core/queue.js';
import { storeDeliveries } from '../../webhooks/intake/delivery.js';
import { readEvent } from '../../webhooks/intake/event.js';
import { registerWebhookJobs } from '../../webhooks/jobs.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { seedProject } from '../support/seed-project.js';
import { event, wire, type WireOptions } from './annotation-wire.js';

const log = createLogger('test', 'silent');
let database: TestDatabase;
let db: Db;
let intake: Queue;
let dataDir: string;
const workers: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
  dataDir = await mkdtemp(join(tmpdir(), 'pairloop-worker-'));
  intake = await startQueue(database.url, log);
  await seedProject(db, 1, Array.from({ length: 100 }, (_, index) => 101 + index));
  await db.updateTable('project').set({ journal_required: false }).execute();
});
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
});
afterAll(async () => {
  await intake.stop();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

/** A worker as the worker role runs it, with connections of its own; Label Studio is out of reach. */
async function startWorker(): Promise<void> {
  const queue = await startQueue(database.url, log);
  const own = connect(database.url, 3);
  workers.push({ stop: async () => { await queue.stop(); await own.destroy(); } });
  const labelStudio = new LabelStudioClient({ url: 'http://127.0.0.1:1', apiKey: 'x' });
  await registerWebhookJobs(queue, { config: { dataDir }, db: own, labelStudio, log, now: () => new Date() });
}
const store = (options: WireOptions) => storeDeliveries(db, intake, [{ event: readEvent(event('ANNOTATION_CREATED', wire(options)))!, receivedAt: new Date() }]);
const countedVotes = async () => (await db.selectFrom('vote').select('annotation_id').where('counted', '=', true).execute()).length;

async function until(condition: () => Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not so within ${timeoutMs} ms: ${condition.toString()}`);
    await delay(50);
  }
}

test('what was stored while no worker ran is applied when one starts', async () => {
  for (let id = 1; id <= 100; id += 1) await store({ id, task: 100 + id });
  expect(await countedVotes()).toBe(0);
  await startWorker();
  await until(async () => (await countedVotes()) === 100);
});

test('a delivery that cannot be applied keeps its failure and holds up no other', async () => {
  const broken = await db
    .insertInto('delivery')
    .values({ action: 'ANNOTATION_CREATED', label_studio_project_id: 1, body: '{"kind":"unknown"}', body_sha256: '' })
    .returning('id')
    .executeTakeFirstOrThrow();
  await intake.send(db, 'apply-delivery', { deliveryId: broken.id });
  await store({ id: 201, task: 101, user: 2 });
  await startWorker();
  await until(async () => (await db.selectFrom('vote').select('counted').where('annotation_id', '=', 201).executeTakeFirst())?.counted === true);
  const row = await db.selectFrom('delivery').select(['applied_at', 'failure']).where('id', '=', broken.id).executeTakeFirstOrThrow();
  expect(row).toEqual({ applied_at: null, failure: expect.stringContaining('kind') });
});

test('a worker whose connection is cut in the middle of applying leaves nothing half done, and the job is done again', async () => {
  const blocker = connect(database.url, 1);
  await startWorker();
  await blocker.transaction().execute(async (tx) => {
    await tx.selectFrom('project').select('id').forUpdate().execute();
    await store({ id: 301, task: 102, user: 3 });
    await until(async () => (await cutWaiting()) > 0);
    expect(await db.selectFrom('annotation').select('id').where('id', '=', 301).execute()).toEqual([]);
  });
  await blocker.destroy();
  await until(async () => (await db.selectFrom('vote').select('counted').where('annotation_id', '=', 301).executeTakeFirst())?.counted === true);
  // The vote is there before its delivery is marked, in a transaction of its own.
  const unapplied = () => db.selectFrom('delivery').select('id').where('applied_at', 'is', null).where((eb) => eb.or([eb('failure', 'is', null), eb('failure', 'not like', '%kind%')])).execute();
  await until(async () => (await unapplied()).length === 0);
});

/** Ends the connections of this database that wait for a lock. Returns how many. */
async function cutWaiting(): Promise<number> {
  const { rows } = await sql<{ cut: boolean }>`select pg_terminate_backend(pid) as cut from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and pid <> pg_backend_pid()`.execute(db);
  return rows.length;
}
