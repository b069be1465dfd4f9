import type { CountedStatistic } from './bootstrap.js';
import type { ValueCounts } from './value-counts.js';
import { countUsedValues, shareValues, whyOneValue } from './value-shares.js';

/**
 * Gwet's AC1 = (p_o − p_e) / (1 − p_e) of values that are equal or not, over the items with at least two votes, any number of
 * raters, votes may be missing. p_o and the mean shares π_c of the values are those of Fleiss' κ; chance agreement is
 *
 *     p_e = 1/(q − 1) Σ_c π_c (1 − π_c)        for the q values that occur in those items
 *
 * and so falls, where that of κ and α rises, when nearly all votes have one value: AC1 stays near the percent
 * agreement where κ drops to 0. 1 is perfect agreement, 0 what chance gives. Null when no item has two votes, and
 * when only one value occurs (q = 1, 0/0). In a bootstrap resample q stays that of the votes given.
 * Gwet counts items with one vote among the shares π_c; here an item with one vote enters no figure.
 * Source: K. Gwet, "Computing inter-rater reliability and its variance in the presence of high agreement" (2008).
 * Cost: linear in the distinct patterns of votes.
 */
export function gwetAc1(counts: ValueCounts): CountedStatistic {
  const used = countUsedValues(counts);
  return {
    n: counts.n,
    frequencies: counts.frequencies,
    evaluate: (frequencies) => evaluateAc1(counts, frequencies, used),
    explain: () => counts.unpairedReason ?? whyOneValue(counts),
  };
}

function evaluateAc1(counts: ValueCounts, frequencies: Uint32Array, used: number): number | null {
  const found = shareValues(counts, frequencies);
  if (found === null || used < 2) return null;
  const expected = found.shares.reduce((sum, share) => sum + share * (1 - share), 0) / (used - 1);
  return (found.observed - expected) / (1 - expected);
}
