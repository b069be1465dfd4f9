import type { ItemVote } from '../../core/domain/vote.js';
import { PairloopError } from '../../core/errors.js';

/**
 * Votes as integers, grouped by item: those of item i are at positions `offsets[i]` to `offsets[i + 1]` − 1 of `raterOf`
 * and `valueOf`. Raters and values are in ascending order (numbers before text), so that neither the order
 * of the votes nor of the items reaches a statistic.
 */
export interface VoteTable {
  readonly itemCount: number;
  /** Names, in the order in which they first occur. */
  readonly items: readonly string[];
  readonly raters: readonly string[];
  readonly values: readonly (string | number)[];
  readonly offsets: Uint32Array;
  readonly raterOf: Uint32Array;
  readonly valueOf: Uint32Array;
}

/**
 * Puts votes into a table. A missing vote is simply absent; the same vote twice counts once. The number 1 and the text
 * "1" are two values. No votes give an empty table.
 *
 * @throws PairloopError when a rater has two different values for an item, or a number is not finite.
 */
export function tabulateVotes(votes: readonly ItemVote[]): VoteTable {
  const items = new Numbering<string>(votes.length);
  const raters = new Numbering<string>(votes.length);
  const values = new Numbering<string | number>(votes.length);
  for (const vote of votes) {
    if (typeof vote.value === 'number' && !Number.isFinite(vote.value)) throw notFinite(vote);
    items.push(vote.item);
    raters.push(vote.rater);
    values.push(vote.value);
  }
  const itemCount = items.names.length;
  const offsets = new Uint32Array(itemCount + 1);
  for (const item of items.numberOf) offsets[item + 1]! += 1;
  for (let item = 0; item < itemCount; item += 1) offsets[item + 1]! += offsets[item]!;

  const [raterRank, valueRank] = [raters.ascending(), values.ascending()];
  const raterOf = new Uint32Array(votes.length);
  const valueOf = new Uint32Array(votes.length);
  const next = offsets.slice();
  for (let vote = 0; vote < votes.length; vote += 1) {
    const place = next[items.numberOf[vote]!]!++;
    raterOf[place] = raterRank.places[raters.numberOf[vote]!]!;
    valueOf[place] = valueRank.places[values.numberOf[vote]!]!;
  }
  return withoutRepeats({ itemCount, items: items.names, raters: raterRank.names, values: valueRank.names, offsets, raterOf, valueOf });
}

/** Names by number, in the order in which they first occur, and the number of each name that was pushed. */
class Numbering<T extends string | number> {
  readonly names: T[] = [];
  readonly numberOf: Uint32Array;
  private readonly known = new Map<T, number>();
  private pushed = 0;

  constructor(count: number) {
    this.numberOf = new Uint32Array(count);
  }

  push(name: T): void {
    let number = this.known.get(name);
    if (number === undefined) {
      number = this.names.push(name) - 1;
      this.known.set(name, number);
    }
    this.numberOf[this.pushed++] = number;
  }

  /** The names in ascending order, and the place there of each number. */
  ascending(): { readonly names: readonly T[]; readonly places: Uint32Array } {
    const names = this.names.toSorted(compareValues);
    const places = new Uint32Array(names.length);
    for (const [place, name] of names.entries()) places[this.known.get(name)!] = place;
    return { names, places };
  }
}

function compareValues(a: string | number, b: string | number): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The table with a rater's votes on an item brought down to one. */
function withoutRepeats(table: VoteTable): VoteTable {
  const { raterOf, valueOf } = table;
  const offsets = new Uint32Array(table.offsets.length);
  const seenIn = new Int32Array(table.raters.length).fill(-1);
  const seenAt = new Uint32Array(table.raters.length);
  let kept = 0;
  for (let item = 0; item < table.itemCount; item += 1) {
    for (let place = table.offsets[item]!; place < table.offsets[item + 1]!; place += 1) {
      const rater = raterOf[place]!;
      const value = valueOf[place]!;
      if (seenIn[rater] === item) {
        const other = valueOf[seenAt[rater]!]!;
        if (other !== value) throw contradiction(table.items[item]!, table.raters[rater]!, table.values[other]!, table.values[value]!);
        continue;
      }
      seenIn[rater] = item;
      seenAt[rater] = kept;
      raterOf[kept] = rater;
      valueOf[kept] = value;
      kept += 1;
    }
    offsets[item + 1] = kept;
  }
  return { ...table, offsets, raterOf: raterOf.subarray(0, kept), valueOf: valueOf.subarray(0, kept) };
}

function notFinite(vote: ItemVote): PairloopError {
  return new PairloopError(`The vote of rater ${vote.rater} on item ${vote.item} is ${vote.value}; give a finite number or a text.`);
}

function contradiction(item: string, rater: string, first: string | number, second: string | number): PairloopError {
  return new PairloopError(
    `Rater ${rater} has two votes on item ${item}, ${JSON.stringify(first)} and ${JSON.stringify(second)}; keep one of them.`,
  );
}
