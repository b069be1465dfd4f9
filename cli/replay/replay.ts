import type { Db } from '../../core/database/connect.js';
import { LabelStudioClient } from '../../core/label-studio/client.js';
import type { Queue } from '../../core/queue.js';
import { readGaps } from '../../webhooks/intake/gaps.js';
import { reconcile } from '../../webhooks/intake/reconcile.js';
import { compareReplay } from './comparison.js';
import { playReplay, waitForVotes } from './play.js';
import { prepareReplay, type PreparedReplay, type ReplayDeps } from './prepare.js';
import type { Progress } from './progress.js';
import type { ReplayFile } from './replay-file.js';
import type { ReplayOutcome } from './report.js';
import { readAcceptedVerdicts, readStoredVotes } from './stored-votes.js';

export interface ReplayRun extends ReplayDeps {
  readonly queue: Pick<Queue, 'send'>;
  /** Makes the bar or lines of one phase. */
  readonly progress: (name: string) => Progress;
}

/** A webhook is applied within a second or two; what takes longer than this was missed, and reconciliation finds it. */
const PATIENCE_MS = 20_000;

/**
 * Plays a file of real votes through the running system, waits until all are applied, reconciles with Label
 * Studio (so that a vote too many is seen as well), and compares what the database then holds with the file. Run again on the same file it goes on where it stopped.
 *
 * @throws PairloopError when the system cannot be set up for it, refuses a vote, or stays down.
 */
export async function runReplay(run: ReplayRun, file: ReplayFile): Promise<ReplayOutcome> {
  const start = performance.now();
  const prepared = await prepareReplay(run, file);
  const submitted = await play(run, file, prepared);
  await settle(run, file, prepared);
  const { db } = run;
  const raters = new Map(prepared.accounts.map(({ userId, rater }) => [userId, rater]));
  const stored = await readStoredVotes(db, prepared.projectId, raters);
  const accepted = await readAcceptedVerdicts(db, prepared.projectId);
  return {
    title: prepared.title,
    labelStudioProjectId: prepared.labelStudioProjectId,
    pairs: file.pairs.length,
    raters: file.raters,
    mendedResponses: file.mendedResponses,
    submitted,
    elapsedMs: performance.now() - start,
    comparison: compareReplay(file, stored, accepted, await readRule(db, prepared.projectId)),
    gaps: await readGaps(db, prepared.projectId),
  };
}

async function play(run: ReplayRun, file: ReplayFile, prepared: PreparedReplay): Promise<number> {
  const progress = run.progress('Votes cast');
  try {
    const { submitted } = await playReplay(
      {
        db: run.db,
        gatewayUrl: run.publicUrl,
        now: run.now,
        onProgress: (done, total) => progress.update(done, total),
        onOutage: (reason) => progress.say(`waiting: ${reason}`),
      },
      file,
      prepared,
    );
    return submitted;
  } finally {
    progress.stop();
  }
}

async function settle(run: ReplayRun, file: ReplayFile, prepared: PreparedReplay): Promise<void> {
  const progress = run.progress('Votes applied');
  const expected = [...file.votes.values()].reduce((sum, verdicts) => sum + verdicts.size, 0);
  try {
    await waitForVotes(run.db, prepared.projectId, {
      expected,
      patienceMs: PATIENCE_MS,
      onProgress: (done, total) => progress.update(done, total),
    });
    const parts = { db: run.db, labelStudio: new LabelStudioClient(run.labelStudio), queue: run.queue, now: run.now };
    await reconcile(parts, prepared.labelStudioProjectId, 'all');
  } finally {
    progress.stop();
  }
}

async function readRule(db: Db, projectId: number): Promise<{ votesMin: number; votesMax: number; agreementMin: number }> {
  const row = await db.selectFrom('project').select(['votes_min', 'votes_max', 'agreement_min']).where('id', '=', projectId).executeTakeFirstOrThrow();
  return { votesMin: row.votes_min, votesMax: row.votes_max, agreementMin: row.agreement_min };
}
