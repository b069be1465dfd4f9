import { PairloopError } from '../../core/errors.js';
import type { CountedStatistic } from './bootstrap.js';
import type { ValueCounts } from './value-counts.js';
import type { ValuePattern } from './value-patterns.js';
import { whyOneValue } from './value-shares.js';

/** What distance between two values means: equal or not; ranks apart; numbers apart. */
export const MEASUREMENT_LEVELS = ['nominal', 'ordinal', 'interval'] as const;
export type MeasurementLevel = (typeof MEASUREMENT_LEVELS)[number];

/**
 * Krippendorff's α = 1 − D_o / D_e over the items with at least two votes, any number of raters, missing votes allowed.
 * With n votes in all, n_c of them with value c, and m_u votes on item u of which n_uc have value c:
 *
 *     D_o = (1/n) Σ_u 1/(m_u − 1) Σ_ck n_uc n_uk δ²(c, k)        D_e = 1/(n(n − 1)) Σ_ck n_c n_k δ²(c, k)
 *
 * δ² is 1 for different values (nominal); the squared difference of the values' mean ranks among all n votes (ordinal,
 * the same as Krippendorff's sum over the ranks between); the squared difference of the values (interval).
 *
 * 1 is perfect agreement, 0 what chance gives, negative worse than chance. Null when no item has two votes, and when
 * all votes have one value (0/0: without variation nothing was put to the test).
 * Source: K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), https://repository.upenn.edu/asc_papers/43.
 * Cost: linear in the distinct patterns of votes; every inner double sum is taken as a sum of squares around its mean.
 *
 * @throws PairloopError (usage) when the level needs numbers and a value is text.
 */
export function krippendorffAlpha(counts: ValueCounts, level: MeasurementLevel): CountedStatistic {
  const positionsOf = scaleOf(level, counts.values);
  return {
    n: counts.n,
    frequencies: counts.frequencies,
    evaluate: (frequencies) => evaluateAlpha(counts, frequencies, positionsOf),
    explain: () => counts.unpairedReason ?? whyOneValue(counts),
  };
}

/** Where each value lies on the scale, given how often each occurs; null where values are only equal or not. */
type Scale = (totals: Float64Array) => Float64Array | null;

function scaleOf(level: MeasurementLevel, values: readonly (string | number)[]): Scale {
  if (level === 'nominal') return () => null;
  const text = values.find((value) => typeof value === 'string');
  if (text !== undefined) {
    throw new PairloopError(
      `The ${level} level needs numbers, but there is a vote with the text ${JSON.stringify(text)}; give numbers, or use the nominal level.`,
      'usage',
    );
  }
  if (level === 'ordinal') return meanRanks;
  const scaled = unitScale(values as readonly number[]);
  return () => scaled;
}

function evaluateAlpha(counts: ValueCounts, frequencies: Uint32Array, scale: Scale): number | null {
  const totals = new Float64Array(counts.values.length);
  let n = 0;
  for (let index = 0; index < frequencies.length; index += 1) {
    const { codes, counts: each, votes } = counts.patterns[index]!;
    const frequency = frequencies[index]!;
    n += frequency * votes;
    for (let place = 0; place < codes.length; place += 1) totals[codes[place]!]! += frequency * each[place]!;
  }
  if (n === 0) return null;
  const positions = scale(totals);
  const expected = spread(null, totals, n, positions);
  if (expected === 0) return null;
  let observed = 0;
  for (let index = 0; index < frequencies.length; index += 1) {
    const pattern: ValuePattern = counts.patterns[index]!;
    if (frequencies[index] === 0 || pattern.codes.length === 1) continue;
    observed += (frequencies[index]! * spread(pattern.codes, pattern.counts, pattern.votes, positions)) / (pattern.votes - 1);
  }
  return 1 - ((n - 1) * observed) / expected;
}

/**
 * Σ_ck n_c n_k δ²(c, k), the squared distances between all ordered pairs of `votes` votes. `codes` null: the counts are
 * of value 0, 1, 2, … Without positions it is votes² − Σ n_c², else 2 · votes · Σ n_c (x_c − mean)².
 */
function spread(codes: Uint32Array | null, counts: Float64Array | Uint32Array, votes: number, positions: Float64Array | null): number {
  let sum = 0;
  if (positions === null) {
    for (let place = 0; place < counts.length; place += 1) sum += counts[place]! ** 2;
    return votes * votes - sum;
  }
  const at = (place: number): number => positions[codes === null ? place : codes[place]!]!;
  for (let place = 0; place < counts.length; place += 1) sum += counts[place]! * at(place);
  const mean = sum / votes;
  let squares = 0;
  for (let place = 0; place < counts.length; place += 1) squares += counts[place]! * (at(place) - mean) ** 2;
  return 2 * votes * squares;
}

/** Mean rank of each value among all votes, as a share of the votes: α does not change with the unit. */
function meanRanks(totals: Float64Array): Float64Array {
  const n = totals.reduce((sum, total) => sum + total, 0);
  let before = 0;
  return totals.map((total) => {
    const rank = (before + total / 2) / n;
    before += total;
    return rank;
  });
}

/** Ascending numbers brought to 0 … 1, so that no square overflows; halved first where their range would. */
function unitScale(values: readonly number[]): Float64Array {
  const low = values[0] ?? 0;
  const range = (values.at(-1) ?? 0) - low;
  if (Number.isFinite(range)) return Float64Array.from(values, (value) => (range === 0 ? 0 : (value - low) / range));
  return unitScale(values.map((value) => value / 2));
}
