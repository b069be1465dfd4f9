import { createIntegers } from '../../../core/random.js';
import { shuffle } from '../../../core/shuffle.js';
import type { Reference } from './judge-vote.js';
import type { Opinion } from './panel.js';
import { calibrateOpinions, comparePairs } from './panel-calibration.js';
import type { Promised } from './risk-threshold.js';

/** What the promise was worth on halves of the pairs with a known verdict that it was not calibrated on. */
export interface HeldOut {
  readonly error: number;
  readonly splits: number;
  /** Splits in which any pair was settled. */
  readonly settling: number;
  /** Share of the held-out half that was settled, over all splits. */
  readonly coverage: { readonly mean: number; readonly least: number; readonly most: number };
  /** Of what was settled, the share that is wrong, over the splits that settled any; null when none did. */
  readonly observed: { readonly mean: number; readonly most: number } | null;
  /** Splits in which more than the stated error was wrong. Half a hundred pairs scatter: it is not the promise's failure rate. */
  readonly above: number;
}

/**
 * Tries a promise out: in each split a random half of the opinions with a reference (rounded down) calibrates, the other half is triaged
 * and compared with its reference. Split s uses the seed `seed + s`. The splits share their pairs, so they are no independent trials.
 */
export function heldOut(opinions: readonly Opinion[], reference: Reference, promised: Promised, { splits, seed }: { splits: number; seed: number }): HeldOut {
  const known = opinions.filter((opinion) => reference.has(opinion.item));
  const coverages: number[] = [];
  const errors: number[] = [];
  for (let split = 0; split < splits; split += 1) {
    const order = shuffle(known, createIntegers(seed + split));
    const half = Math.floor(order.length / 2);
    const { coverage, error } = tryOut(order.slice(0, half), order.slice(half), reference, promised);
    coverages.push(coverage);
    if (error !== null) errors.push(error);
  }
  return {
    error: promised.error,
    splits,
    settling: errors.length,
    coverage: { mean: mean(coverages), least: Math.min(...coverages), most: Math.max(...coverages) },
    observed: errors.length === 0 ? null : { mean: mean(errors), most: Math.max(...errors) },
    above: errors.filter((error) => error > promised.error).length,
  };
}

function tryOut(calibration: readonly Opinion[], target: readonly Opinion[], reference: Reference, promised: Promised): { coverage: number; error: number | null } {
  const { threshold } = calibrateOpinions(calibration, target, reference, promised);
  const settled = threshold === null ? [] : comparePairs(target, reference).filter((pair) => pair.confidence >= threshold);
  const wrong = settled.filter((pair) => !pair.right).length;
  return { coverage: target.length === 0 ? 0 : settled.length / target.length, error: settled.length === 0 ? null : wrong / settled.length };
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}
