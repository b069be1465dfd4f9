import type { Db } from '../../core/database/connect.js';
import { PairloopError } from '../../core/errors.js';
import { embedderOf, type EmbeddingSource } from '../embedding/embedding-source.js';
import { ACQUISITIONS } from '../uncertainty/acquisition.js';
import { staleReason } from '../uncertainty/head-staleness.js';
import { headScores, readNewestHead } from '../uncertainty/stored-head.js';
import { embedMissing, readDifferences } from './pool-embeddings.js';
import type { RoundOptions } from './round-options.js';

/** Pairs scored at a time; bounds the memory of their differences. */
const CHUNK = 2_000;

export interface HeadParts {
  readonly projectId: number;
  readonly options: Pick<RoundOptions, 'head_pairs_max' | 'head_days_max' | 'stale_head'>;
  readonly source: EmbeddingSource;
  readonly now: Date;
  readonly onEmbedded: (done: number, total: number) => unknown;
}

/** What a head says of pairs, and what the round's record says of the head. */
export interface HeadUncertainty {
  readonly head: string;
  readonly words: string;
  /** The margin, from 0 (sure) to 1, in the order of the ids. */
  readonly uncertainty: Float64Array;
}

/**
 * How uncertain the project's newest reward head is of each pair; undefined when there is no head yet (cold start).
 *
 * @throws PairloopError when the head is stale and stale ones are refused, or it was learned from another embedder's vectors.
 */
export async function headUncertainty(db: Db, pairIds: readonly string[], { projectId, options, source, now, onEmbedded }: HeadParts): Promise<HeadUncertainty | undefined> {
  const head = await readNewestHead(db, projectId);
  if (head === undefined) return undefined;
  const stale = staleReason(head, { pairsMax: options.head_pairs_max, daysMax: options.head_days_max }, now);
  if (stale !== null && options.stale_head === 'refuse') throw new PairloopError(`Reward head ${head.id} is stale: ${stale}. Train a new one with pairloop head train.`);
  if (head.embedder !== embedderOf(source)) {
    throw new PairloopError(`Reward head ${head.id} weighs vectors of ${head.embedder}, and pairs are embedded by ${embedderOf(source)} now. Train a new one with pairloop head train.`);
  }
  await embedMissing(db, pairIds, source, onEmbedded);
  const margin = ACQUISITIONS.get('margin')!;
  const uncertainty = new Float64Array(pairIds.length);
  for (let start = 0; start < pairIds.length; start += CHUNK) {
    const scores = headScores(head, await readDifferences(db, pairIds.slice(start, start + CHUNK), source));
    for (const [at, score] of scores.entries()) uncertainty[start + at] = margin({ score, variance: 0 });
  }
  const flag = stale === null ? '' : `; stale: ${stale}`;
  return { head: String(head.id), uncertainty, words: `margin of reward head ${head.id} (${head.version}, ${head.acceptedSeen} accepted pairs${flag})` };
}
