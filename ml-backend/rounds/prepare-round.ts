import type { Db, Tx } from '../../core/database/connect.js';
import { PairloopError } from '../../core/errors.js';
import { packageVersion } from '../../core/package-root.js';
import { embedderOf, type EmbeddingSource } from '../embedding/embedding-source.js';
import { hashedNgrams } from '../embedding/hashed-ngrams.js';
import { GIVEN_EMBEDDER } from '../embedding/vector-bytes.js';
import { STRATEGIES } from '../selection/strategies.js';
import { headUncertainty } from './head-uncertainty.js';
import { readOpenItems } from './open-items.js';
import { embedMissing, haveGivenVectors } from './pool-embeddings.js';
import { readLabelled, readPool, type PoolPair } from './pool.js';
import { hashInputs, readInputs, storeInputs, storePrompts, type Candidate } from './round-inputs.js';
import type { RoundOptions } from './round-options.js';
import type { StoredRound } from './stored-round.js';

/** Where a round's uncertainties come from when no reward head gives them. */
const NO_HEAD = 'none';

export interface PrepareOptions {
  readonly now: () => Date;
  /** Makes the source of vectors for a pool that brings none; the built-in featuriser unless given. */
  readonly openEmbeddingSource?: (() => Promise<EmbeddingSource>) | undefined;
  readonly onEmbedded: (done: number, total: number) => Promise<void>;
}

/**
 * Decides what a round looks at and stores it, in one transaction: the ids in order, each with domain, uncertainty,
 * priority and its vector's hash; the embedder, the head and this code's version. Embeds first what has no vector yet.
 * From then on nothing that happens to the pool changes the picks. Safe to repeat.
 *
 * @throws PairloopError when there is nothing to select from, what the strategy needs is not there, or the embedding
 * source cannot answer (what was embedded is kept).
 */
export async function prepareRound(db: Db, round: StoredRound, { now, openEmbeddingSource, onEmbedded }: PrepareOptions): Promise<void> {
  const startedAt = now();
  const given = await readCandidates(db, round, startedAt);
  const ids = given.map(({ id }) => id);
  const haveVectors = await haveGivenVectors(db, ids);
  const wantsHead = round.options.head === 'newest';
  const source = haveVectors && !wantsHead ? undefined : ((await openEmbeddingSource?.()) ?? hashedNgrams);
  const judged = wantsHead ? await headUncertainty(db, ids, { projectId: round.projectId, options: round.options, source: source!, now: startedAt, onEmbedded }) : undefined;
  const candidates = judged === undefined ? given : given.map((pair, at) => ({ ...pair, uncertainty: judged.uncertainty[at]! }));
  assertNumbers(candidates, round.options);
  if (!haveVectors) await embedMissing(db, ids, source!, onEmbedded);
  const prepared = {
    candidates,
    embedder: haveVectors ? GIVEN_EMBEDDER : embedderOf(source!),
    head: judged?.head ?? NO_HEAD,
    uncertaintySource: judged?.words ?? `${uncertaintySourceOf(given)}${wantsHead ? '; there is no reward head yet' : ''}`,
    preparedAt: startedAt,
  };
  await db.transaction().execute((tx) => storePrepared(tx, round, prepared));
}

async function readCandidates(db: Db, round: StoredRound, now: Date): Promise<Candidate[]> {
  const { projectId, batchId } = round;
  const centers = round.options.centers === 'labelled';
  const candidates = batchId === null ? await readPoolCandidates(db, projectId, centers) : await readOpenItems(db, { projectId, batchId, centers, now });
  return candidates.sort((one, other) => Buffer.compare(Buffer.from(one.id), Buffer.from(other.id)));
}

async function readPoolCandidates(db: Db, projectId: number, withCenters: boolean): Promise<Candidate[]> {
  const pool = await readPool(db, projectId);
  const centers = withCenters ? await readLabelled(db, projectId) : [];
  return [...pool.map((pair) => ({ ...pair, isCenter: false })), ...centers.map((pair) => ({ ...pair, isCenter: true }))];
}

function assertNumbers(candidates: readonly Candidate[], { strategy, priority_weight }: RoundOptions): void {
  const none = (name: 'uncertainty' | 'priority'): boolean => candidates.every((row) => row[name] === null);
  if (STRATEGIES.get(strategy)?.uncertainty === 'needed' && none('uncertainty')) {
    throw new PairloopError(`The strategy ${strategy} needs uncertainties, and no pair of the pool has one; import pairs with the field uncertainty, or take another strategy.`);
  }
  if (priority_weight > 0 && none('priority')) {
    throw new PairloopError(`The priority weight is ${priority_weight}, and no pair of the pool has a priority; give priorities, or leave the weight out.`);
  }
}

interface Prepared {
  readonly candidates: readonly Candidate[];
  readonly embedder: string;
  readonly head: string;
  readonly uncertaintySource: string;
  readonly preparedAt: Date;
}

async function storePrepared(tx: Tx, round: StoredRound, { candidates, embedder, head, uncertaintySource, preparedAt }: Prepared): Promise<void> {
  await storeInputs(tx, round.id, embedder, candidates);
  if (STRATEGIES.get(round.options.strategy)?.options.includes('prompts') === true) await storePrompts(tx, round.id);
  await tx
    .updateTable('selection_round')
    .set({
      embedder,
      head,
      uncertainty_source: uncertaintySource,
      code_version: codeVersion(round.options.strategy),
      inputs_sha256: hashInputs({ ...round, embedder, head }, await readInputs(tx, round.id)),
      pool_size: candidates.filter(({ isCenter }) => !isCenter).length,
      prepared_at: preparedAt,
      progress_step: null,
      progress_done: null,
      progress_total: null,
    })
    .where('id', '=', round.id)
    .execute();
}

/** This code as far as it decides picks. */
export function codeVersion(strategy: string): string {
  return `pairloop ${packageVersion()}, ${STRATEGIES.get(strategy)?.version ?? strategy}`;
}

/** Where the uncertainties come from, in words, for the round's record. */
function uncertaintySourceOf(candidates: readonly Candidate[]): string {
  const pool: readonly PoolPair[] = candidates.filter(({ isCenter }) => !isCenter);
  const given = pool.filter((pair) => pair.uncertainty !== null).length;
  if (given === 0) return 'none (cold start): diversity alone';
  return given === pool.length ? 'given in the data' : `given in the data for ${given} of ${pool.length} pairs, 0 for the others`;
}
