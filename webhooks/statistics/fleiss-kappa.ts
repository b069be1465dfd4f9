import type { CountedStatistic } from './bootstrap.js';
import { shareValues, whyOneValue } from './value-shares.js';
import type { ValueCounts } from './value-counts.js';

/**
 * Fleiss' κ = (p_o − p_e) / (1 − p_e) of values that are equal or not, over the items with at least two votes; who gave a vote
 * does not matter. With m_u votes on item u of which n_uc have value c, means taken over the items:
 *
 *     p_o = mean of Σ_c n_uc (n_uc − 1) / (m_u (m_u − 1))        p_e = Σ_c π_c²,  π_c = mean of n_uc / m_u
 *
 * With as many votes on each item this is Fleiss' own formula; with votes missing it is Gwet's form of it, without the items
 * that have one vote. 1 is perfect agreement, 0 what chance gives, negative worse than chance. Null when no item
 * has two votes, and when all votes have one value (p_e = 1, 0/0).
 * Source: J. Fleiss, "Measuring nominal scale agreement among many raters" (1971); K. Gwet, "Handbook of Inter-Rater
 * Reliability" (4th edition, 2014), chapter 2.
 * Cost: linear in the distinct patterns of votes.
 */
export function fleissKappa(counts: ValueCounts): CountedStatistic {
  return {
    n: counts.n,
    frequencies: counts.frequencies,
    evaluate: (frequencies) => evaluateFleiss(counts, frequencies),
    explain: () => counts.unpairedReason ?? whyOneValue(counts),
  };
}

function evaluateFleiss(counts: ValueCounts, frequencies: Uint32Array): number | null {
  const found = shareValues(counts, frequencies);
  if (found === null || found.shares.filter((share) => share > 0).length === 1) return null;
  const expected = found.shares.reduce((sum, share) => sum + share * share, 0);
  return (found.observed - expected) / (1 - expected);
}
