import type { ItemVote } from '../../core/domain/vote.js';
import { estimateTogether, type BootstrapOptions, type Estimate } from './bootstrap.js';
import { kappaOfCells, type KappaEstimate, type KappaWeights } from './cohen-kappa.js';
import { fleissKappa } from './fleiss-kappa.js';
import { gwetAc1 } from './gwet-ac1.js';
import { krippendorffAlpha, type MeasurementLevel } from './krippendorff-alpha.js';
import { allAgreeShare, percentAgreement } from './percent-agreement.js';
import { countRaterPairs } from './pair-cells.js';
import { countValues } from './value-counts.js';
import { tabulateVotes, type VoteTable } from './vote-table.js';

/** Cohen's κ of one pair of raters; the weighted ones are there at the ordinal and interval levels only. */
interface RaterPairKappa {
  readonly raters: readonly [string, string];
  readonly kappa: KappaEstimate;
  readonly linear?: KappaEstimate;
  readonly quadratic?: KappaEstimate;
}

export interface AgreementReport {
  readonly level: MeasurementLevel;
  /** All votes given; each statistic says how many of them it could use. */
  readonly n: { readonly items: number; readonly votes: number; readonly raters: number; readonly values: number };
  readonly values: readonly (string | number)[];
  readonly percentAgreement: Estimate;
  readonly allAgree: Estimate;
  readonly krippendorffAlpha: Estimate;
  /** Of values that are equal or not, whatever the level. */
  readonly fleissKappa: Estimate;
  /** Of values that are equal or not, whatever the level. */
  readonly gwetAc1: Estimate;
  /** The rater pairs that share at least one item, by name. */
  readonly cohenKappa: readonly RaterPairKappa[];
  /** Why `cohenKappa` is empty. */
  readonly cohenKappaReason?: string;
  readonly bootstrap: Required<BootstrapOptions>;
}

export interface AgreementOptions extends BootstrapOptions {
  /** `nominal` unless told: the only level for verdicts. The others need numbers. */
  readonly level?: MeasurementLevel;
}

/** With more raters than this κ per pair is a table nobody reads (200 raters are 19,900 pairs); α is there for them. */
const PAIRED_RATERS_MAX = 200;

/**
 * How far raters agree: percent agreement, Krippendorff's α, Fleiss' κ, Gwet's AC1, and Cohen's κ of every rater pair, each
 * with its n and a bootstrap interval. It depends on the set of votes and the seed alone, not on the order of the votes. No votes,
 * one rater and one value give null with a reason. Weighted κ counts categories on the scale of all values given.
 * Cost: linear in the votes, then in the pairs of votes on one item; the intervals are resamples × items. 100,000 items with 3 votes
 * take about 0.2 s, most of it to read the names, and 1 s more for all intervals.
 *
 * @throws PairloopError when a rater has two different values for an item, or a level needs numbers and a value is text.
 */
export function agreementReport(votes: readonly ItemVote[], options: AgreementOptions): AgreementReport {
  const { level = 'nominal', seed, resamples = 1000, coverage = 0.95 } = options;
  const bootstrap = { seed, resamples, coverage };
  const table = tabulateVotes(votes);
  const counts = countValues(table);
  const statistics = [percentAgreement(counts), allAgreeShare(counts), krippendorffAlpha(counts, level), fleissKappa(counts), gwetAc1(counts)];
  const [percent, allAgree, alpha, fleiss, ac1] = estimateTogether(statistics, bootstrap) as [Estimate, Estimate, Estimate, Estimate, Estimate];
  const reason = whyNoPairs(table, counts.unpairedReason);
  return {
    level,
    n: { items: table.itemCount, votes: table.valueOf.length, raters: table.raters.length, values: table.values.length },
    values: table.values,
    percentAgreement: percent,
    allAgree,
    krippendorffAlpha: alpha,
    fleissKappa: fleiss,
    gwetAc1: ac1,
    cohenKappa: reason === null ? kappaOfPairs(table, level, bootstrap) : [],
    ...(reason === null ? {} : { cohenKappaReason: reason }),
    bootstrap,
  };
}

function whyNoPairs(table: VoteTable, unpairedReason: string | null): string | null {
  if (unpairedReason !== null) return unpairedReason;
  if (table.raters.length <= PAIRED_RATERS_MAX) return null;
  return `there are ${table.raters.length} raters; κ per pair is computed for at most ${PAIRED_RATERS_MAX}`;
}

function kappaOfPairs(table: VoteTable, level: MeasurementLevel, bootstrap: BootstrapOptions): RaterPairKappa[] {
  return countRaterPairs(table).map(({ raters: [first, second], cells }) => {
    const kappa = (weights: KappaWeights): KappaEstimate => kappaOfCells(cells, { ...bootstrap, weights });
    const plain = { raters: [table.raters[first]!, table.raters[second]!] as const, kappa: kappa('plain') };
    return level === 'nominal' ? plain : { ...plain, linear: kappa('linear'), quadratic: kappa('quadratic') };
  });
}
