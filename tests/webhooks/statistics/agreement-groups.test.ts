import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VERDICTS, type Verdict } from '../../../core/domain/verdict.js';
import type { LabelledVote } from '../../../core/domain/vote.js';
import type { AgreementFigures } from '../../../webhooks/statistics/agreement-figures.js';
import { BREAKDOWNS, type AgreementGroup } from '../../../webhooks/statistics/agreement-groups.js';
import { agreementReport } from '../../../webhooks/statistics/agreement-report.js';

const PARAMETERS = { seed: 20_240_610, numRuns: 60 };
const OPTIONS = { seed: 3, resamples: 20, by: BREAKDOWNS };

/** Verdicts of four raters on items of two domains, with votes missing. */
const someVotes: fc.Arbitrary<LabelledVote[]> = fc
  .array(fc.array(fc.option(fc.constantFrom<Verdict>(...VERDICTS), { freq: 4 }), { minLength: 4, maxLength: 4 }), { maxLength: 20 })
  .map((items) => items.flatMap((row, item) => row.flatMap((value, rater) => (value === null ? [] : [{ item: `i${item}`, rater: `r${rater}`, value, domain: item % 3 === 0 ? 'code' : 'support', batch: `${item % 2}` }]))));

function figuresOf({ percentAgreement, allAgree, krippendorffAlpha, fleissKappa, gwetAc1 }: AgreementFigures): AgreementFigures {
  return { percentAgreement, allAgree, krippendorffAlpha, fleissKappa, gwetAc1 };
}

/** A part's figures are those of a report on its votes alone; only the words for "no votes" may know less. */
function expectAsAlone(group: AgreementGroup, votes: readonly LabelledVote[]): void {
  const plain = (figures: AgreementFigures): unknown => Object.values(figuresOf(figures)).map(({ value, n, interval }) => ({ value: value === null ? null : value.toFixed(11), n, interval: interval === null ? null : [interval.low.toFixed(11), interval.high.toFixed(11)] }));
  expect(plain(group.figures)).toEqual(plain(agreementReport(votes, { seed: 3, resamples: 20 })));
}

describe('each part has the figures, intervals included, of its votes alone', () => {
  test(`batch, domain, rater pair, and all but one rater (seed ${PARAMETERS.seed})`, () => {
    fc.assert(
      fc.property(someVotes, (votes) => {
        const { by } = agreementReport(votes, OPTIONS);
        for (const group of by.domain!) expectAsAlone(group, votes.filter(({ domain }) => domain === group.name));
        for (const group of by.batch!) expectAsAlone(group, votes.filter(({ batch }) => batch === group.name));
        for (const group of by.pair!) expectAsAlone(group, votes.filter(({ rater }) => group.name.split(' – ').includes(rater)));
        for (const group of by.leftOut!) expectAsAlone(group, votes.filter(({ rater }) => rater !== group.name));
      }),
      PARAMETERS,
    );
  });
});

test('a rater against the value most of the others gave; where they gave none, the item is left out', () => {
  const rows = [['a', 'a', 'a'], ['b', 'a', 'a'], ['a', 'a', 'b'], ['b', 'b', 'b'], ['tie', 'a', 'b']];
  const votes = rows.flatMap((row, item) => row.map((value, rater) => ({ item: `${item}`, rater: `r${rater}`, value })));
  const [first, second] = agreementReport([...votes, { item: 'alone', rater: 'r0', value: 'a' }], OPTIONS).by.againstOthers!;
  // r0: a/a, b/a, (a | a b), b/b, (tie | a b)
  expect(first).toMatchObject({ name: 'r0', undecided: 2, figures: { percentAgreement: { value: 2 / 3, n: { items: 3, votes: 6 } } } });
  expect(first!.kappa!.value).toBeCloseTo(0.4, 12);
  expect(second).toMatchObject({ name: 'r1', undecided: 3, figures: { percentAgreement: { value: 1 } } });
});

test('repeats count for the rater with themselves, and nowhere else', () => {
  const votes: LabelledVote[] = [...'aabb'].flatMap((value, item) => [{ item: `${item}`, rater: 'r', value }, { item: `${item}`, rater: 's', value: 'a' }]);
  const again: LabelledVote[] = [...'aaba'].map((value, item) => ({ item: `${item}`, rater: 'r', value, repeat: 1 }));
  const [without, report] = [votes, [...votes, ...again]].map((list) => agreementReport(list, OPTIONS));
  expect(figuresOf(report!)).toEqual(figuresOf(without!));
  expect(report!.labels.repeats).toBe(4);
  expect(without!.by.withSelf).toEqual([]);
  expect(report!.by.withSelf).toMatchObject([{ name: 'r', figures: { percentAgreement: { value: 3 / 4, n: { items: 4, votes: 8 } }, krippendorffAlpha: { value: expect.any(Number) } } }]);
});

describe('ratings of the rubric\'s dimensions', () => {
  const verdicts: LabelledVote[] = [...'ab'].flatMap((value, item) => ['r', 's'].map((rater) => ({ item: `${item}`, rater, value })));
  const ratings: LabelledVote[] = [1, 2, 4, 5].flatMap((value, item) => [{ item: `${item} a`, rater: 'r', value, dimension: 'tone' }, { item: `${item} a`, rater: 's', value: Math.min(value + 1, 5), dimension: 'tone' }]);
  const words: LabelledVote[] = ['r', 's'].map((rater) => ({ item: '0', rater, value: rater, dimension: 'style' }));

  test('stay out of the figures of the verdicts, and have their own level', () => {
    const report = agreementReport([...verdicts, ...ratings, ...words], OPTIONS);
    expect(report.n).toMatchObject({ items: 2, votes: 4, values: 2 });
    expect(report.by.dimension!.map(({ name, level }) => [name, level])).toEqual([['style', 'nominal'], ['tone', 'ordinal']]);
    expect(report.by.dimension![1]!.figures.krippendorffAlpha).toEqual(agreementReport(ratings.map(({ item, rater, value }) => ({ item, rater, value })), { ...OPTIONS, level: 'ordinal' }).krippendorffAlpha);
  });

  test('can be what the report is about, at the level that is asked for', () => {
    const report = agreementReport([...verdicts, ...ratings], { ...OPTIONS, dimension: 'tone', level: 'interval' });
    expect(report).toMatchObject({ dimension: 'tone', n: { items: 4, votes: 8 }, cohenKappa: [{ raters: ['r', 's'], quadratic: { value: expect.any(Number) } }] });
    expect(report.by.dimension![0]!.level).toBe('interval');
  });
});

test('without votes every part is empty', () => {
  const { by } = agreementReport([], OPTIONS);
  expect(Object.values(by)).toEqual(Array.from({ length: 7 }, () => []));
  expect(agreementReport([], { seed: 1 }).by).toEqual({});
});
