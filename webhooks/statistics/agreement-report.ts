import type { LabelledVote } from '../../core/domain/vote.js';
import { agreementFigures, type AgreementFigures } from './agreement-figures.js';
import { groupAgreement, isPlain, type AgreementGroups, type Breakdown } from './agreement-groups.js';
import type { BootstrapOptions } from './bootstrap.js';
import { kappaOfCells, type KappaEstimate, type KappaWeights } from './cohen-kappa.js';
import type { MeasurementLevel } from './krippendorff-alpha.js';
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

export interface AgreementReport extends AgreementFigures {
  readonly level: MeasurementLevel;
  /** The dimension whose ratings the report is about; missing where it is about the verdicts. */
  readonly dimension?: string;
  /** The votes of the report; each statistic says how many of them it could use. */
  readonly n: { readonly items: number; readonly votes: number; readonly raters: number; readonly values: number };
  readonly values: readonly (string | number)[];
  /** The rater pairs that share at least one item, by name. */
  readonly cohenKappa: readonly RaterPairKappa[];
  /** Why `cohenKappa` is empty. */
  readonly cohenKappaReason?: string;
  /** What else the votes tell apart: how many batches, domains and dimensions there are, and how many votes are repeats. */
  readonly labels: { readonly batches: number; readonly domains: number; readonly dimensions: number; readonly repeats: number };
  readonly by: AgreementGroups;
  readonly bootstrap: Required<BootstrapOptions>;
}

export interface AgreementOptions extends BootstrapOptions {
  /** `nominal` unless told: the only level for verdicts. The others need numbers. */
  readonly level?: MeasurementLevel;
  /** The rubric's dimension whose ratings are looked at instead of the verdicts. */
  readonly dimension?: string;
  /** What the figures are also given apart for; nothing unless told. */
  readonly by?: readonly Breakdown[];
}

/** With more raters than this κ per pair is a table nobody reads (200 raters are 19,900 pairs); α is there for them. */
const PAIRED_RATERS_MAX = 200;

/**
 * How far raters agree: percent agreement, Krippendorff's α, Fleiss' κ, Gwet's AC1, and Cohen's κ of every rater pair, each
 * with its n and a bootstrap interval, and the same for parts of the votes. It depends on the set of votes and the seed alone, not on the
 * order of the votes. Repeats count only where a rater is compared with themselves. No votes, one rater and one value give null with a
 * reason. Weighted κ counts categories on the scale of all values given.
 * Cost: linear in the votes, then in the pairs of votes on one item; the intervals are resamples × items. 100,000 items with 3 votes
 * take about 0.1 s, most of it to read the names, and 3 s more for the intervals of all figures and 1,225 rater pairs.
 *
 * @throws PairloopError when a rater has two different values for an item, or a level needs numbers and a value is text.
 */
export function agreementReport(votes: readonly LabelledVote[], options: AgreementOptions): AgreementReport {
  const { level = 'nominal', seed, resamples = 1000, coverage = 0.95, dimension, by = [] } = options;
  const bootstrap = { seed, resamples, coverage };
  const subject = dimension === undefined ? votes.filter(isPlain) : votes.filter((vote) => vote.dimension === dimension && vote.repeat === undefined);
  const table = tabulateVotes(subject);
  const counts = countValues(table);
  const reason = whyNoPairs(table, counts.unpairedReason);
  return {
    level,
    ...(dimension === undefined ? {} : { dimension }),
    n: { items: table.itemCount, votes: table.valueOf.length, raters: table.raters.length, values: table.values.length },
    values: table.values,
    ...agreementFigures(counts, level, bootstrap),
    cohenKappa: reason === null ? kappaOfPairs(table, level, bootstrap) : [],
    ...(reason === null ? {} : { cohenKappaReason: reason }),
    labels: countLabels(votes),
    by: groupAgreement(votes, subject, level, by, bootstrap),
    bootstrap,
  };
}

function countLabels(votes: readonly LabelledVote[]): AgreementReport['labels'] {
  const different = (labelOf: (vote: LabelledVote) => string | undefined): number => new Set(votes.map(labelOf).filter((label) => label !== undefined)).size;
  return { batches: different(({ batch }) => batch), domains: different(({ domain }) => domain), dimensions: different(({ dimension }) => dimension), repeats: votes.filter(({ repeat }) => repeat !== undefined).length };
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
