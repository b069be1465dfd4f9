import { createRandom } from '../../../core/random.js';
import { quantile } from '../../../webhooks/statistics/bootstrap.js';

/** What repeated measurements of one quantity come to, in their unit. */
export interface Summary {
  readonly n: number;
  readonly median: number;
  readonly p90: number;
}

/** @throws Error for no samples: a benchmark without a measurement has no figure. */
export function summarize(samples: readonly number[]): Summary {
  if (samples.length === 0) throw new Error('There is no sample to summarize.');
  const sorted = Float64Array.from(samples).sort();
  return { n: samples.length, median: quantile(sorted, 0.5), p90: quantile(sorted, 0.9) };
}

/** One median over another, and between which values it lies with 95 % coverage. */
export interface Ratio {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2000;
const TAIL = 0.025;

/**
 * The ratio of two medians with a percentile bootstrap interval: both sides are drawn with replacement, apart, from
 * one seeded stream, so that the same samples give the same interval.
 *
 * @throws Error for no samples on either side.
 */
export function ratioOfMedians(over: readonly number[], under: readonly number[], seed = 1): Ratio {
  const random = createRandom(seed);
  const drawn = (samples: readonly number[]): number => {
    const places = new Uint32Array(samples.length);
    random.fillBelow(places, samples.length);
    return summarize(Array.from(places, (place) => samples[place]!)).median;
  };
  const value = summarize(over).median / summarize(under).median;
  const ratios = Float64Array.from({ length: RESAMPLES }, () => drawn(over) / drawn(under)).sort();
  return { value, low: quantile(ratios, TAIL), high: quantile(ratios, 1 - TAIL) };
}
