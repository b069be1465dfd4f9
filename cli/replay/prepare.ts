import { createHmac, randomInt } from 'node:crypto';
import type { Db } from '../../core/database/connect.js';
import type { Secrets } from '../../core/database/secrets.js';
import { LabelStudioClient, type LabelStudioAccess } from '../../core/label-studio/client.js';
import { createAccount } from '../../core/running/label-studio-account.js';
import { compileLabelConfig } from '../../label-configs/compile.js';
import { loadGuideline } from '../../label-configs/guideline-file.js';
import { loadRubric } from '../../label-configs/rubric-file.js';
import { importPairs } from '../../ml-backend/pool/import.js';
import { storeGivenRound } from '../../ml-backend/rounds/given-round.js';
import { createRedactor } from '../../webhooks/privacy/redact.js';
import { buildBatch } from '../../webhooks/quality/batch.js';
import { installProject } from '../../webhooks/quality/project.js';
import { shipBatch } from '../../webhooks/quality/shipment.js';
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
  await importReplayed(deps, file);
  deps.onStep('making the project');
  const title = `Replay of ${file.name.slice(0, 30)} ${file.sha256.slice(0, 8)}`;
  const { projectId, labelStudioProjectId } = await installReplay(deps, title, file.raters.length);
  const roundId = await storeGivenRound(db, projectId, file.pairs.map((pair) => pair.id), deps.now());
  const { batchId } = await buildBatch({ db, randomInt }, { projectId, roundId, goldCount: 0 });
  const shipment = { db, labelStudio: new LabelStudioClient(deps.labelStudio), randomInt, now: deps.now };
  const onProgress = (done: number, total: number): void => deps.onStep(`shipping: ${done} of ${total} tasks`);
  const { taskCount } = await shipBatch({ ...shipment, onProgress }, batchId);
  deps.onStep(`opening ${file.raters.length} accounts`);
  const accounts: ReplayAccount[] = [];
  for (const rater of file.raters) accounts.push(await openAccount(deps, title, rater));
  return { title, projectId, labelStudioProjectId, taskCount, accounts, pairs: await readReplayedPairs(db, file) };
}

async function importReplayed({ db, secrets, now }: ReplayDeps, file: ReplayFile): Promise<void> {
  const redactor = createRedactor(secrets.redaction);
  await importPairs(db, file.pairs, {
    fileName: file.name,
    contentSha256: file.sha256,
    purpose: 'pool',
    redact: redactor.redact,
    redactionVersion: redactor.version,
    canonicalSidesSecret: secrets.canonical_sides,
    now,
  });
}

function installReplay(deps: ReplayDeps, title: string, raterCount: number): ReturnType<typeof installProject> {
  const rubric = loadRubric(RUBRIC);
  const labelConfig = compileLabelConfig(rubric);
  return installProject(
    { db: deps.db, labelStudio: new LabelStudioClient(deps.labelStudio) },
    {
      title,
      labelConfig: labelConfig.xml,
      labelConfigHash: labelConfig.hash,
      rubric: rubric.name,
      guideline: loadGuideline(rubric.guideline),
      publicUrl: deps.publicUrl,
      webhookSecret: deps.secrets.webhook,
      votesMin: raterCount,
      votesMax: raterCount,
    },
  );
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
