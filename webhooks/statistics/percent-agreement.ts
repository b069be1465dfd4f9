import type { CountedStatistic } from './bootstrap.js';
import type { ValueCounts } from './value-counts.js';
import type { ValuePattern } from './value-patterns.js';

/**
 * Percent agreement: of all pairs of votes on the same item, the share in which both votes have the same value (0 to 1,
 * not corrected for chance). An item with m votes of which n_c have value c adds Σ n_c(n_c − 1)/2 agreeing pairs out of
 * m(m − 1)/2; an item with fewer than two votes adds none. Between two raters this is the p_o of Cohen's κ.
 * Null when no item has two votes.
 */
export function percentAgreement(counts: ValueCounts): CountedStatistic {
  return shareOf(counts, agreeingPairs, (pattern) => (pattern.votes * (pattern.votes - 1)) / 2);
}

/** Of the items with at least two votes, the share on which all votes have the same value. Null when there is none. */
export function allAgreeShare(counts: ValueCounts): CountedStatistic {
  return shareOf(counts, (pattern) => (pattern.codes.length === 1 ? 1 : 0), () => 1);
}

function agreeingPairs(pattern: ValuePattern): number {
  return pattern.counts.reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);
}

/** Σ part / Σ whole over the items. */
function shareOf(counts: ValueCounts, part: (pattern: ValuePattern) => number, whole: (pattern: ValuePattern) => number): CountedStatistic {
  const parts = counts.patterns.map(part);
  const wholes = counts.patterns.map(whole);
  return {
    n: counts.n,
    frequencies: counts.frequencies,
    evaluate(frequencies) {
      const total = weightedSum(wholes, frequencies);
      return total === 0 ? null : weightedSum(parts, frequencies) / total;
    },
    explain: () => counts.unpairedReason ?? 'no item has two votes',
  };
}

function weightedSum(terms: readonly number[], frequencies: Uint32Array): number {
  let sum = 0;
  for (let index = 0; index < terms.length; index += 1) sum += terms[index]! * frequencies[index]!;
  return sum;
}
