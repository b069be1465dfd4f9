import type { VoteTable } from './vote-table.js';

/** The counts of the values on one item, whoever gave them: value `codes[i]` was given `counts[i]` times. */
export interface ValuePattern {
  /** Indices into `ValueCounts.values`, ascending, each once. */
  readonly codes: Uint32Array;
  readonly counts: Uint32Array;
  /** All votes on the item, at least 2. */
  readonly votes: number;
}

/**
 * The items with at least two votes, those with equal counts put together. This is all that percent agreement and
 * Krippendorff's α depend on: 100,000 items with three votes of three values are ten patterns.
 */
export interface ValueCounts {
  readonly values: readonly (string | number)[];
  readonly patterns: readonly ValuePattern[];
  /** How many items show each pattern. */
  readonly frequencies: Uint32Array;
  readonly n: { readonly items: number; readonly votes: number };
  /** Why no item has two votes; null when one has. */
  readonly unpairedReason: string | null;
}

/** Counts the values on each item. Patterns come in the order of their keys, never in that of the items. */
export function countValues(table: VoteTable): ValueCounts {
  const found = new Map<string, { codes: Uint32Array; frequency: number }>();
  for (let item = 0; item < table.itemCount; item += 1) {
    const start = table.offsets[item]!;
    const end = table.offsets[item + 1]!;
    if (end - start < 2) continue;
    const codes = table.valueOf.slice(start, end).sort();
    const key = codes.join();
    const known = found.get(key);
    if (known === undefined) found.set(key, { codes, frequency: 1 });
    else known.frequency += 1;
  }
  const ordered = [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pattern]) => pattern);
  const patterns = ordered.map((pattern) => countCodes(pattern.codes));
  const frequencies = Uint32Array.from(ordered, (pattern) => pattern.frequency);
  const n = { items: 0, votes: 0 };
  for (const [index, frequency] of frequencies.entries()) {
    n.items += frequency;
    n.votes += frequency * patterns[index]!.votes;
  }
  return { values: table.values, patterns, frequencies, n, unpairedReason: n.items > 0 ? null : whyUnpaired(table) };
}

function countCodes(sorted: Uint32Array): ValuePattern {
  const counts = new Map<number, number>();
  for (const code of sorted) counts.set(code, (counts.get(code) ?? 0) + 1);
  return { codes: Uint32Array.from(counts.keys()), counts: Uint32Array.from(counts.values()), votes: sorted.length };
}

function whyUnpaired(table: VoteTable): string {
  if (table.itemCount === 0) return 'there are no votes';
  if (table.raters.length === 1) return 'there is only one rater';
  return 'no item has votes of two raters';
}
