import { randomUUID } from 'node:crypto';
import pg from 'pg';
import PgBoss from 'pg-boss';
import type { Kysely } from 'kysely';
import { CompiledQuery } from 'kysely';
import type { Database } from './database/tables.js';
import type { Logger } from './logging.js';
import { messageOf } from './errors.js';

/** Every queue, its payload and who works on it. */
interface Jobs {
  /** Apply one stored delivery to annotations and votes. Worked on by `webhooks`. */
  'apply-delivery': { deliveryId: number };
  /** Compare journal, deliveries and Label Studio's API. Worked on by `webhooks`. */
  reconcile: { labelStudioProjectId: number | null };
  /** Bring the accepted folder of a project up to date. Worked on by `webhooks`. */
  'push-accepted': { projectId: number };
  /** Embed, rank and store one selection round. Worked on by `ml-backend`. */
  'selection-round': { roundId: number };
  /** Rank a project's open items again. Worked on by `ml-backend`. */
  rerank: { projectId: number };
  /** Bring the order of a project's open items, here and in Label Studio, to the newest ranking. Worked on by `webhooks`. */
  'apply-ranking': { projectId: number };
  /** Give what was recorded its place in the ledger. Worked on by `webhooks`. */
  'sequence-ledger': { batch: null };
}
type JobName = keyof Jobs;

const RETRIES_MAX = 10;
/** pg-boss fetches at most twice a second, so deliveries, which take milliseconds, are fetched many at once. */
const DELIVERIES_PER_FETCH = 250;
const QUEUES: readonly JobName[] = ['apply-delivery', 'reconcile', 'push-accepted', 'selection-round', 'rerank', 'apply-ranking', 'sequence-ledger'];

export interface Queue {
  /**
   * Puts a job on the queue, inside `db`'s transaction if it is one: the job exists exactly when the
   * transaction commits. With `singletonKey`, jobs waiting under the same key are one job, the first; with `afterS`, it
   * waits that many seconds at least.
   */
  send<N extends JobName>(db: Kysely<Database>, name: N, data: Jobs[N], singletonKey?: string, afterS?: number): Promise<void>;
  /** Puts many jobs on the queue in one statement, inside `db`'s transaction like `send`. Each is a job of its own. */
  sendAll<N extends JobName>(db: Kysely<Database>, name: N, data: readonly Jobs[N][]): Promise<void>;
  /** Works on the jobs of a queue, one after another; a handler that throws is retried with back-off, at most 10 times (`reconcile`: not at all). */
  work<N extends JobName>(name: N, handler: (data: Jobs[N]) => Promise<void>): Promise<void>;
  /** Runs a job of the queue by cron expression, on one machine only. */
  schedule<N extends JobName>(name: N, cron: string, data: Jobs[N]): Promise<void>;
  stop(): Promise<void>;
}

/** Any number that no other advisory lock on this database uses. */
const START_LOCK = 7_220_321;

/** Roles start at the same moment; two that make pg-boss's tables or queues at once deadlock. */
async function oneAtATime(databaseUrl: string, run: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'pairloop-queue-start' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [START_LOCK]);
    await run();
  } finally {
    await client.end();
  }
}

async function makeQueues(boss: PgBoss): Promise<void> {
  await boss.start();
  for (const name of QUEUES) {
    // `short` keeps one waiting job per singleton key; the others keep every job.
    const policy = name === 'apply-delivery' ? 'standard' : 'short';
    // Reconciliation is not retried: the next minute's run does all that a failed one left.
    const retryLimit = name === 'reconcile' ? 0 : RETRIES_MAX;
    await boss.createQueue(name, { name, policy, retryLimit, retryDelay: 1, retryBackoff: true });
  }
}

/** Lets pg-boss run its statement on a connection of ours. */
function executorOn(db: Kysely<Database>): PgBoss.Db {
  return {
    executeSql: async (text, values) => {
      const result = await db.executeQuery(CompiledQuery.raw(text, values));
      return { rows: result.rows };
    },
  };
}

/** Starts the job queue (pg-boss) on the database. Its tables live in the schema `pgboss`. */
export async function startQueue(databaseUrl: string, log: Logger): Promise<Queue> {
  const boss = new PgBoss({ connectionString: databaseUrl, max: 4, application_name: 'pairloop-queue' });
  boss.on('error', (error) => log.warn({ failure: messageOf(error) }, 'queue'));
  try {
    await oneAtATime(databaseUrl, () => makeQueues(boss));
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => undefined);
    throw error;
  }
  return {
    async send(db, name, data, singletonKey, afterS) {
      // In a queue of policy `short`, jobs without a key would all count as one.
      await boss.send(name, data, { db: executorOn(db), singletonKey: singletonKey ?? randomUUID(), ...(afterS === undefined ? {} : { startAfter: afterS }) });
    },
    async sendAll(db, name, data) {
      const jobs = data.map((one) => ({ name, data: one, singletonKey: randomUUID() }));
      if (jobs.length > 0) await boss.insert(jobs, { db: executorOn(db) });
    },
    async work(name, handler) {
      const batchSize = name === 'apply-delivery' ? DELIVERIES_PER_FETCH : 1;
      await boss.work(name, { pollingIntervalSeconds: 0.5, batchSize }, async (jobs) => {
        const failures: { id: string; message: string }[] = [];
        for (const job of jobs) {
          await handler(job.data as Jobs[typeof name]).catch((error: unknown) => failures.push({ id: job.id, message: messageOf(error) }));
        }
        // Failed one by one and last, so that each alone is retried: of the rest, pg-boss completes what is still active.
        for (const { id, message } of failures) {
          log.warn({ queue: name, job: id, failure: message }, 'a job failed');
          await boss.fail(name, id, { message });
        }
      });
    },
    async schedule(name, cron, data) {
      await boss.schedule(name, cron, data);
    },
    async stop() {
      await boss.stop({ graceful: true, timeout: 5_000, wait: true });
    },
  };
}
