import type { ItemVote, LabelledVote } from '../../core/domain/vote.js';
import { agreementFigures, type AgreementFigures } from './agreement-figures.js';
import type { BootstrapOptions } from './bootstrap.js';
import { cohenKappa, type KappaEstimate } from './cohen-kappa.js';
import type { MeasurementLevel } from './krippendorff-alpha.js';
import { countRaterPairs } from './pair-cells.js';
import { countValues, ValueTally, type ValueCounts } from './value-counts.js';
import { tabulateVotes, type VoteTable } from './vote-table.js';

/** What agreement can be broken down by. */
export const BREAKDOWNS = ['batch', 'domain', 'dimension', 'pair', 'rater'] as const;
export type Breakdown = (typeof BREAKDOWNS)[number];

/** The figures of a part of the votes. */
export interface AgreementGroup {
  readonly name: string;
  readonly level: MeasurementLevel;
  readonly figures: AgreementFigures;
  /** Cohen's κ, where the group has two sides: a rater and the others. */
  readonly kappa?: KappaEstimate;
  /** Items on which the others gave no value more often than each other one; they enter no figure. */
  readonly undecided?: number;
}

/** A list for each breakdown that was asked for; `rater` gives three. */
export interface AgreementGroups {
  readonly batch?: readonly AgreementGroup[];
  readonly domain?: readonly AgreementGroup[];
  readonly dimension?: readonly AgreementGroup[];
  readonly pair?: readonly AgreementGroup[];
  /** Each rater's vote and the value most of the others gave to the item. */
  readonly againstOthers?: readonly AgreementGroup[];
  /** Each rater's repeats: the votes of one rater on one item, as if they were of several raters. */
  readonly withSelf?: readonly AgreementGroup[];
  /** All raters but this one. */
  readonly leftOut?: readonly AgreementGroup[];
}

/** A vote without what it is labelled with: the verdict of one rater on one item, the first time. */
export function isPlain(vote: LabelledVote): boolean {
  return vote.dimension === undefined && vote.repeat === undefined;
}

/**
 * The figures of the votes' parts. `subject` are the votes of the whole report, `all` also those of the rubric's dimensions and the repeats. A
 * dimension of numbers is ordinal, unless the level is interval; of text nominal. Names are in ascending order.
 * Cost: that of the figures, for each part; a rater is taken out of the counts and put back, not counted anew.
 */
export function groupAgreement(all: readonly LabelledVote[], subject: readonly LabelledVote[], level: MeasurementLevel, by: readonly Breakdown[], bootstrap: BootstrapOptions): AgreementGroups {
  const parts = (votes: readonly LabelledVote[], keyOf: (vote: LabelledVote) => string | undefined, levelOf: (part: readonly ItemVote[]) => MeasurementLevel): AgreementGroup[] =>
    [...splitBy(votes, keyOf)].map(([name, part]) => ({ name, level: levelOf(part), figures: agreementFigures(countValues(tabulateVotes(part)), levelOf(part), bootstrap) }));
  const table = tabulateVotes(subject);
  const wanted = new Set(by);
  return {
    ...(wanted.has('batch') ? { batch: parts(subject, ({ batch }) => batch, () => level) } : {}),
    ...(wanted.has('domain') ? { domain: parts(subject, ({ domain }) => domain, () => level) } : {}),
    ...(wanted.has('dimension') ? { dimension: parts(all.filter(({ repeat }) => repeat === undefined), ({ dimension }) => dimension, (part) => levelOfRatings(part, level)) } : {}),
    ...(wanted.has('pair') ? { pair: groupPairs(table, level, bootstrap) } : {}),
    ...(wanted.has('rater') ? { againstOthers: compareWithOthers(table, level, bootstrap), withSelf: compareWithSelf(all, subject, level, bootstrap), leftOut: leaveOut(table, level, bootstrap) } : {}),
  };
}

function splitBy(votes: readonly LabelledVote[], keyOf: (vote: LabelledVote) => string | undefined): [string, LabelledVote[]][] {
  const parts = new Map<string, LabelledVote[]>();
  for (const vote of votes) {
    const key = keyOf(vote);
    if (key === undefined) continue;
    const part = parts.get(key);
    if (part === undefined) parts.set(key, [vote]);
    else part.push(vote);
  }
  return [...parts].sort(([one], [other]) => (one < other ? -1 : 1));
}

function levelOfRatings(votes: readonly ItemVote[], level: MeasurementLevel): MeasurementLevel {
  if (votes.some(({ value }) => typeof value === 'string')) return 'nominal';
  return level === 'interval' ? 'interval' : 'ordinal';
}

/** The counts of items with two votes each, given as the numbers of their values. */
function countTwos(values: ValueCounts['values'], first: readonly number[], second: readonly number[]): ValueCounts {
  const tally = new ValueTally(values, first.length);
  for (const [item, code] of first.entries()) {
    tally.add(item, code);
    tally.add(item, second[item]!);
  }
  return tally.counts();
}

function groupPairs(table: VoteTable, level: MeasurementLevel, bootstrap: BootstrapOptions): AgreementGroup[] {
  return countRaterPairs(table).map(({ raters, cells }) => {
    const each = (codes: Uint32Array): number[] => [...codes].flatMap((code, cell) => Array.from({ length: cells.counts[cell]! }, () => code));
    const counts = countTwos(table.values, each(cells.first), each(cells.second));
    return { name: raters.map((rater) => table.raters[rater]!).join(' – '), level, figures: agreementFigures(counts, level, bootstrap) };
  });
}

/** The vote of each rater beside the most frequent value of the others' votes on the item, who are its consensus without that rater. */
function compareWithOthers(table: VoteTable, level: MeasurementLevel, bootstrap: BootstrapOptions): AgreementGroup[] {
  const tally = ValueTally.ofTable(table);
  const sides = table.raters.map(() => ({ own: [] as number[], others: [] as number[], undecided: 0 }));
  for (let item = 0; item < table.itemCount; item += 1) {
    const end = table.offsets[item + 1]!;
    if (end - table.offsets[item]! < 2) continue;
    for (let vote = table.offsets[item]!; vote < end; vote += 1) {
      const side = sides[table.raterOf[vote]!]!;
      const code = table.valueOf[vote]!;
      const others = mostFrequent(tally, tally.patterns.minus(tally.patternAt(item), code));
      if (others === null) side.undecided += 1;
      else {
        side.own.push(code);
        side.others.push(others);
      }
    }
  }
  return table.raters.map((name, rater) => {
    const { own, others, undecided } = sides[rater]!;
    const figures = agreementFigures(countTwos(table.values, own, others), level, bootstrap);
    return { name, level, figures, kappa: cohenKappa(own, others, bootstrap), undecided };
  });
}

/** The one value with the most votes; null where two have as many. */
function mostFrequent(tally: ValueTally, pattern: number): number | null {
  const { codes, counts } = tally.patterns.describe(pattern);
  const most = Math.max(...counts);
  const first = counts.indexOf(most);
  return counts.lastIndexOf(most) === first ? codes[first]! : null;
}

/** The votes of one rater on one item, the first time and repeated, stand as an item of their own. */
function compareWithSelf(all: readonly LabelledVote[], subject: readonly LabelledVote[], level: MeasurementLevel, bootstrap: BootstrapOptions): AgreementGroup[] {
  const dimension = subject[0]?.dimension;
  const own = all.filter((vote) => vote.dimension === dimension);
  const repeated = new Set(own.filter(({ repeat }) => repeat !== undefined).map(({ rater }) => rater));
  const again = own.filter(({ rater }) => repeated.has(rater));
  return splitBy(again, ({ rater }) => rater).map(([name, votes]) => {
    const asRaters = votes.map(({ item, value, repeat }) => ({ item, value, rater: String(repeat ?? 0) }));
    return { name, level, figures: agreementFigures(countValues(tabulateVotes(asRaters)), level, bootstrap) };
  });
}

function leaveOut(table: VoteTable, level: MeasurementLevel, bootstrap: BootstrapOptions): AgreementGroup[] {
  const tally = ValueTally.ofTable(table);
  const votesOf = (rater: number, act: (item: number, code: number) => void): void => {
    for (let item = 0; item < table.itemCount; item += 1) {
      for (let vote = table.offsets[item]!; vote < table.offsets[item + 1]!; vote += 1) if (table.raterOf[vote] === rater) act(item, table.valueOf[vote]!);
    }
  };
  return table.raters.map((name, rater) => {
    votesOf(rater, (item, code) => tally.remove(item, code));
    const figures = agreementFigures(tally.counts(), level, bootstrap);
    votesOf(rater, (item, code) => tally.add(item, code));
    return { name, level, figures };
  });
}
