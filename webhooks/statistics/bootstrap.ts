import { createRandom } from '../../core/random.js';

/** A percentile bootstrap interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Nominal coverage, such as 0.95. */
  readonly level: number;
  readonly resamples: number;
  /** Resamples in which the statistic was undefined; they are left out of the percentiles. */
  readonly undefinedResamples: number;
}

/** A statistic with what it rests on. `reason` says why `value` or `interval` is null; neither is ever NaN. */
export interface Estimate {
  readonly value: number | null;
  /** The items and votes that entered the value (an item that cannot be compared does not). */
  readonly n: { readonly items: number; readonly votes: number };
  readonly interval: Interval | null;
  readonly reason?: string;
}

/**
 * A statistic over items of which many look alike: it is given as a function of how often each distinct
 * pattern of votes occurs, so that a resample costs a handful of additions and no vote is read again.
 */
export interface CountedStatistic {
  readonly n: Estimate['n'];
  /** How many items show each pattern; sums to `n.items`. */
  readonly frequencies: Uint32Array;
  /** The value for other frequencies of the same patterns; null where it is undefined. */
  evaluate(frequencies: Uint32Array): number | null;
  /** Why `evaluate(frequencies)` is null, in words. Asked only when it is. */
  explain(): string;
}

export interface BootstrapOptions {
  readonly seed: number;
  /** Number of resamples, 1000 unless told; 0 gives no interval. */
  readonly resamples?: number;
  /** Nominal coverage of the interval, between 0 and 1; 0.95 unless told. */
  readonly coverage?: number;
}

/** Above this a resample would need more memory and time than the interval is worth: it is then far below 0.001 wide. */
const ITEMS_MAX = 10_000_000;

/**
 * The statistic's value with its interval: items are drawn with replacement (all votes of an item stay together,
 * because they are not independent), the statistic is computed again, and the interval runs between the
 * (1 − coverage)/2 and (1 + coverage)/2 quantiles, linearly interpolated (type 7 of Hyndman and Fan, as NumPy and SciPy do).
 *
 * A statistic can be undefined in a resample (κ and α where only one value was drawn). Such resamples are left out and
 * counted; when they are more than the share 1 − coverage, which is both tails together, no interval is given.
 * Nor is one given for fewer than two items. Where all items agree every resample agrees too, and the interval
 * has no width: it then says nothing about how rare disagreement is.
 *
 * Source: B. Efron and R. Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
 * Cost: resamples × (items + one evaluation), about 4 ns an item: 0.4 s for 100,000 items and 1,000 resamples.
 */
export function estimate(statistic: CountedStatistic, options: BootstrapOptions): Estimate {
  const { n } = statistic;
  const value = statistic.evaluate(statistic.frequencies);
  if (value === null) return { value, n, interval: null, reason: statistic.explain() };
  const { resamples = 1000, coverage: level = 0.95 } = options;
  const unavailable = whyNoInterval(n.items, resamples);
  if (unavailable !== null) return { value, n, interval: null, reason: unavailable };

  const values = resampledValues(statistic, resamples, options.seed);
  const undefinedResamples = resamples - values.length;
  if (undefinedResamples > (1 - level) * resamples) {
    const reason = `no interval: the value is undefined in ${undefinedResamples} of ${resamples} resamples, because too few items differ`;
    return { value, n, interval: null, reason };
  }
  values.sort();
  const tail = (1 - level) / 2;
  const interval = { low: quantile(values, tail), high: quantile(values, 1 - tail), level, resamples, undefinedResamples };
  return { value, n, interval };
}

function whyNoInterval(items: number, resamples: number): string | null {
  if (resamples === 0) return 'no interval: none was asked for';
  if (items < 2) return 'no interval: it needs at least two items';
  if (items > ITEMS_MAX) return `no interval: there are more than ${ITEMS_MAX} items`;
  return null;
}

/** The statistic in each resample where it is defined. */
function resampledValues(statistic: CountedStatistic, resamples: number, seed: number): Float64Array {
  const { items } = statistic.n;
  const patternOf = expand(statistic.frequencies, items);
  const drawn = new Uint32Array(statistic.frequencies.length);
  const random = createRandom(seed);
  const draws = new Uint32Array(items);
  const values = new Float64Array(resamples);
  let defined = 0;
  for (let resample = 0; resample < resamples; resample += 1) {
    random.fillBelow(draws, items);
    drawn.fill(0);
    for (let draw = 0; draw < items; draw += 1) drawn[patternOf[draws[draw]!]!]! += 1;
    const value = statistic.evaluate(drawn);
    if (value !== null) values[defined++] = value;
  }
  return values.subarray(0, defined);
}

/** The pattern of each item. Items of one pattern are alike, so their order does not matter. */
function expand(frequencies: Uint32Array, items: number): Uint32Array {
  const patternOf = new Uint32Array(items);
  let start = 0;
  for (const [pattern, frequency] of frequencies.entries()) {
    patternOf.fill(pattern, start, start + frequency);
    start += frequency;
  }
  return patternOf;
}

/** Quantile of ascending values, interpolated between the two nearest. */
export function quantile(sorted: Float64Array, probability: number): number {
  const place = probability * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (place - below) * (high - low);
}
