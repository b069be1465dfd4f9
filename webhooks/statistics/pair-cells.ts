import type { Cells } from './cohen-kappa.js';
import type { VoteTable } from './vote-table.js';

/** What two raters (places in `VoteTable.raters`, ascending) gave to the items that both judged. */
export interface RaterPairCells {
  readonly raters: readonly [number, number];
  readonly cells: Cells;
}

/** With as many counters or fewer they are an array (16 MB), else a map of those that are not 0. */
const DENSE_MAX = 2 ** 22;

/**
 * The votes of every two raters on the items they share, equal pairs of votes put together, the rater pairs in the order of their
 * names. One pass over the votes counts them all: no list of votes is made for any rater pair.
 * Cost: linear in the pairs of votes on one item, then in the counters.
 */
export function countRaterPairs(table: VoteTable): RaterPairCells[] {
  const { raters, values, offsets, raterOf, valueOf } = table;
  const area = values.length ** 2;
  const counters = createCounters(raters.length ** 2 * area);
  for (let item = 0; item < table.itemCount; item += 1) {
    const end = offsets[item + 1]!;
    for (let one = offsets[item]!; one < end; one += 1) {
      for (let other = one + 1; other < end; other += 1) {
        const ascending = raterOf[one]! < raterOf[other]!;
        const first = ascending ? one : other;
        const second = ascending ? other : one;
        counters.increase((raterOf[first]! * raters.length + raterOf[second]!) * area + valueOf[first]! * values.length + valueOf[second]!);
      }
    }
  }
  return splitByPair(counters.keys(), (key) => counters.at(key), raters.length, values.length);
}

function splitByPair(keys: Float64Array, countAt: (key: number) => number, raters: number, values: number): RaterPairCells[] {
  const area = values ** 2;
  const found: RaterPairCells[] = [];
  for (let start = 0; start < keys.length; ) {
    const pair = Math.floor(keys[start]! / area);
    let end = start;
    while (end < keys.length && keys[end]! < (pair + 1) * area) end += 1;
    const own = keys.subarray(start, end);
    const cells = {
      first: Uint32Array.from(own, (key) => Math.floor((key - pair * area) / values)),
      second: Uint32Array.from(own, (key) => (key - pair * area) % values),
      counts: Uint32Array.from(own, countAt),
    };
    found.push({ raters: [Math.floor(pair / raters), pair % raters], cells });
    start = end;
  }
  return found;
}

/** Counts by number, 0 where nothing was counted. */
interface Counters {
  increase(key: number): void;
  at(key: number): number;
  /** Those above 0, ascending. */
  keys(): Float64Array;
}

function createCounters(size: number): Counters {
  return size <= DENSE_MAX ? denseCounters(size) : sparseCounters();
}

function denseCounters(size: number): Counters {
  const counts = new Uint32Array(size);
  return {
    increase: (key) => {
      counts[key]! += 1;
    },
    at: (key) => counts[key]!,
    keys: () => {
      const used: number[] = [];
      for (let key = 0; key < size; key += 1) if (counts[key]! > 0) used.push(key);
      return Float64Array.from(used);
    },
  };
}

function sparseCounters(): Counters {
  const counts = new Map<number, number>();
  return {
    increase: (key) => void counts.set(key, (counts.get(key) ?? 0) + 1),
    at: (key) => counts.get(key) ?? 0,
    keys: () => Float64Array.from(counts.keys()).sort(),
  };
}
