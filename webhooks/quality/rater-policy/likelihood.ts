/** Probabilities with which a rater passes a gold item: one to keep, and one to stop. 0 < bad < good < 1. */
export interface Hypotheses {
  readonly good: number;
  readonly bad: number;
}

/** Answered gold items by outcome. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

export const EMPTY_TALLY: Tally = { passed: 0, failed: 0 };

/** Against rounding: a statistic that reaches a threshold only on paper reaches it. */
const EPSILON = 1e-9;

/**
 * ln of how much likelier the answers are under `bad` than under `good`, whatever their order: each failed one adds
 * ln((1 − bad) / (1 − good)), each passed one ln(bad / good), 1.386 and −0.405 for 90 % against 60 %. 0 for none.
 */
export function logLikelihoodRatio({ passed, failed }: Tally, { good, bad }: Hypotheses): number {
  return failed * Math.log((1 - bad) / (1 - good)) + passed * Math.log(bad / good);
}

export const reaches = (statistic: number, threshold: number): boolean => statistic >= threshold - EPSILON;

export function addGold({ passed, failed }: Tally, pass: boolean): Tally {
  return pass ? { passed: passed + 1, failed } : { passed, failed: failed + 1 };
}

/** The CUSUM's gold items with one more: empty again as soon as they speak for `good`. */
export function addToDrift(drift: Tally, pass: boolean, hypotheses: Hypotheses): Tally {
  const next = addGold(drift, pass);
  return logLikelihoodRatio(next, hypotheses) <= EPSILON ? EMPTY_TALLY : next;
}
