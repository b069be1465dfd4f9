import { NO_VOTES, ValuePatterns, type ValuePattern } from './value-patterns.js';
import type { VoteTable } from './vote-table.js';

/**
 * The items with at least two votes, those with equal counts put together. This is all that percent agreement, Krippendorff's α,
 * Fleiss' κ and Gwet's AC1 depend on: 100,000 items with three votes of three values are ten patterns.
 */
export interface ValueCounts {
  readonly values: readonly (string | number)[];
  /** Each has at least 2 votes; codes are places in `values`. */
  readonly patterns: readonly ValuePattern[];
  /** How many items show each pattern. */
  readonly frequencies: Uint32Array;
  readonly n: { readonly items: number; readonly votes: number };
  /** Why no item has two votes; null when one has. */
  readonly unpairedReason: string | null;
}

/**
 * Value counts that follow single votes: adding or removing one costs the same however many there are, and `counts` then gives what
 * counting all votes anew would give. Items and values are numbered from 0; a value may be counted that no vote has.
 */
export class ValueTally {
  readonly patterns: ValuePatterns;
  private readonly patternOf: Uint32Array;
  /** How many items show each pattern, by its number. */
  private frequencies = new Uint32Array(64);

  constructor(
    private readonly values: readonly (string | number)[],
    itemCount: number,
  ) {
    this.patterns = new ValuePatterns(values.length);
    this.patternOf = new Uint32Array(itemCount);
    this.frequencies[NO_VOTES] = itemCount;
  }

  /** A tally of all votes of a table. Cost: some nanoseconds a vote. */
  static ofTable({ values, itemCount, offsets, valueOf }: VoteTable): ValueTally {
    const tally = new ValueTally(values, itemCount);
    const { patterns, patternOf } = tally;
    patterns.findAll(valueOf, offsets, patternOf);
    tally.frequencies = countEach(patternOf, 2 * patterns.size);
    return tally;
  }

  /** One vote more on the item. The tally does not know raters: that nobody votes twice is the caller's to see to. */
  add(item: number, code: number): void {
    this.move(item, this.patterns.plus(this.patternOf[item]!, code));
  }

  /** @throws RangeError when no vote on the item has the value. */
  remove(item: number, code: number): void {
    this.move(item, this.patterns.minus(this.patternOf[item]!, code));
  }

  /** The number, in `patterns`, of the pattern the item shows. */
  patternAt(item: number): number {
    return this.patternOf[item]!;
  }

  /** The counts as they stand. Patterns come in the order of their keys, never in that of the items. Cost: linear in the patterns met. */
  counts(): ValueCounts {
    const { patterns, frequencies } = this;
    const shown: { readonly key: string; readonly pattern: number }[] = [];
    for (let pattern = 0; pattern < patterns.size; pattern += 1) {
      if (frequencies[pattern]! > 0 && patterns.votesOf(pattern) >= 2) shown.push({ key: patterns.keyOf(pattern), pattern });
    }
    shown.sort((one, other) => (one.key < other.key ? -1 : 1));
    return countsOf(this.values, shown.map(({ pattern }) => patterns.describe(pattern)), Uint32Array.from(shown, ({ pattern }) => frequencies[pattern]!));
  }

  private move(item: number, to: number): void {
    if (to >= this.frequencies.length) {
      const larger = new Uint32Array(2 * this.patterns.size);
      larger.set(this.frequencies);
      this.frequencies = larger;
    }
    this.frequencies[this.patternOf[item]!]! -= 1;
    this.frequencies[to]! += 1;
    this.patternOf[item] = to;
  }
}

/** How often each number below `size` occurs. */
function countEach(numbers: Uint32Array, size: number): Uint32Array<ArrayBuffer> {
  const counts = new Uint32Array(size);
  for (let index = 0; index < numbers.length; index += 1) counts[numbers[index]!]! += 1;
  return counts;
}

/** Counts the values on each item. */
export function countValues(table: VoteTable): ValueCounts {
  const counts = ValueTally.ofTable(table).counts();
  return counts.n.items > 0 ? counts : { ...counts, unpairedReason: whyUnpaired(table) };
}

/** Value counts of given patterns, each with how many items show it. */
export function countsOf(values: ValueCounts['values'], patterns: readonly ValuePattern[], frequencies: Uint32Array): ValueCounts {
  const n = { items: 0, votes: 0 };
  for (const [index, frequency] of frequencies.entries()) {
    n.items += frequency;
    n.votes += frequency * patterns[index]!.votes;
  }
  return { values, patterns, frequencies, n, unpairedReason: n.items > 0 ? null : 'no item has votes of two raters' };
}

function whyUnpaired(table: VoteTable): string {
  if (table.itemCount === 0) return 'there are no votes';
  if (table.raters.length === 1) return 'there is only one rater';
  return 'no item has votes of two raters';
}
