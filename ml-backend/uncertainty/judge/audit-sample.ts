import { createIntegers } from '../../../core/random.js';
import { shuffle } from '../../../core/shuffle.js';
import { exactInterval } from './binomial-bounds.js';
import type { Promised } from './risk-threshold.js';

/**
 * How many of the settled pairs people have to judge, so that their error is known to ± `precision`: the least n whose
 * exact interval, seen as many errors as were stated (rounded up), reaches no farther than 2 · precision; then less where
 * n is a good part of what is settled, n / (1 + (n − 1) / settled), rounded up.
 * Source of the correction: W. Cochran, "Sampling techniques" (1977), section 4.4. 0 when nothing is settled.
 */
export function auditSize(settled: number, precision: number, { error, confidence }: Promised): number {
  if (settled === 0) return 0;
  const isEnough = (n: number): boolean => {
    const { low, high } = exactInterval(Math.ceil(error * n), n, confidence);
    return high - low <= 2 * precision;
  };
  let n = 1;
  while (!isEnough(n)) n += 1;
  return Math.min(settled, Math.ceil(n / (1 + (n - 1) / settled)));
}

/** `size` of the items, drawn without replacement, each set of that size alike; in the order of `items`. The seed decides. */
export function drawSample(items: readonly string[], size: number, seed: number): string[] {
  const drawn = new Set(shuffle(items, createIntegers(seed)).slice(0, size));
  return items.filter((item) => drawn.has(item));
}
