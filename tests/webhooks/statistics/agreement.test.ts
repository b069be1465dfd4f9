import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mirrorVerdict, VERDICTS, type Verdict } from '../../../core/domain/verdict.js';
import type { ItemVote } from '../../../core/domain/vote.js';
import { agreementReport, type AgreementReport } from '../../../webhooks/statistics/agreement-report.js';
import { cohenKappa, cohenKappaOfMatrix } from '../../../webhooks/statistics/cohen-kappa.js';
import { MEASUREMENT_LEVELS } from '../../../webhooks/statistics/krippendorff-alpha.js';

const PARAMETERS = { seed: 20_240_601, numRuns: 150 };
const WITHOUT_INTERVALS = { seed: 1, resamples: 0 };

/** Verdicts of one to five raters on up to 25 items, with votes missing. */
const someVotes = fc
  .array(fc.array(fc.option(fc.constantFrom<Verdict>(...VERDICTS), { freq: 4 }), { minLength: 5, maxLength: 5 }), { maxLength: 25 })
  .map((items) => items.flatMap((row, item) => row.flatMap((value, rater) => (value === null ? [] : [vote(`i${item}`, `r${rater}`, value)]))));

function vote<V extends string | number>(item: string, rater: string, value: V): { item: string; rater: string; value: V } {
  return { item, rater, value };
}

/** The values alone, to compare reports of votes that say the same. */
function valuesOf(report: AgreementReport): (number | null)[] {
  const kappas = report.cohenKappa.map(({ kappa }) => kappa.value).sort((a, b) => (a ?? -9) - (b ?? -9));
  return [report.percentAgreement.value, report.allAgree.value, report.krippendorffAlpha.value, report.fleissKappa.value, report.gwetAc1.value, ...kappas];
}

/** Largest difference between two lists of values; infinite when one has a value where the other has none. */
function difference(some: (number | null)[], others: (number | null)[]): number {
  if (some.length !== others.length) return Infinity;
  return some.reduce<number>((most, one, index) => {
    const other = others[index]!;
    return Math.max(most, one === null || other === null ? (one === other ? 0 : Infinity) : Math.abs(one - other));
  }, 0);
}

function expectSameValues(votes: ItemVote[], others: ItemVote[]): void {
  const [one, other] = [votes, others].map((list) => valuesOf(agreementReport(list, WITHOUT_INTERVALS)));
  expect(difference(one!, other!)).toBeLessThan(1e-12);
}

test('the worked example: p_o = 0.892, p_e = 0.344, κ = 0.835', () => {
  const kappa = cohenKappaOfMatrix([[42, 3, 1], [4, 38, 2], [2, 1, 27]], { seed: 1 });
  expect([kappa.observed, kappa.expected, kappa.value].map((value) => value!.toFixed(3))).toEqual(['0.892', '0.344', '0.835']);
  expect(kappa.n).toEqual({ items: 120, votes: 240 });
  expect(kappa.interval!.low).toBeLessThan(0.8);
  expect(kappa.interval!.high).toBeGreaterThan(0.86);
});

test('the counts matrix and the two lists of votes give the same κ, interval included', () => {
  const matrix = [[5, 2, 0], [1, 0, 3], [0, 0, 4]];
  const pairs = matrix.flatMap((row, i) => row.flatMap((count, j) => Array.from({ length: count }, () => [i, j] as const)));
  for (const weights of ['plain', 'linear', 'quadratic'] as const) {
    const ofLists = cohenKappa(pairs.map(([i]) => i), pairs.map(([, j]) => j), { seed: 5, weights });
    expect(ofLists).toEqual(cohenKappaOfMatrix(matrix, { seed: 5, weights }));
  }
});

test.each([
  [[[1, 2], [3]], /Row 2 .* has 1 entries/],
  [[[1, -2], [3, 0]], /Row 1, column 2 .* is -2/],
  [[[1, 0.5], [3, 0]], /is 0\.5/],
  [[[1, Number.NaN], [3, 0]], /is NaN/],
])('a matrix that holds no counts is refused: %j', (matrix, message) => {
  expect(() => cohenKappaOfMatrix(matrix, { seed: 1 })).toThrow(message);
});

test('two lists of different length are refused', () => {
  expect(() => cohenKappa([0, 1], [0], { seed: 1 })).toThrow(/2 and 1 votes/);
});

describe('nothing that does not matter changes a value', () => {
  test(`renaming raters (seed ${PARAMETERS.seed})`, () => {
    const reversed = new Map(['r0', 'r1', 'r2', 'r3', 'r4'].map((name, index) => [name, `z${9 - index}`]));
    fc.assert(fc.property(someVotes, (votes) => expectSameValues(votes, votes.map((one) => ({ ...one, rater: reversed.get(one.rater)! })))), PARAMETERS);
  });

  test(`mirroring the sides (seed ${PARAMETERS.seed})`, () => {
    fc.assert(fc.property(someVotes, (votes) => expectSameValues(votes, votes.map((one) => ({ ...one, value: mirrorVerdict(one.value) })))), PARAMETERS);
  });

  test(`the order of the votes, down to the last bit and with intervals (seed ${PARAMETERS.seed})`, () => {
    const shuffled = someVotes.chain((votes) => fc.tuple(fc.constant(votes), fc.shuffledSubarray(votes, { minLength: votes.length })));
    fc.assert(
      fc.property(shuffled, ([votes, other]) => {
        const options = { seed: 3, resamples: 50 };
        expect(agreementReport(other, options)).toEqual(agreementReport(votes, options));
      }),
      PARAMETERS,
    );
  });

  test(`the same votes twice count once (seed ${PARAMETERS.seed})`, () => {
    fc.assert(
      fc.property(someVotes, (votes) => {
        expect(agreementReport([...votes, ...votes], WITHOUT_INTERVALS)).toEqual(agreementReport(votes, WITHOUT_INTERVALS));
      }),
      PARAMETERS,
    );
  });

  test(`a second set of the same items keeps percent agreement and κ (seed ${PARAMETERS.seed})`, () => {
    fc.assert(
      fc.property(someVotes, (votes) => {
        const twice = [...votes, ...votes.map((one) => ({ ...one, item: `again ${one.item}` }))];
        const [one, other] = [votes, twice].map((list) => agreementReport(list, WITHOUT_INTERVALS));
        expect(other!.percentAgreement.value).toEqual(one!.percentAgreement.value);
        const [kappas, twiceKappas] = [one!, other!].map((report) => report.cohenKappa.map(({ kappa }) => kappa.value));
        expect(difference(kappas!, twiceKappas!)).toBeLessThan(1e-12);
      }),
      PARAMETERS,
    );
  });

  test('α knows that the set is larger: 1 − α shrinks by its factor (n − 1)/n alone', () => {
    const votes = [...'aabba'].flatMap((value, item) => [vote(`i${item}`, 'r1', value), vote(`i${item}`, 'r2', item === 4 ? 'b' : value)]);
    const twice = [...votes, ...votes.map((one) => ({ ...one, item: `again ${one.item}` }))];
    const [one, other] = [votes, twice].map((list) => 1 - agreementReport(list, WITHOUT_INTERVALS).krippendorffAlpha.value!);
    expect(other! / one!).toBeCloseTo((19 / 20) / (9 / 10), 12);
  });

  test('interval α does not change with unit and origin, ordinal α not with any growing function', () => {
    const rows = [[1, 2, 5, 3, 4], [1, 3, 5, 3, 2], [2, 2, 4, 3, 4]];
    const report = (map: (value: number) => number, level: 'ordinal' | 'interval'): number =>
      agreementReport(rows.flatMap((row, rater) => row.map((value, item) => vote(`${item}`, `${rater}`, map(value)))), { ...WITHOUT_INTERVALS, level }).krippendorffAlpha.value!;
    expect(report((value) => 1e300 * (value - 3), 'interval')).toBeCloseTo(report((value) => value, 'interval'), 12);
    expect(report((value) => Math.exp(value), 'ordinal')).toBe(report((value) => value, 'ordinal'));
    expect(report((value) => (value - 3) * 8e307, 'interval')).toBeCloseTo(report((value) => value, 'interval'), 12);
  });
});

test(`perfect agreement is 1, at every level (seed ${PARAMETERS.seed})`, () => {
  const truths = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 20 }).filter((values) => new Set(values).size > 1);
  fc.assert(
    fc.property(truths, fc.integer({ min: 2, max: 5 }), fc.constantFrom(...MEASUREMENT_LEVELS), (values, raters, level) => {
      const votes = values.flatMap((value, item) => Array.from({ length: raters }, (_, rater) => vote(`${item}`, `${rater}`, value)));
      expect(new Set(valuesOf(agreementReport(votes, { ...WITHOUT_INTERVALS, level })))).toEqual(new Set([1]));
    }),
    PARAMETERS,
  );
});

test(`a value is a finite number or null with a reason, never NaN (seed ${PARAMETERS.seed})`, () => {
  const numbers = fc.double({ noNaN: true, noDefaultInfinity: true });
  const votes = fc.array(fc.record({ item: fc.constantFrom('1', '2', '3', '4'), rater: fc.constantFrom('x', 'y', 'z'), value: numbers }), { maxLength: 12 });
  const distinct = votes.map((list) => [...new Map(list.map((one) => [`${one.item} ${one.rater}`, one])).values()]);
  fc.assert(
    fc.property(distinct, fc.constantFrom(...MEASUREMENT_LEVELS), (list, level) => {
      const report = agreementReport(list, { seed: 2, resamples: 20, level });
      const weighted = report.cohenKappa.flatMap(({ kappa, linear, quadratic }) => [kappa, linear, quadratic].filter((one) => one !== undefined));
      for (const { value, interval, reason } of [report.percentAgreement, report.allAgree, report.krippendorffAlpha, report.fleissKappa, report.gwetAc1, ...weighted]) {
        expect(reason !== undefined, 'a reason is there when something is missing').toBe(value === null || interval === null);
        expect([value ?? 0, interval?.low ?? 0, interval?.high ?? 0]).toSatisfy((numbers: number[]) => numbers.every(Number.isFinite));
      }
    }),
    { ...PARAMETERS, numRuns: 400 },
  );
});

describe('what is undefined says why', () => {
  const reasons = (votes: ItemVote[]): (string | undefined)[] => {
    const report = agreementReport(votes, { seed: 1 });
    return [report.percentAgreement.reason, report.krippendorffAlpha.reason, report.fleissKappa.reason, report.gwetAc1.reason, report.cohenKappaReason ?? report.cohenKappa[0]?.kappa.reason];
  };

  test('no votes', () => {
    expect(reasons([])).toEqual(Array(5).fill('there are no votes'));
    expect(valuesOf(agreementReport([], { seed: 1 }))).toEqual(Array(5).fill(null));
    expect(cohenKappa([], [], { seed: 1 })).toMatchObject({ value: null, observed: null, expected: null, reason: 'the two raters share no item' });
  });

  test('one rater', () => {
    expect(reasons([vote('1', 'r', 'a'), vote('2', 'r', 'b')])).toEqual(Array(5).fill('there is only one rater'));
  });

  test('two raters who share no item', () => {
    expect(reasons([vote('1', 'r', 'a'), vote('2', 's', 'b')])).toEqual(Array(5).fill('no item has votes of two raters'));
  });

  test('one value: agreement is 1, all that is corrected for chance is 0/0', () => {
    const votes = ['1', '2', '3'].flatMap((item) => [vote(item, 'r', 'a'), vote(item, 's', 'a')]);
    expect(valuesOf(agreementReport(votes, { seed: 1 }))).toEqual([1, 1, null, null, null, null]);
    const alike = expect.stringContaining('has the value "a"') as string;
    expect(reasons(votes)).toEqual([undefined, alike, alike, alike, expect.stringContaining('one and the same value')]);
    expect(agreementReport(votes, { seed: 1 }).cohenKappa[0]!.kappa).toMatchObject({ observed: 1, expected: 1 });
  });

  test('nearly all votes alike: AC1 keeps near the percent agreement where κ and α drop to 0, and has an interval', () => {
    const votes = Array.from({ length: 40 }, (_, item) => [vote(`${item}`, 'r', item === 0 ? 'b' : 'a'), vote(`${item}`, 's', item === 1 ? 'b' : 'a')]).flat();
    const report = agreementReport(votes, { seed: 1 });
    expect(report.percentAgreement.value).toBe(0.95);
    // By hand: π = 0.975, 0.025; AC1's p_e = 0.04875, Fleiss' p_e = 0.95125.
    expect(report.gwetAc1.value).toBeCloseTo((0.95 - 0.04875) / (1 - 0.04875), 12);
    expect(report.fleissKappa.value).toBeCloseTo((0.95 - 0.95125) / (1 - 0.95125), 12);
    expect(report.gwetAc1.interval).toMatchObject({ high: 1, undefinedResamples: 0 });
    expect(report.fleissKappa.interval).toBeNull();
  });

  test('more than 200 raters: α without κ per pair', () => {
    const votes = Array.from({ length: 201 }, (_, rater) => vote('1', `${rater}`, rater % 2 === 0 ? 'a' : 'b'));
    const report = agreementReport(votes, WITHOUT_INTERVALS);
    expect(report.cohenKappa).toEqual([]);
    expect(report.cohenKappaReason).toContain('201 raters');
    expect(report.krippendorffAlpha.value).not.toBeNull();
  });
});

test('a rater with two values for an item, text at a level for numbers, and NaN are refused', () => {
  expect(() => agreementReport([vote('7', 'r', 'a'), vote('7', 'r', 'b')], { seed: 1 })).toThrow('Rater r has two votes on item 7, "a" and "b"; keep one of them.');
  expect(() => agreementReport([vote('7', 'r', 'tie')], { seed: 1, level: 'ordinal' })).toThrow(/ordinal level needs numbers.*"tie"/);
  expect(() => agreementReport([vote('7', 'r', Number.NaN)], { seed: 1 })).toThrow(/rater r on item 7 is NaN/);
});
