import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estimate, estimateTogether } from '../../../webhooks/statistics/bootstrap.js';
import { fleissKappa } from '../../../webhooks/statistics/fleiss-kappa.js';
import { gwetAc1 } from '../../../webhooks/statistics/gwet-ac1.js';
import { krippendorffAlpha } from '../../../webhooks/statistics/krippendorff-alpha.js';
import { allAgreeShare, percentAgreement } from '../../../webhooks/statistics/percent-agreement.js';
import { countValues, ValueTally, type ValueCounts } from '../../../webhooks/statistics/value-counts.js';
import { tabulateVotes } from '../../../webhooks/statistics/vote-table.js';

const PARAMETERS = { seed: 20_240_608, numRuns: 200 };
const ITEMS = 6;
/** Values are numbered in their own order, as a table numbers them. */
const FEW = [1, 2, 4];
/** More values than a table of steps is kept for. */
const MANY = Array.from({ length: 100 }, (_, value) => value);

interface Vote {
  readonly item: number;
  readonly code: number;
}

/** Votes added, and for some of them the moment at which they are taken back. */
function someHistory(values: readonly number[]): fc.Arbitrary<{ vote: Vote; takenBackAfter: number | null }[]> {
  const vote = fc.record({ item: fc.nat(ITEMS - 1), code: fc.nat(values.length - 1) });
  return fc.array(fc.record({ vote, takenBackAfter: fc.option(fc.nat(5), { freq: 2 }) }), { maxLength: 40 });
}

/** A tally that followed the history vote by vote, and the votes that are left. */
function follow(values: readonly number[], history: readonly { vote: Vote; takenBackAfter: number | null }[]): { tally: ValueTally; left: Vote[] } {
  const tally = new ValueTally(values, ITEMS);
  const left: Vote[] = [];
  const due: { at: number; vote: Vote }[] = [];
  for (const [at, { vote, takenBackAfter }] of [...history.entries(), [Infinity, null] as const].map(([at, one]) => [at, one ?? { vote: null, takenBackAfter: null }] as const)) {
    for (const one of due.filter((waiting) => waiting.at <= at)) {
      tally.remove(one.vote.item, one.vote.code);
      left.splice(left.indexOf(one.vote), 1);
      due.splice(due.indexOf(one), 1);
    }
    if (vote === null) continue;
    tally.add(vote.item, vote.code);
    left.push(vote);
    if (takenBackAfter !== null) due.push({ at: at + takenBackAfter, vote });
  }
  return { tally, left };
}

/** The counts of the votes, counted anew; each vote of an item is another rater's. */
function recount(values: readonly number[], votes: readonly Vote[]): ValueCounts {
  return countValues(tabulateVotes(votes.map(({ item, code }, rater) => ({ item: `i${item}`, rater: `r${rater}`, value: values[code]! }))));
}

/** The patterns by value instead of number, because counting anew does not know of values that no vote has. */
function patternsOf({ patterns, frequencies, values }: ValueCounts): string[] {
  return patterns.map(({ codes, counts }, index) => `${frequencies[index]} × ${[...codes].map((code, place) => `${values[code]}:${counts[place]}`).join(' ')}`).sort();
}

function figuresOf(counts: ValueCounts): (number | null)[] {
  const statistics = [percentAgreement(counts), allAgreeShare(counts), fleissKappa(counts), gwetAc1(counts), ...(['nominal', 'ordinal', 'interval'] as const).map((level) => krippendorffAlpha(counts, level))];
  return statistics.map((one) => one.evaluate(one.frequencies));
}

describe.each([
  ['few values', FEW],
  ['many values', MANY],
])('adding and removing votes equals counting anew: %s', (_, values) => {
  test(`patterns, n and every figure (seed ${PARAMETERS.seed})`, () => {
    fc.assert(
      fc.property(someHistory(values), (history) => {
        const { tally, left } = follow(values, history);
        const [running, anew] = [tally.counts(), recount(values, left)];
        expect(patternsOf(running)).toEqual(patternsOf(anew));
        expect(running.n).toEqual(anew.n);
        for (const [index, value] of figuresOf(running).entries()) {
          const expected = figuresOf(anew)[index]!;
          expect(value === null || expected === null ? value === expected : Math.abs(value - expected) < 1e-12, `${value}, ${expected}`).toBe(true);
        }
      }),
      PARAMETERS,
    );
  });
});

test('a vote that is not there cannot be removed', () => {
  const tally = new ValueTally(FEW, 1);
  tally.add(0, 1);
  expect(() => tally.remove(0, 2)).toThrow(RangeError);
  tally.remove(0, 1);
  expect(() => tally.remove(0, 1)).toThrow(/value number 1/);
});

test('statistics estimated together are those estimated alone, interval for interval', () => {
  const counts = recount(FEW, [0, 1, 2, 0, 1, 2, 3, 3, 4, 4, 5, 5].map((item, index) => ({ item, code: (index * 5) % 7 % 3 })));
  const statistics = [percentAgreement(counts), krippendorffAlpha(counts, 'interval'), gwetAc1(counts)];
  const options = { seed: 9, resamples: 200 };
  expect(estimateTogether(statistics, options)).toEqual(statistics.map((one) => estimate(one, options)));
  expect(estimateTogether([], options)).toEqual([]);
});
