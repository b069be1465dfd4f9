import { isBoundedBy } from './binomial-bounds.js';

/** What is promised: at most `error` of what is settled is wrong, and the promise fails with a probability of at most 1 − `confidence`. */
export interface Promised {
  readonly error: number;
  readonly confidence: number;
}

/** One pair with a known verdict: how sure the judges are, and whether they are right. */
export interface CalibrationPair {
  readonly confidence: number;
  readonly right: boolean;
}

/** One threshold that was looked at: how many calibration pairs it settles, and how many of them wrongly. */
interface TestedThreshold {
  readonly threshold: number;
  readonly settled: number;
  readonly wrong: number;
  /** Whether the Clopper–Pearson upper bound on the error of what is settled is at most the stated error. */
  readonly passed: boolean;
}

export interface Calibration {
  /** Verdicts of at least this confidence are settled; null when no threshold keeps the promise. */
  readonly threshold: number | null;
  /** In the order they were looked at, the last one possibly not passed. */
  readonly tested: readonly TestedThreshold[];
}

/** The first threshold settles this many times what an errorless test needs to pass, */
const ERRORLESS_TIMES = 2;
/** and this share of all opinions: where gold is plenty, a larger test fails less often by chance. */
const FIRST_SHARE = 0.05;
/** Each further one settles this many times what the one before does: each test is one more that may fail by chance. */
const NEXT_TEST = 1.05;

/**
 * The thresholds to test, from the most selective one worth it down to the lowest: of the distinct confidences of the pairs that
 * are to be triaged, the first that settles enough of them, each that settles at least a twentieth more than the one before, and the lowest. Neither verdicts nor confidences of
 * the calibration pairs are looked at, only how many there are, so that the choice cannot bend the test. Empty without confidences.
 *
 * @param confidences of the pairs to be triaged that have an opinion.
 * @param calibrationPerTarget pairs for calibration, with and without an opinion, for each pair to be triaged.
 */
export function thresholdsToTest(confidences: readonly number[], calibrationPerTarget: number, promised: Promised): number[] {
  const descending = Float64Array.from(confidences).sort().reverse();
  let wanted = Math.max((ERRORLESS_TIMES * errorlessNeeded(promised)) / calibrationPerTarget, descending.length * FIRST_SHARE);
  const thresholds: number[] = [];
  for (const [place, confidence] of descending.entries()) {
    const settled = place + 1;
    const isLowest = settled === descending.length;
    if (!isLowest && (descending[settled] === confidence || settled < wanted)) continue;
    thresholds.push(confidence);
    wanted = settled * NEXT_TEST;
  }
  return thresholds;
}

/** The least number of settled pairs with which the promise can be shown, when not one of them is wrong. */
function errorlessNeeded({ error, confidence }: Promised): number {
  return Math.ceil(Math.log(1 - confidence) / Math.log1p(-error));
}

/**
 * The lowest threshold that keeps the promise on pairs like the calibration pairs. Thresholds are tested in the given
 * order, each at the whole level, until the first one whose Clopper–Pearson upper bound is above the stated error: with this
 * fixed sequence the number of thresholds needs no other correction, as a wrong one passes only if the first wrong
 * one does.
 *
 * The promise: pairs to be triaged and calibration pairs are drawn alike, and `thresholds` does not depend on the calibration pairs. Then, with a
 * probability of at least `confidence`, the error among pairs settled at the returned threshold is at most `error`.
 * Sources: Y. Geifman and R. El-Yaniv, "Selective classification for deep neural networks", NeurIPS 2017 (the bound);
 * A. Angelopoulos et al., "Learn then Test", arXiv:2110.01052 (fixed-sequence testing).
 */
export function calibrate(pairs: readonly CalibrationPair[], thresholds: readonly number[], promised: Promised): Calibration {
  const descending = pairs.toSorted((one, other) => other.confidence - one.confidence);
  const tested: TestedThreshold[] = [];
  let settled = 0;
  let wrong = 0;
  for (const threshold of thresholds) {
    for (; settled < descending.length && descending[settled]!.confidence >= threshold; settled += 1) if (!descending[settled]!.right) wrong += 1;
    const passed = isBoundedBy(promised.error, wrong, settled, 1 - promised.confidence);
    tested.push({ threshold, settled, wrong, passed });
    if (!passed) break;
  }
  return { threshold: tested.findLast((one) => one.passed)?.threshold ?? null, tested };
}
