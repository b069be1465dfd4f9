import { randomInt } from 'node:crypto';
import { loadConfig } from '../../core/config.js';
import type { Db } from '../../core/database/connect.js';
import type { Secrets } from '../../core/database/secrets.js';
import { LabelStudioClient, type LabelStudioAccess } from '../../core/label-studio/client.js';
import { loadRubricWithGuideline } from '../../label-configs/rubric-file.js';
import { importPairs, type ImportResult } from '../../ml-backend/pool/import.js';
import { parsePairsFile, type PairsFile } from '../../ml-backend/pool/pairs-file.js';
import { createRound, runRound } from '../../ml-backend/rounds/round.js';
import type { Consent } from '../../core/domain/pair.js';
import { createRedactor } from '../../webhooks/privacy/redact.js';
import { buildBatch } from '../../webhooks/quality/batch.js';
import { parseGoldFile } from '../../webhooks/quality/gold-file.js';
import { storeGoldAnswers } from '../../webhooks/quality/gold.js';
import { installProject, type InstalledProject } from '../../webhooks/quality/project.js';
import { shipBatch } from '../../webhooks/quality/shipment.js';
import { compileForHost, type LabelConfigHost } from '../label-config-host.js';
import { runOptions } from './run-options.js';

/** What crosses rooms: the database, Label Studio and the shared secrets. */
export interface ProjectParts {
  readonly db: Db;
  readonly secrets: Secrets;
  readonly labelStudio: LabelStudioAccess;
  /** URL under which Label Studio reaches the gateway. */
  readonly publicUrl: string;
}

export interface RubricProject {
  readonly title: string;
  /** The name of a rubric that ships, or the path of a team's own. */
  readonly rubric: string;
  /** Without it, the gateway's. */
  readonly host?: LabelConfigHost;
  readonly labelStudioProjectId?: number;
  readonly votesMin?: number;
  readonly votesMax?: number;
  readonly agreementMin?: number;
  /** See `ProjectSettings`. */
  readonly whenLost?: 'refuse' | 'keep';
}

/**
 * Makes a project from a rubric (see `installProject`), with its label config, guideline, webhook and ML backend. With the
 * view in Enterprise's ReactCode tag nobody goes through the gateway, so that votes count without its journal.
 */
export function installRubricProject(parts: ProjectParts, project: RubricProject): Promise<InstalledProject> {
  const { rubric, guideline } = loadRubricWithGuideline(project.rubric);
  const { host = 'community', ...rest } = project;
  const config = compileForHost(host, rubric, guideline);
  return installProject(
    { db: parts.db, labelStudio: new LabelStudioClient(parts.labelStudio) },
    {
      ...rest,
      ...(host === 'react-code' ? { journalRequired: false } : {}),
      labelConfig: config.xml,
      labelConfigHash: config.hash,
      rubric,
      guideline,
      publicUrl: parts.publicUrl,
      webhookSecret: parts.secrets.webhook,
      mlBackend: true,
    },
  );
}

/** Imports the pairs of a file that was read into the pool, or as gold, redacted and with shuffled sides. */
export async function importFile(
  { db, secrets }: Pick<ProjectParts, 'db' | 'secrets'>,
  file: Pick<PairsFile, 'fileName' | 'contentSha256' | 'pairs'>,
  { purpose, consent }: { readonly purpose: 'pool' | 'gold'; readonly consent?: Consent | undefined },
  onProgress: (done: number, total: number) => void = () => {},
): Promise<ImportResult & { redactionVersion: string }> {
  const redactor = createRedactor(secrets.redaction);
  const result = await importPairs(db, file.pairs, {
    fileName: file.fileName,
    contentSha256: file.contentSha256,
    purpose,
    redact: redactor.redact,
    redactionVersion: redactor.version,
    canonicalSidesSecret: secrets.canonical_sides,
    consent,
    now: () => new Date(),
    onProgress,
  });
  return { ...result, redactionVersion: redactor.version };
}

/** Imports gold items: their pairs, and the answers that exist only in Pairloop. The file is read whole before anything is stored. */
export async function importGold(
  parts: Pick<ProjectParts, 'db' | 'secrets'>,
  path: string,
): Promise<{ imported: number; skipped: number; changed: number }> {
  const answers = await parseGoldFile(path);
  const { imported, skipped } = await importFile(parts, await parsePairsFile(path), { purpose: 'gold' });
  const { changed } = await storeGoldAnswers(parts.db, answers);
  return { imported, skipped, changed };
}

export interface NewBatch {
  readonly projectId: number;
  /** Options of the round that ranks the pool for it, or the id of one that is done. */
  readonly round: Readonly<Record<string, unknown>> | number;
  readonly goldCount?: number;
  readonly goldShare?: number;
}

export interface ShippedBatch {
  readonly batchId: number;
  readonly roundId: number;
  readonly pairCount: number;
  readonly goldCount: number;
  readonly uncertaintySource: string;
  readonly withheld: number;
}

/** Ranks the pool (or takes the round given), makes a batch of its picks and gold, and ships it into Label Studio. */
export async function launchBatch(parts: ProjectParts, batch: NewBatch, onProgress?: (done: number, total: number) => void): Promise<ShippedBatch> {
  const { projectId, round: wanted, ...gold } = batch;
  const roundId = typeof wanted === 'number' ? wanted : await createRound(parts.db, { projectId, options: wanted });
  const round = await runRound(parts.db, roundId, runOptions(loadConfig()));
  const built = await buildBatch({ db: parts.db, randomInt }, { projectId, roundId, ...gold });
  await ship(parts, built.batchId, onProgress);
  const { batchId, pairCount, goldCount, withheld } = built;
  return { batchId, roundId, pairCount, goldCount, uncertaintySource: round.uncertaintySource, withheld: withheld.length };
}

/** Ships a batch, or goes on where an earlier shipment was cut off; how many tasks it has. */
export async function ship(parts: ProjectParts, batchId: number, onProgress?: (done: number, total: number) => void): Promise<number> {
  const deps = { db: parts.db, labelStudio: new LabelStudioClient(parts.labelStudio), randomInt, now: () => new Date() };
  const { taskCount } = await shipBatch(onProgress === undefined ? deps : { ...deps, onProgress }, batchId);
  return taskCount;
}
