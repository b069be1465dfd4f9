import { setTimeout } from 'node:timers/promises';
import type { Db } from '../../core/database/connect.js';
import type { PreparedReplay, ReplayAccount } from './prepare.js';
import { createRaterCall } from './rater-call.js';
import { playRater, type RaterSession } from './rater-session.js';
import type { ReplayFile } from './replay-file.js';

export interface PlayDeps {
  readonly db: Db;
  readonly gatewayUrl: string;
  readonly now: () => Date;
  /** Told how many submissions are stored, of how many. */
  readonly onProgress: (done: number, total: number) => void;
  /** Told why a call has to be repeated. */
  readonly onOutage: (reason: string) => void;
}

/** Raters at work at the same time; more only queue up before Label Studio. */
const AT_ONCE_MAX = 8;

/**
 * Lets every rater work through the gateway, at most eight at once, until each has submitted every task.
 * What an earlier run submitted is not submitted again.
 *
 * @throws PairloopError what stops a rater first; the others then stop after the vote they are at.
 */
export async function playReplay(deps: PlayDeps, file: ReplayFile, prepared: PreparedReplay): Promise<{ submitted: number }> {
  const total = prepared.taskCount * prepared.accounts.length;
  let done = 0;
  for (const account of prepared.accounts) done += await countSubmitted(deps.db, prepared, account);
  const before = done;
  deps.onProgress(done, total);
  const onVote = (): void => deps.onProgress((done += 1), total);
  const stop = new AbortController();
  const waiting = [...prepared.accounts];
  const work = async (): Promise<void> => {
    for (let account = waiting.shift(); account !== undefined; account = waiting.shift()) {
      await playRater({ ...sessionOf(deps, file, prepared, account), onVote, signal: stop.signal });
    }
  };
  const workers = Array.from({ length: Math.min(AT_ONCE_MAX, waiting.length) }, () => work());
  const ends = await Promise.allSettled(
    workers.map((worker) =>
      worker.catch((error: unknown) => {
        stop.abort();
        throw error;
      }),
    ),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return { submitted: done - before };
}

function sessionOf(deps: PlayDeps, file: ReplayFile, prepared: PreparedReplay, account: ReplayAccount): Omit<RaterSession, 'onVote' | 'signal'> {
  return {
    rater: account.rater,
    call: createRaterCall(deps.gatewayUrl, account.token, deps.onOutage),
    projectId: prepared.labelStudioProjectId,
    pairs: prepared.pairs,
    verdictOf: (pairId) => file.votes.get(pairId)?.get(account.rater),
    isDone: async () => (await countSubmitted(deps.db, prepared, account)) >= prepared.taskCount,
    now: deps.now,
  };
}

/** Tasks of the replay that an account has submitted, skips included, as far as the journal knows. */
async function countSubmitted(db: Db, prepared: PreparedReplay, account: ReplayAccount): Promise<number> {
  const row = await db
    .selectFrom('journal')
    .innerJoin('batch_item', 'batch_item.task_id', 'journal.task_id')
    .innerJoin('batch', 'batch.id', 'batch_item.batch_id')
    .select((eb) => eb.fn.count<number>('journal.task_id').distinct().as('count'))
    .where('batch.project_id', '=', prepared.projectId)
    .where('journal.label_studio_user_id', '=', account.userId)
    .where('journal.kind', 'in', ['submit', 'skip'])
    .where('journal.outcome', '<>', 'refused')
    .executeTakeFirstOrThrow();
  return row.count;
}

const POLL_MS = 500;

export interface WaitOptions {
  /** Votes that the file has. */
  readonly expected: number;
  /** Told how many votes are applied, of how many. */
  readonly onProgress: (done: number, total: number) => void;
  /** Given up when for so long nothing more has come. */
  readonly patienceMs: number;
}

/** Waits until the votes cast in Label Studio have come by webhook and are applied, or nothing more comes: the rest is reconciliation's. */
export async function waitForVotes(db: Db, projectId: number, { expected, onProgress, patienceMs }: WaitOptions): Promise<void> {
  let last = -1;
  let changedAt = performance.now();
  while (performance.now() - changedAt < patienceMs) {
    const applied = await countCounted(db, projectId);
    if (applied !== last) {
      last = applied;
      changedAt = performance.now();
      onProgress(applied, expected);
    }
    if (applied >= expected && (await countWaitingDeliveries(db, projectId)) === 0) return;
    await setTimeout(POLL_MS);
  }
}

async function countCounted(db: Db, projectId: number): Promise<number> {
  const row = await db
    .selectFrom('vote')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('project_id', '=', projectId)
    .where('state', '=', 'cast')
    .where('counted', '=', true)
    .executeTakeFirstOrThrow();
  return row.count;
}

async function countWaitingDeliveries(db: Db, projectId: number): Promise<number> {
  const row = await db
    .selectFrom('delivery')
    .innerJoin('project', 'project.label_studio_id', 'delivery.label_studio_project_id')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('project.id', '=', projectId)
    .where('delivery.applied_at', 'is', null)
    .executeTakeFirstOrThrow();
  return row.count;
}
