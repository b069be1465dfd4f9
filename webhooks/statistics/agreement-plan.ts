import { createFractions } from '../../core/random.js';
import { quantile } from './bootstrap.js';
import { krippendorffAlpha } from './krippendorff-alpha.js';
import { normalHalfWidth } from './normal-quantile.js';
import { countsOf } from './value-counts.js';
import type { ValuePattern } from './value-patterns.js';

/** What is expected of the votes that are planned for. */
export interface ExpectedVotes {
  /** The α (or κ) expected, from 0 to 1. */
  readonly agreement: number;
  /** How often each value is expected, summing to 1; two values or more, each above 0. */
  readonly shares: readonly number[];
}

export interface PlannedInterval {
  readonly raters: number;
  readonly items: number;
  readonly votes: number;
  /** Half the width that the central `coverage` of α takes over simulated studies of so many items. */
  readonly simulatedHalfWidth: number;
  readonly simulatedStudies: number;
}

/** So many items are drawn at most, over all simulated studies of one plan. */
const DRAWS_MAX = 10_000_000;
const STUDIES_MAX = 4000;

/**
 * How many items, each judged by `raters` raters, give a nominal α whose interval reaches `halfWidth` to either side: n = (z/halfWidth)² V.
 * The expectation is a rater who knows the value with probability √α and otherwise guesses by the shares: α is then what is expected, whatever the
 * number of raters. V is the variance of α's influence function over the patterns of votes, exact in that expectation for large n;
 * Fleiss' κ, and Cohen's κ of two raters, have the same V. At two raters and two values it is Bloch and Kraemer's formula.
 * Because n may not be large the plan is simulated too: `simulatedHalfWidth` says what it gives.
 * Source: D. Bloch and H. Kraemer, "2 × 2 kappa coefficients: measures of agreement or association", Biometrics 45 (1989); the expectation is
 * that of K. Klauer and W. Batchelder, "Structural analysis of subjective categorical data", Psychometrika 61 (1996).
 * Cost: the patterns of `raters` votes of the values, then at most 10,000,000 draws.
 */
export function planItems(expected: ExpectedVotes, raters: number, halfWidth: number, options: { readonly coverage: number; readonly seed: number }): PlannedInterval {
  const patterns = expectedPatterns(expected, raters);
  const items = Math.max(2, Math.ceil((normalHalfWidth(options.coverage) / halfWidth) ** 2 * alphaVariance(expected, raters)));
  const studies = Math.max(100, Math.min(STUDIES_MAX, Math.floor(DRAWS_MAX / items)));
  return { raters, items, votes: items * raters, simulatedHalfWidth: simulate(expected, patterns, items, studies, options), simulatedStudies: studies };
}

/** n times the variance of α over large studies of n items, each with votes of so many raters. */
export function alphaVariance(expected: ExpectedVotes, raters: number): number {
  const { agreement, shares } = expected;
  const chance = shares.reduce((sum, share) => sum + share * share, 0);
  const observed = agreement + (1 - agreement) * chance;
  return expectedPatterns(expected, raters).reduce((sum, { pattern, probability }) => {
    let agreeing = 0;
    let common = 0;
    for (const [place, code] of pattern.codes.entries()) {
      const count = pattern.counts[place]!;
      agreeing += (count * (count - 1)) / (raters * (raters - 1));
      common += (shares[code]! * count) / raters;
    }
    const influence = (agreeing - observed - 2 * (1 - agreement) * (common - chance)) / (1 - chance);
    return sum + probability * influence * influence;
  }, 0);
}

interface ExpectedPattern {
  readonly pattern: ValuePattern;
  readonly probability: number;
}

function expectedPatterns({ agreement, shares }: ExpectedVotes, raters: number): ExpectedPattern[] {
  const knows = Math.sqrt(agreement);
  return listCounts(raters, shares.length).map((counts) => {
    const codes = counts.flatMap((count, code) => (count > 0 ? [code] : []));
    const orders = counts.reduce((product, count) => product / factorial(count), factorial(raters));
    const probability = shares.reduce((sum, share, truth) => {
      const votes = counts.reduce((product, count, value) => product * ((value === truth ? knows : 0) + (1 - knows) * shares[value]!) ** count, 1);
      return sum + share * orders * votes;
    }, 0);
    return { pattern: { codes: Uint32Array.from(codes), counts: Uint32Array.from(codes, (code) => counts[code]!), votes: raters }, probability };
  });
}

/** Every way to give `votes` votes to `values` values. */
function listCounts(votes: number, values: number): number[][] {
  if (values === 1) return [[votes]];
  return Array.from({ length: votes + 1 }, (_, first) => listCounts(votes - first, values - 1).map((rest) => [first, ...rest])).flat();
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

function simulate({ shares }: ExpectedVotes, patterns: readonly ExpectedPattern[], items: number, studies: number, { coverage, seed }: { coverage: number; seed: number }): number {
  const next = createFractions(seed);
  const ends = new Float64Array(patterns.length);
  for (let place = 0, sum = 0; place < ends.length; place += 1) ends[place] = sum += patterns[place]!.probability;
  const found: number[] = [];
  for (let study = 0; study < studies; study += 1) {
    const frequencies = new Uint32Array(patterns.length);
    for (let item = 0; item < items; item += 1) {
      const drawn = next();
      let place = 0;
      while (place < ends.length - 1 && drawn >= ends[place]!) place += 1;
      frequencies[place]! += 1;
    }
    const counts = countsOf(shares.map((_, value) => value), patterns.map(({ pattern }) => pattern), frequencies);
    const alpha = krippendorffAlpha(counts, 'nominal').evaluate(frequencies);
    if (alpha !== null) found.push(alpha);
  }
  const sorted = Float64Array.from(found).sort();
  const tail = (1 - coverage) / 2;
  return sorted.length === 0 ? Number.NaN : (quantile(sorted, 1 - tail) - quantile(sorted, tail)) / 2;
}
