import type { ValueCounts } from './value-counts.js';

/** What Fleiss' κ and Gwet's AC1 both rest on: each item counts once, however many votes it has. */
export interface ValueShares {
  /** The mean over the items of the share of an item's pairs of votes that have the same value. */
  readonly observed: number;
  /** The mean over the items of the share of an item's votes that have each value, in the order of `ValueCounts.values`. */
  readonly shares: Float64Array;
}

/** The shares for the given frequencies of the patterns; null when there is no item. */
export function shareValues(counts: ValueCounts, frequencies: Uint32Array): ValueShares | null {
  const shares = new Float64Array(counts.values.length);
  let items = 0;
  let observed = 0;
  for (let index = 0; index < frequencies.length; index += 1) {
    const { codes, counts: each, votes } = counts.patterns[index]!;
    const frequency = frequencies[index]!;
    items += frequency;
    let agreeing = 0;
    for (let place = 0; place < codes.length; place += 1) {
      const count = each[place]!;
      agreeing += count * (count - 1);
      shares[codes[place]!]! += (frequency * count) / votes;
    }
    observed += (frequency * agreeing) / (votes * (votes - 1));
  }
  if (items === 0) return null;
  return { observed: observed / items, shares: shares.map((share) => share / items) };
}

/** Why a coefficient is undefined where every vote that can be compared has one value. Asked only then. */
export function whyOneValue(counts: ValueCounts): string {
  const value = counts.values[counts.patterns[0]!.codes[0]!]!;
  return `every vote that can be compared has the value ${JSON.stringify(value)}, so there is no disagreement by chance to compare with (0/0)`;
}

/** How many values occur among the votes that can be compared. */
export function countUsedValues(counts: ValueCounts): number {
  return new Set(counts.patterns.flatMap((pattern) => [...pattern.codes])).size;
}
