import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import { PairloopError } from '../../core/errors.js';
import { packageVersion } from '../../core/package-root.js';
import { embedderOf, type EmbeddingSource } from '../embedding/embedding-source.js';
import { hashedNgrams } from '../embedding/hashed-ngrams.js';
import { GIVEN_EMBEDDER } from '../embedding/vector-bytes.js';
import { DEFAULT_WEIGHT, HYBRID_VERSION } from '../selection/hybrid.js';
import { embedMissing, haveGivenVectors } from './pool-embeddings.js';
import { readPool, uncertaintySourceOf } from './pool.js';
import { rankByDomain, type RankedPair } from './ranking.js';

const STRATEGY = 'hybrid';
const K_MAX = 100_000;
const PICK_CHUNK = 5_000;

export interface NewRound {
  readonly projectId: number;
  /** How many pairs to pick; fewer are picked when the pool has fewer. */
  readonly k: number;
  /** Weight of uncertainty, 0 to 1; 0.6 unless given. */
  readonly weight?: number | undefined;
}

/**
 * Notes that a round is to be run and gives its id; `runRound`, or the job `selection-round`, runs it.
 *
 * @throws PairloopError (usage) when there is no such project, k is no whole number from 1 to 100,000 or
 * the weight is outside [0, 1].
 */
export async function createRound(db: Db, { projectId, k, weight = DEFAULT_WEIGHT }: NewRound): Promise<number> {
  if (!Number.isInteger(k) || k < 1 || k > K_MAX) throw new PairloopError(`k is ${k}; it must be a whole number from 1 to ${K_MAX}.`, 'usage');
  if (!(weight >= 0 && weight <= 1)) throw new PairloopError(`The weight is ${weight}; it must be from 0 to 1.`, 'usage');
  const project = await db.selectFrom('project').select('id').where('id', '=', projectId).executeTakeFirst();
  if (project === undefined) throw new PairloopError(`There is no project ${projectId}; see the projects with pairloop status.`, 'usage');
  const round = await db
    .insertInto('selection_round')
    .values({ project_id: projectId, strategy: STRATEGY, weight, k })
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
 * in code unit order of the ids. Each domain is ranked by itself with the hybrid selection, and the domains take
 * turns (`domainTurns`). Uncertainty is what the data gives, 0 where it gives none. Vectors are those given in the data if
 * every pair has one, else the embedding source's.
 *
 * May be killed and run again at any moment: embeddings are kept as far as they got, the picks of a run
 * replace those of an earlier one in one transaction. A round that is done stays as it is.
 *
 * @throws PairloopError when there is no such round, nothing to select from, or the embedding source cannot
 * answer (the round is then stored as failed, with the reason; what was embedded is kept).
 */
export async function runRound(db: Db, roundId: number, options: RunOptions): Promise<RoundResult> {
  const startedAt = options.clockMs();
  const round = await db.selectFrom('selection_round').selectAll().where('id', '=', roundId).executeTakeFirst();
  if (round === undefined) throw new PairloopError(`There is no selection round ${roundId}.`);
  if (round.state === 'done') return storedResult(db, round);
  try {
    const pool = await readPool(db, round.project_id);
    const embedder = await embedPool(db, pool.map((pair) => pair.id), options);
    const inputs = createHash('sha256').update(JSON.stringify({ strategy: round.strategy, weight: round.weight, k: round.k, embedder }));
    const picks = await rankByDomain(db, pool, { k: round.k, weight: round.weight, embedder, inputs, onProgress: (done, total) => options.onProgress?.('picked', done, total) });
    const result = { poolSize: pool.length, picked: picks.length, embedder, uncertaintySource: uncertaintySourceOf(pool), elapsedMs: options.clockMs() - startedAt };
    await storePicks(db, roundId, picks, { ...result, inputsSha256: inputs.digest('hex'), finishedAt: options.now() });
    return result;
  } catch (error) {
    if (error instanceof PairloopError) {
      await db.updateTable('selection_round').set({ state: 'failed', failure: error.message, finished_at: options.now() }).where('id', '=', roundId).execute();
    }
    throw error;
  }
}

/** Sees to it that every pair has a vector, and answers whose. */
async function embedPool(db: Db, pairIds: readonly string[], { openEmbeddingSource, onProgress }: RunOptions): Promise<string> {
  if (await haveGivenVectors(db, pairIds)) return GIVEN_EMBEDDER;
  const source = (await openEmbeddingSource?.()) ?? hashedNgrams;
  await embedMissing(db, pairIds, source, (done, total) => onProgress?.('embedded', done, total));
  return embedderOf(source);
}

interface StoredRound {
  readonly id: number;
  readonly pool_size: number | null;
  readonly embedder: string | null;
  readonly uncertainty_source: string | null;
  readonly elapsed_ms: number | null;
}

async function storedResult(db: Db, round: StoredRound): Promise<RoundResult> {
  const { picked } = await db
    .selectFrom('selection_pick')
    .select(sql<number>`count(*)`.as('picked'))
    .where('round_id', '=', round.id)
    .executeTakeFirstOrThrow();
  return {
    poolSize: round.pool_size ?? 0,
    picked,
    embedder: round.embedder ?? '',
    uncertaintySource: round.uncertainty_source ?? '',
    elapsedMs: round.elapsed_ms ?? 0,
  };
}

interface StoredFacts extends RoundResult {
  readonly inputsSha256: string;
  readonly finishedAt: Date;
}

async function storePicks(db: Db, roundId: number, picks: readonly RankedPair[], facts: StoredFacts): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { state } = await tx.selectFrom('selection_round').select('state').where('id', '=', roundId).forUpdate().executeTakeFirstOrThrow();
    // Another run of the same round was faster; a batch may rely on its picks by now.
    if (state === 'done') return;
    await tx.deleteFrom('selection_pick').where('round_id', '=', roundId).execute();
    const rows = picks.map(({ pairId, score }, rank) => ({ round_id: roundId, rank, pair_id: pairId, score }));
    for (let start = 0; start < rows.length; start += PICK_CHUNK) {
      await tx.insertInto('selection_pick').values(rows.slice(start, start + PICK_CHUNK)).execute();
    }
    await tx
      .updateTable('selection_round')
      .set({
        state: 'done',
        failure: null,
        embedder: facts.embedder,
        uncertainty_source: facts.uncertaintySource,
        code_version: `pairloop ${packageVersion()}, ${HYBRID_VERSION}`,
        inputs_sha256: facts.inputsSha256,
        pool_size: facts.poolSize,
        elapsed_ms: facts.elapsedMs,
        finished_at: facts.finishedAt,
      })
      .where('id', '=', roundId)
      .execute();
  });
}
