import { setImmediate } from 'node:timers/promises';
import type { Db } from '../../core/database/connect.js';
import { hybridPicks } from '../selection/hybrid.js';
import { domainTurns } from './domain-turns.js';
import { readEmbeddings } from './pool-embeddings.js';
import type { PoolPair } from './pool.js';

/** One pick of a round; its rank is its place. */
export interface RankedPair {
  readonly pairId: string;
  readonly score: number;
}

interface RankingOptions {
  readonly k: number;
  readonly weight: number;
  readonly embedder: string;
  /** Takes up all that decides the picks. */
  readonly inputs: { update(data: string | Uint8Array): unknown };
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * At most k pairs of the pool in rank order. Each domain is ranked by itself with the hybrid selection, its
 * uncertainties and distances normalised within it; the domains, in order of their names, take turns as
 * `domainTurns` says. A missing uncertainty is 0. Between two picks the worker's other jobs run.
 */
export async function rankByDomain(db: Db, pool: readonly PoolPair[], { k, weight, embedder, inputs, onProgress }: RankingOptions): Promise<RankedPair[]> {
  const domains = [...new Set(pool.map((pair) => pair.domain))].sort();
  const members = domains.map((domain) => pool.filter((pair) => pair.domain === domain));
  const rankings = [];
  for (const pairs of members) {
    const ids = pairs.map((pair) => pair.id);
    const embeddings = await readEmbeddings(db, ids, embedder);
    const uncertainty = Float64Array.from(pairs, (pair) => pair.uncertainty ?? 0);
    inputs.update(JSON.stringify(ids));
    inputs.update(new Uint8Array(embeddings.data.buffer, embeddings.data.byteOffset, embeddings.data.byteLength));
    inputs.update(new Uint8Array(uncertainty.buffer));
    rankings.push(hybridPicks({ embeddings, uncertainty, k, weight }));
  }
  const picks: RankedPair[] = [];
  for (const domain of domainTurns(members.map((pairs) => pairs.length), k)) {
    const pick = rankings[domain]!.next();
    if (pick.done === true) throw new Error('a domain had more turns than pairs');
    picks.push({ pairId: members[domain]![pick.value.index]!.id, score: pick.value.score });
    onProgress(picks.length, Math.min(k, pool.length));
    await setImmediate();
  }
  return picks;
}
