import { setImmediate } from 'node:timers/promises';
import type { Db } from '../../core/database/connect.js';
import { PairloopError } from '../../core/errors.js';
import type { Picks } from '../selection/selection.js';
import { STRATEGIES } from '../selection/strategies.js';
import { scaleRowsToUnit } from '../selection/unit-rows.js';
import { domainShares, domainTurns } from './domain-turns.js';
import { readEmbeddings } from './pool-embeddings.js';
import type { InputRow } from './round-inputs.js';
import type { RoundOptions } from './round-options.js';

/** One pick of a round; its rank is its place. */
export interface RankedPair {
  readonly pairId: string;
  readonly score: number;
}

/** What a round looked at, in code unit order of the ids, and how it ranks them. */
export interface RankingInput {
  readonly rows: readonly InputRow[];
  readonly embedder: string;
  readonly options: RoundOptions;
}

interface Domain {
  readonly name: string;
  readonly rows: readonly InputRow[];
  /** Rows that are no centers. */
  readonly size: number;
}

/**
 * At most k rows in rank order. Each domain is ranked by itself with the round's strategy, its uncertainties,
 * priorities and distances normalised within it; the domains, in order of their names, take turns as `domainTurns`
 * says, within the budgets. A missing uncertainty or priority is 0 where others have one. Pauses now and then, so that
 * the worker's other jobs run; what happens meanwhile in the database changes nothing.
 *
 * @throws PairloopError naming the pair whose vector is not what it was or no vector of finite numbers, a budget whose
 * domain has no pairs, and as the strategy.
 */
export async function rankRows(db: Db, { rows, embedder, options }: RankingInput, onProgress: (done: number, total: number) => Promise<void>): Promise<RankedPair[]> {
  const domains = domainsOf(rows);
  const shares = domainShares(domains, options.k, options.budgets);
  const total = Math.min(options.k, shares.reduce((sum, share) => sum + share, 0));
  const rankings: Picks[] = [];
  for (const domain of domains) rankings.push(await picksOf(db, domain, { rows, embedder, options }));
  const picks: RankedPair[] = [];
  const turns = domainTurns(shares, total);
  for (let turn = turns.next(); turn.done !== true; ) {
    const step = rankings[turn.value]!.next();
    await setImmediate();
    if (step.done !== true && step.value === undefined) continue;
    if (step.done !== true) {
      const { index, score } = step.value!;
      picks.push({ pairId: domains[turn.value]!.rows[index]!.pairId, score });
    }
    await onProgress(picks.length, total);
    turn = turns.next(step.done !== true);
  }
  return picks;
}

/** The domains that have something to pick, in order of their names, each with its centers. */
function domainsOf(rows: readonly InputRow[]): Domain[] {
  const names = [...new Set(rows.filter((row) => !row.isCenter).map((row) => row.domain))].sort();
  return names.map((name) => {
    const own = rows.filter((row) => row.domain === name);
    return { name, rows: own, size: own.filter((row) => !row.isCenter).length };
  });
}

async function picksOf(db: Db, domain: Domain, { rows, embedder, options }: RankingInput): Promise<Picks> {
  const strategy = STRATEGIES.get(options.strategy);
  if (strategy === undefined) throw new PairloopError(`The strategy ${JSON.stringify(options.strategy)} is not there; take one of ${[...STRATEGIES.keys()].join(', ')}.`);
  const embeddings = await readEmbeddings(db, domain.rows.map(({ pairId }) => pairId), embedder, domain.rows.map(({ vectorSha256 }) => vectorSha256));
  if (options.metric === 'cosine') scaleRowsToUnit(embeddings);
  return strategy.picks({
    embeddings,
    uncertainty: numbersOf('uncertainty', domain.rows, rows),
    priority: options.priority_weight === 0 ? undefined : numbersOf('priority', domain.rows, rows),
    k: options.k,
    weight: options.weight,
    priorityWeight: options.priority_weight,
    seed: options.seed,
    prompts: domain.rows.map(({ prompt }, at) => prompt ?? at),
    candidates: options.candidates,
    centers: domain.rows.flatMap((row, at) => (row.isCenter ? [at] : [])),
    minDistance: options.min_distance,
  });
}

/** Undefined when no row of the whole round has such a number. */
function numbersOf(name: 'uncertainty' | 'priority', rows: readonly InputRow[], all: readonly InputRow[]): Float64Array | undefined {
  return all.every((row) => row[name] === null) ? undefined : Float64Array.from(rows, (row) => row[name] ?? 0);
}
