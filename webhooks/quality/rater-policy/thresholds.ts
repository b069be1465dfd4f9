import { absorbed } from './exact-characteristics.js';
import type { Hypotheses } from './likelihood.js';

/**
 * When the two tests of the sequential policy end. Log-likelihood ratios, natural logarithm; see `logLikelihoodRatio`.
 * The fresh test is an SPRT (A. Wald, "Sequential tests of statistical hypotheses", 1945) cut off after `freshGolds`; the
 * drift test is a CUSUM, an SPRT that begins anew whenever the evidence is on the good side (E. S. Page, "Continuous
 * inspection schemes", 1954).
 */
export interface Thresholds {
  /** The fresh test pauses when its ratio reaches this. */
  readonly freshPause: number;
  /** The fresh test ends, and training with it, when its ratio falls to this (below 0). */
  readonly freshPass: number;
  /** The fresh test ends at the latest after so many gold items. */
  readonly freshGolds: number;
  /** So many failed of those `freshGolds` pause at the cut. */
  readonly freshFailedMax: number;
  /** The CUSUM pauses when it reaches this. */
  readonly driftPause: number;
}

/** A rater who passes each gold item with probability `good` is paused falsely with at most this probability … */
const FALSE_PAUSE_BUDGET = 0.032;
/** … over so many gold items. Below the 5 % that are promised, so that a simulation of a thousand raters says so too. */
const FALSE_PAUSE_GOLDS = 500;
/** Share of the budget that the fresh test may use up; the rest is the CUSUM's. */
const FRESH_SHARE = 0.5;
const FRESH_GOLDS = 25;
/** A `bad` rater ends training by the lower boundary with at most about this probability (Wald's bound). */
const FRESH_MISS = 0.01;
/** Thresholds are rounded up to hundredths. */
const STEPS_PER_UNIT = 100;
const THRESHOLD_MAX = 30;

/**
 * The thresholds for two hypotheses, by exact computation (`absorbed`): first the fewest failures at the cut, then the lowest
 * upper boundary with which the fresh test alone stays within its share of the budget, then the lowest CUSUM threshold with
 * which both together stay within the whole of it. So no faster detection is possible with this shape of tests and this split
 * of the budget. Takes some tenths of a second.
 */
export function deriveThresholds(hypotheses: Hypotheses): Thresholds {
  const freshBudget = FRESH_SHARE * FALSE_PAUSE_BUDGET;
  const never = { freshPause: Infinity, driftPause: Infinity };
  const base = { ...never, freshPass: round(Math.log(FRESH_MISS / (1 - freshBudget))), freshGolds: FRESH_GOLDS };
  const freshOnly = (freshPause: number, freshFailedMax: number): Thresholds => ({ ...base, freshPause, freshFailedMax });
  const falseBy = (thresholds: Thresholds, golds: number): number =>
    absorbed({ hypotheses, thresholds, passes: hypotheses.good, golds, from: 'fresh' }).at(-1)!;
  let freshFailedMax = 1;
  while (freshFailedMax <= FRESH_GOLDS && falseBy(freshOnly(THRESHOLD_MAX, freshFailedMax), FRESH_GOLDS) > freshBudget) freshFailedMax += 1;
  const freshPause = lowest((threshold) => falseBy(freshOnly(threshold, freshFailedMax), FRESH_GOLDS) <= freshBudget);
  const fresh = freshOnly(freshPause, freshFailedMax);
  const driftPause = lowest((threshold) => falseBy({ ...fresh, driftPause: threshold }, FALSE_PAUSE_GOLDS) <= FALSE_PAUSE_BUDGET);
  return { ...fresh, driftPause };
}

/** The lowest multiple of a hundredth that holds, of those up to `THRESHOLD_MAX`; what holds for one holds for all above. */
function lowest(holds: (threshold: number) => boolean): number {
  let below = 0;
  let above = THRESHOLD_MAX * STEPS_PER_UNIT;
  while (above - below > 1) {
    const middle = (below + above) >> 1;
    if (holds(middle / STEPS_PER_UNIT)) above = middle;
    else below = middle;
  }
  return above / STEPS_PER_UNIT;
}

const round = (value: number): number => Math.round(value * STEPS_PER_UNIT) / STEPS_PER_UNIT;
