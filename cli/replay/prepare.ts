import { createHmac, randomInt } from 'node:crypto';
import type { Db } from '../../core/database/connect.js';
import type { Secrets } from '../../core/database/secrets.js';
import type { LabelStudioAccess } from '../../core/label-studio/client.js';
import { createAccount } from '../../core/running/label-studio-account.js';
import { storeGivenRound } from '../../ml-backend/rounds/given-round.js';
import { buildBatch } from '../../webhooks/quality/batch.js';
import { importFile, installRubricProject, ship } from '../system/project.js';
import type { ReplayedPair } from './rater-session.js';
import type { ReplayFile } from './replay-file.js';

export interface ReplayDeps {
  readonly db: Db;
  readonly secrets: Secrets;
  readonly labelStudio: LabelStudioAccess;
  /** Where annotators, and Label Studio's webhooks, reach the gateway. */
  readonly publicUrl: string;
  readonly now: () => Date;
  /** Told what is being done, for a person who waits. */
  readonly onStep: (step: string) => void;
}

export interface ReplayAccount {
  readonly rater: string;
  readonly userId: number;
  readonly token: string;
}

export interface PreparedReplay {
  readonly title: string;
  readonly projectId: number;
  readonly labelStudioProjectId: number;
  readonly taskCount: number;
  readonly accounts: readonly ReplayAccount[];
  /** By opaque id. */
  readonly pairs: ReadonlyMap<string, ReplayedPair>;
}

const RUBRIC = 'assistant';

/**
 * Makes ready what a replay needs: the pairs in the pool, a project of its own with a fixed overlap (as many
 * votes for each pair as the file has raters) and no gold, its batch in Label Studio, an account for each
 * rater. What is there from an earlier run of the same replay is taken as it is.
 *
 * @throws PairloopError when a pair contradicts one in the pool, or Label Studio refuses something.
 */
export async function prepareReplay(deps: ReplayDeps, file: ReplayFile): Promise<PreparedReplay> {
  const { db } = deps;
  deps.onStep(`importing ${file.pairs.length} pairs`);
  await importFile(deps, { fileName: file.name, contentSha256: file.sha256, pairs: file.pairs }, { purpose: 'pool' });
  deps.onStep('making the project');
  const title = `Replay of ${file.name.slice(0, 30)} ${file.sha256.slice(0, 8)}`;
  const { projectId, labelStudioProjectId } = await installRubricProject(deps, { title, rubric: RUBRIC, votesMin: file.raters.length, votesMax: file.raters.length });
  const roundId = await storeGivenRound(db, projectId, file.pairs.map((pair) => pair.id), deps.now());
  const { batchId } = await buildBatch({ db, randomInt }, { projectId, roundId, goldCount: 0 });
  const taskCount = await ship(deps, batchId, (done, total) => deps.onStep(`shipping: ${done} of ${total} tasks`));
  deps.onStep(`opening ${file.raters.length} accounts`);
  const accounts: ReplayAccount[] = [];
  for (const rater of file.raters) accounts.push(await openAccount(deps, title, rater));
  return { title, projectId, labelStudioProjectId, taskCount, accounts, pairs: await readReplayedPairs(db, file) };
}

/** The account's password follows from our own secret, so that a later run opens the same account without anything kept on disk. */
async function openAccount(deps: ReplayDeps, title: string, rater: string): Promise<ReplayAccount> {
  const key = createHmac('sha256', deps.secrets.internal).update(`replay account\0${title}\0${rater}`).digest('hex');
  const credentials = { email: `replay-${key.slice(0, 12)}@replay.invalid`, password: key.slice(12, 44) };
  const { userId, token } = await createAccount(deps.labelStudio.url, deps.labelStudio, credentials);
  return { rater, userId, token };
}

async function readReplayedPairs(db: Db, file: ReplayFile): Promise<Map<string, ReplayedPair>> {
  const ids = new Set(file.pairs.map((pair) => pair.id));
  const rows = await db
    .selectFrom('pair')
    .select(['id', 'opaque_id', 'sides_swapped'])
    .where('id', '=', (eb) => eb.fn.any(eb.val([...ids])))
    .execute();
  return new Map(rows.map((row) => [row.opaque_id, { pairId: row.id, sidesSwapped: row.sides_swapped }]));
}
