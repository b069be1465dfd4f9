import { createHash } from 'node:crypto';
import type { Db, Tx } from '../../core/database/connect.js';
import { record, type LedgerFacts } from '../../core/database/ledger-record.js';
import { PairloopError } from '../../core/errors.js';
import type { EmbeddingSource } from '../embedding/embedding-source.js';
import { exclusively } from './exclusive-round.js';
import { codeVersion, prepareRound } from './prepare-round.js';
import { rankRows, type RankedPair } from './ranking.js';
import { readInputs } from './round-inputs.js';
import { parseRoundOptions } from './round-options.js';
import { readRound, type StoredRound } from './stored-round.js';

const PICK_CHUNK = 5_000;
/** How often progress is stored, and a cancellation looked for, at most. */
const PROGRESS_MS = 500;

/** `options` are those of `roundOptionsSchema`, as far as they are to differ from its defaults. */
export interface NewRound {
  readonly projectId: number;
  readonly options: Readonly<Record<string, unknown>>;
  /** Ranks the items of this batch again that nobody has begun with, instead of the pool. */
  readonly batchId?: number;
}

/**
 * Notes that a round is to be run and gives its id; `runRound`, or the job `selection-round`, runs it.
 *
 * @throws PairloopError (usage) when there is no such project, or naming each option that is wrong.
 */
export async function createRound(db: Db, { projectId, options, batchId }: NewRound): Promise<number> {
  const { strategy, weight, k, ...rest } = parseRoundOptions(options);
  const project = await db.selectFrom('project').select('id').where('id', '=', projectId).executeTakeFirst();
  if (project === undefined) throw new PairloopError(`There is no project ${projectId}; see the projects with pairloop status.`, 'usage');
  const round = await db
    .insertInto('selection_round')
    .values({ project_id: projectId, strategy, weight, k, options: JSON.stringify(rest), batch_id: batchId ?? null })
    .returning('id')
    .executeTakeFirstOrThrow();
  return round.id;
}

export interface RoundResult {
  readonly poolSize: number;
  readonly picked: number;
  readonly embedder: string;
  readonly uncertaintySource: string;
  readonly elapsedMs: number;
}

export interface RunOptions {
  readonly now: () => Date;
  /** A clock that only goes forward, in milliseconds, such as `performance.now`. */
  readonly clockMs: () => number;
  /** Makes the source of vectors for a pool that brings none; the built-in featuriser unless given. */
  readonly openEmbeddingSource?: () => Promise<EmbeddingSource>;
  /** How far the step under way has come. */
  readonly onProgress?: (step: 'embedded' | 'picked', done: number, total: number) => void;
}

/**
 * Ranks the pool for a project and stores the picks, rank 0 first. The pool is every pair imported for
 * selection that may be released (consent and redaction version) and is in no batch of the project yet,
 * in code unit order of the ids; for a round over a batch, that batch's items that nobody has begun with. Each domain is ranked by itself with the round's strategy, and the domains take
 * turns (`rankRows`). Uncertainty is what the data gives, 0 where it gives none. Vectors are those given in the data if
 * every pair has one, else the embedding source's.
 *
 * May be killed and run again at any moment. What it looks at is stored before the first pick (`prepareRound`), so
 * that a run that is taken up again makes the same picks, whatever was imported meanwhile; before that, embeddings are
 * kept as far as they got. The picks become visible all at once. A round that is done stays as it is; while another
 * process runs it, this one waits.
 *
 * @throws PairloopError when there is no such round, it was cancelled, nothing is there to select from or something
 * of it cannot be ranked (the round is then stored as failed, with the reason).
 */
export async function runRound(db: Db, roundId: number, options: RunOptions): Promise<RoundResult> {
  const startedAt = options.clockMs();
  return exclusively(db, roundId, async (locked) => {
    const round = await readRound(locked, roundId);
    if (round.state === 'done') return resultOf(round);
    if (round.state === 'cancelled') throw cancelled(roundId);
    await takeUp(locked, roundId);
    try {
      const picks = await rank(locked, round, options);
      const elapsedMs = options.clockMs() - startedAt;
      await storePicks(locked, roundId, picks, { elapsedMs, finishedAt: options.now() });
      return resultOf(await readRound(locked, roundId));
    } catch (error) {
      if (error instanceof PairloopError) await storeFailure(locked, roundId, error.message, options.now());
      throw error;
    }
  });
}

/** Puts a round to work that waits, failed or was cut off. */
async function takeUp(db: Db, roundId: number): Promise<void> {
  await db
    .updateTable('selection_round')
    .set({ state: 'running', failure: null, finished_at: null })
    .where('id', '=', roundId)
    .where('state', 'in', ['waiting', 'running', 'failed'])
    .execute();
}

async function rank(db: Db, round: StoredRound, { now, clockMs, openEmbeddingSource, onProgress }: RunOptions): Promise<RankedPair[]> {
  let toldAt = -Infinity;
  const report = (said: 'embedded' | 'picked') => async (done: number, total: number): Promise<void> => {
    onProgress?.(said, done, total);
    if (clockMs() - toldAt < PROGRESS_MS) return;
    toldAt = clockMs();
    await storeProgress(db, round.id, said === 'embedded' ? 'embedding' : 'picking', done, total);
  };
  const isCutOff = round.state === 'running' && round.preparedAt !== null && round.codeVersion === codeVersion(round.options.strategy);
  if (!isCutOff) await prepareRound(db, round, { now, openEmbeddingSource, onEmbedded: report('embedded') });
  const { embedder } = await readRound(db, round.id);
  const rows = await readInputs(db, round.id);
  return rankRows(db, { rows, embedder: embedder!, options: round.options }, report('picked'));
}

/** @throws PairloopError when the round was cancelled meanwhile. */
async function storeProgress(db: Db, roundId: number, step: 'embedding' | 'picking', done: number, total: number): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('selection_round')
    .set({ progress_step: step, progress_done: done, progress_total: total })
    .where('id', '=', roundId)
    .where('state', '=', 'running')
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw cancelled(roundId);
}

function cancelled(roundId: number): PairloopError {
  return new PairloopError(`Selection round ${roundId} was cancelled; start a new one.`);
}

async function storeFailure(db: Db, roundId: number, failure: string, finishedAt: Date): Promise<void> {
  await db
    .updateTable('selection_round')
    .set({ state: 'failed', failure, finished_at: finishedAt, progress_step: null, progress_done: null, progress_total: null })
    .where('id', '=', roundId)
    .where('state', '=', 'running')
    .execute();
}

async function storePicks(db: Db, roundId: number, picks: readonly RankedPair[], facts: { elapsedMs: number; finishedAt: Date }): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { state } = await tx.selectFrom('selection_round').select('state').where('id', '=', roundId).forUpdate().executeTakeFirstOrThrow();
    if (state !== 'running') throw cancelled(roundId);
    const rows = picks.map(({ pairId, score }, rank) => ({ round_id: roundId, rank, pair_id: pairId, score }));
    for (let start = 0; start < rows.length; start += PICK_CHUNK) {
      await tx.insertInto('selection_pick').values(rows.slice(start, start + PICK_CHUNK)).execute();
    }
    await tx
      .updateTable('selection_round')
      .set({ state: 'done', failure: null, elapsed_ms: facts.elapsedMs, finished_at: facts.finishedAt, progress_step: null, progress_done: null, progress_total: null })
      .where('id', '=', roundId)
      .execute();
    await record(tx, 'round.finished', [await ledgerFacts(tx, roundId, picks)]);
  });
}

async function ledgerFacts(tx: Tx, roundId: number, picks: readonly RankedPair[]): Promise<LedgerFacts> {
  const round = await tx
    .selectFrom('selection_round')
    .select(['project_id as project', 'batch_id as batch', 'strategy', 'embedder', 'code_version as code', 'inputs_sha256 as inputs'])
    .where('id', '=', roundId)
    .executeTakeFirstOrThrow();
  const ranking = createHash('sha256').update(JSON.stringify(picks.map(({ pairId }) => pairId))).digest('hex');
  return { round: roundId, ...round, picked: picks.length, ranking_sha256: ranking };
}

function resultOf({ poolSize, picked, embedder, uncertaintySource, elapsedMs }: StoredRound): RoundResult {
  return { poolSize: poolSize ?? 0, picked, embedder: embedder ?? '', uncertaintySource: uncertaintySource ?? '', elapsedMs: elapsedMs ?? 0 };
}
