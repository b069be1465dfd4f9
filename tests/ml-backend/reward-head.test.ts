import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PairloopError } from '../../core/errors.js';
import { factorise } from '../../ml-backend/numerics/cholesky.js';
import type { Matrix } from '../../ml-backend/numerics/matrix.js';
import { ACQUISITIONS, type Judgement } from '../../ml-backend/uncertainty/acquisition.js';
import { calibrationFigures, fitTemperature } from '../../ml-backend/uncertainty/calibration.js';
import { selfConsistencyVariance, tokenUncertainty } from '../../ml-backend/uncertainty/given-samples.js';
import { laplacePosterior, scoreVariances } from '../../ml-backend/uncertainty/posterior.js';
import { fitRewardHead, scoresOf } from '../../ml-backend/uncertainty/reward-head.js';
import { judge, trainRewardHead, type TrainedHead } from '../../ml-backend/uncertainty/train.js';
import { targetOf, type ComparedPairs } from '../../ml-backend/uncertainty/votes.js';
import { bell, noise } from '../oracles/integer-noise.js';

const numbers = z.array(z.number());
const figures = z.object({ n: z.number(), log_loss: z.number(), brier: z.number(), ece: z.number() });
const oracle = z
  .object({
    fitted: z.array(
      z.object({
        name: z.string(),
        c: z.number(),
        columns: z.number(),
        differences: numbers,
        targets: numbers,
        weights: numbers,
        asked: numbers,
        scores: numbers,
        variances: z.object({ full: numbers, diagonal: numbers }),
        margin: numbers,
        entropy: numbers,
        information_gain: numbers,
      }),
    ),
    judged: z.array(z.object({ name: z.string(), scores: numbers, targets: numbers, temperature: z.number(), before: figures, after: figures })),
    gains: z.array(z.object({ score: z.number(), variance: z.number(), information_gain: z.number() })),
  })
  .parse(JSON.parse(readFileSync(new URL('../oracles/reward-head.json', import.meta.url), 'utf8')));

const matrix = (data: readonly number[], columns: number): Matrix => ({ data: Float64Array.from(data), rows: data.length / columns, columns });
const acquire = (name: string, judgement: Judgement): number => ACQUISITIONS.get(name)!(judgement);

/** The greatest difference, as a share of the greatest number expected; infinite where there are more of one. */
function deviation(found: Iterable<number>, expected: readonly number[]): number {
  const values = [...found];
  if (values.length !== expected.length) return Infinity;
  return Math.max(...values.map((value, at) => Math.abs(value - expected[at]!))) / Math.max(...expected.map(Math.abs), 1e-300);
}

describe.each(oracle.fitted)('equals scikit-learn and SciPy: $name', ({ c, columns, differences, targets, weights, asked, scores, ...expected }) => {
  const pairs = { differences: matrix(differences, columns), targets: Float64Array.from(targets) };
  const head = fitRewardHead(pairs, { inverseRegularisation: c });
  const questions = matrix(asked, columns);

  test('weights to 1e-9, from any start', () => {
    expect(deviation(head.weights, weights)).toBeLessThan(1e-9);
    const start = Float64Array.from({ length: columns }, (_, at) => bell(5, at));
    expect(deviation(fitRewardHead(pairs, { inverseRegularisation: c, start }).weights, weights)).toBeLessThan(1e-9);
  });

  test('scores, variances and uncertainties', () => {
    const found = scoresOf(questions, head.weights);
    expect(deviation(found, scores)).toBeLessThan(1e-9);
    const full = scoreVariances(questions, laplacePosterior(pairs.differences, head, 'full'));
    expect(deviation(full, expected.variances.full)).toBeLessThan(1e-8);
    expect(deviation(scoreVariances(questions, laplacePosterior(pairs.differences, head, 'diagonal')), expected.variances.diagonal)).toBeLessThan(1e-8);
    const all = (name: string): number[] => Array.from(found, (score, row) => acquire(name, { score, variance: full[row]! }));
    expect(deviation(all('margin'), expected.margin)).toBeLessThan(1e-8);
    expect(deviation(all('least-confident'), expected.margin.map((value) => value / 2))).toBeLessThan(1e-8);
    expect(deviation(all('entropy'), expected.entropy)).toBeLessThan(1e-8);
    expect(deviation(all('information-gain'), expected.information_gain)).toBeLessThan(1e-8);
  });
});

test.each(oracle.judged)('temperature and figures equal SciPy and scikit-learn: $name', ({ scores, targets, temperature, before, after }) => {
  const [given, wanted] = [Float64Array.from(scores), Float64Array.from(targets)];
  const found = fitTemperature(given, wanted);
  // SciPy compares losses, so it finds where they are least to the root of float64's precision only.
  expect(Math.abs(found / temperature - 1)).toBeLessThan(1e-6);
  for (const [own, expected] of [[calibrationFigures(given, wanted)!, before], [calibrationFigures(given.map((score) => score / temperature), wanted)!, after]] as const) {
    expect(own.n).toBe(expected.n);
    expect(deviation([own.logLoss], [expected.log_loss])).toBeLessThan(1e-10);
    expect(deviation([own.brier], [expected.brier])).toBeLessThan(1e-10);
    expect(deviation([own.ece], [expected.ece])).toBeLessThan(1e-10);
  }
  expect(after.log_loss).toBeLessThanOrEqual(before.log_loss);
});

test('information gain equals adaptive quadrature to 1e-9, from no variance to a deviation of 100', () => {
  for (const { score, variance, information_gain } of oracle.gains) {
    expect(Math.abs(acquire('information-gain', { score, variance }) - information_gain), `${score}, ${variance}`).toBeLessThan(1e-9);
  }
});

/** Seeded pairs, whole numbers so that turning round and doubling are exact. */
const votes = fc.record({ rows: fc.integer({ min: 1, max: 30 }), columns: fc.integer({ min: 1, max: 6 }), seed: fc.nat(1_000_000), c: fc.constantFrom(0.01, 0.5, 8) }).map(({ rows, columns, seed, c }) => {
  const pairs: ComparedPairs = {
    differences: { data: Float64Array.from({ length: rows * columns }, (_, at) => (noise(seed, at) % 9) - 4), rows, columns },
    targets: Float64Array.from({ length: rows }, (_, row) => (noise(seed + 7_000_000, row) % 3) / 2),
    prompts: Int32Array.from({ length: rows }, (_, row) => noise(seed + 9_000_000, row) % 8),
  };
  return { pairs, c };
});
type Votes = typeof votes extends fc.Arbitrary<infer T> ? T : never;
const property = (check: (input: Votes) => void): void => fc.assert(fc.property(votes, check), { seed: 31, numRuns: 100 });
const negated = ({ data, rows, columns }: Matrix): Matrix => ({ data: data.map((value) => -value), rows, columns });
const fit = (pairs: Pick<ComparedPairs, 'differences' | 'targets'>, c: number): Float64Array => fitRewardHead(pairs, { inverseRegularisation: c }).weights;
const trained = (pairs: ComparedPairs): TrainedHead => {
  const result = trainRewardHead(pairs, { seed: 1, folds: 3 });
  if (result.head === undefined) throw new Error(result.reason);
  return result;
};

describe('properties (seed 31)', () => {
  test('votes turned round, some or all: the same head, bit for bit', () => {
    property(({ pairs, c }) => {
      const { data, rows, columns } = pairs.differences;
      const turned = (at: number): boolean => noise(3, at) % 2 === 0;
      const other = { differences: { data: data.map((value, at) => (turned(Math.floor(at / columns)) ? 0 - value : value)), rows, columns }, targets: pairs.targets.map((target, row) => (turned(row) ? 1 - target : target)) };
      expect(fit(other, c)).toEqual(fit(pairs, c));
    });
  });

  test('a pair turned round: the negative score, the same uncertainty, of every kind', () => {
    property(({ pairs }) => {
      const head = trained(pairs);
      const [ahead, behind] = [judge(head, pairs.differences), judge(head, negated(pairs.differences))];
      for (const [row, judgement] of ahead.entries()) {
        expect(behind[row]!.score + judgement.score).toBe(0);
        expect(behind[row]!.variance).toBe(judgement.variance);
        for (const acquisition of ACQUISITIONS.values()) expect(acquisition(behind[row]!)).toBe(acquisition(judgement));
      }
    });
  });

  test('every vote twice is C twice; a column of zeros weighs 0 and changes nothing', () => {
    property(({ pairs: { differences, targets }, c }) => {
      const { data, rows, columns } = differences;
      const twice = { differences: { data: Float64Array.of(...data, ...data), rows: 2 * rows, columns }, targets: Float64Array.of(...targets, ...targets) };
      const once = fit({ differences, targets }, c);
      expect(deviation(fit(twice, c / 2), [...once])).toBeLessThan(1e-8);
      const widened = Float64Array.from({ length: rows * (columns + 1) }, (_, at) => (at % (columns + 1) === columns ? 0 : data[Math.floor(at / (columns + 1)) * columns + (at % (columns + 1))]!));
      expect(deviation(fit({ differences: { data: widened, rows, columns: columns + 1 }, targets }, c), [...once, 0])).toBeLessThan(1e-8);
    });
  });

  test('more votes never make a score less certain, where chances stay: a row twice has the lower variance', () => {
    property(({ pairs, c }) => {
      const head = { weights: new Float64Array(pairs.differences.columns), inverseRegularisation: c };
      const { data, rows, columns } = pairs.differences;
      const doubled = { data: Float64Array.of(...data, ...data), rows: 2 * rows, columns };
      const [one, two] = [pairs.differences, doubled].map((differences) => scoreVariances(pairs.differences, laplacePosterior(differences, head)));
      for (const [row, variance] of one!.entries()) {
        expect(two![row]!).toBeLessThanOrEqual(variance);
        expect(variance).toBeGreaterThanOrEqual(0);
      }
    });
  });

  test('uncertainties: highest at score 0, falling with |score|, within their bounds; information gain rises with variance', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 30, noNaN: true }), fc.double({ min: 0.001, max: 5, noNaN: true }), fc.double({ min: 0, max: 50, noNaN: true }), (score, more, variance) => {
        for (const [name, acquisition] of ACQUISITIONS) {
          const value = acquisition({ score, variance });
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(name === 'least-confident' ? 0.5 : name === 'margin' ? 1 : Math.LN2 + 1e-12);
        }
        for (const name of ['least-confident', 'margin', 'entropy']) expect(acquire(name, { score: score + more, variance })).toBeLessThan(acquire(name, { score, variance }));
        expect(acquire('information-gain', { score: 0, variance: variance + more })).toBeGreaterThan(acquire('information-gain', { score: 0, variance }));
        expect(acquire('information-gain', { score, variance })).toBeLessThanOrEqual(acquire('entropy', { score: 0, variance }));
      }),
      { seed: 31 },
    );
  });
});

/** 60 prompts with 4 pairs each, drawn from a true Bradley–Terry model. */
function drawn(strength: number): ComparedPairs {
  const [rows, columns] = [240, 5];
  const differences = { data: Float64Array.from({ length: rows * columns }, (_, at) => bell(90, at)), rows, columns };
  const scores = scoresOf(differences, Float64Array.from({ length: columns }, (_, at) => (strength * (at - 2)) / 2));
  return { differences, targets: scores.map((score, row) => (noise(91, row) / 2 ** 32 < 1 / (1 + Math.exp(-score)) ? 1 : 0)), prompts: Int32Array.from({ length: rows }, (_, row) => row >> 2) };
}

describe('training', () => {
  test('no vote: no head yet, and why; none is made up', () => {
    const none: ComparedPairs = { differences: matrix([], 3), targets: new Float64Array(0), prompts: new Int32Array(0) };
    expect(trainRewardHead(none, { seed: 0 })).toEqual({ head: undefined, reason: 'No head yet: there is no vote to learn from.' });
  });

  test('learns a true Bradley–Terry model; its figures on prompts left out beat a coin; the same each time', () => {
    const head = trained(drawn(2));
    expect(head.heldOut!.calibrated.n).toBe(240);
    expect(head.heldOut!.calibrated.logLoss).toBeLessThan(0.5);
    expect(head.heldOut!.calibrated.brier).toBeLessThan(0.2);
    expect(head.heldOut!.calibrated.ece).toBeLessThan(0.1);
    expect(head.head.weights[4]).toBeGreaterThan(0.5);
    expect(trained(drawn(2))).toEqual(head);
    expect(head).toMatchObject({ votes: 240, prompts: 60 });
  });

  test('votes by a coin: the strongest regularisation, and no better than a coin', () => {
    const head = trained(drawn(0));
    expect(head.head.inverseRegularisation).toBeLessThanOrEqual(0.01);
    expect(head.heldOut!.calibrated.logLoss).toBeGreaterThan(0.68);
  });

  test('pairs of a prompt stay together: what only a copy in the other fold could teach is not learned', () => {
    // Every prompt has a column of its own, and its two pairs the same winner: a split within prompts would foresee all.
    const data = Float64Array.from({ length: 40 * 20 }, (_, at) => (Math.floor(at / 20) % 20 === at % 20 ? 1 : 0));
    const pairs: ComparedPairs = { differences: { data, rows: 40, columns: 20 }, targets: Float64Array.from({ length: 40 }, (_, row) => row % 20 % 2), prompts: Int32Array.from({ length: 40 }, (_, row) => row % 20) };
    expect(trained(pairs).heldOut!.uncalibrated.logLoss).toBeCloseTo(Math.LN2, 12);
  });

  test('one prompt: nothing to leave out, so the strongest regularisation and no calibration', () => {
    const head = trained({ ...drawn(2), prompts: new Int32Array(240) });
    expect(head).toMatchObject({ temperature: 1, heldOut: undefined, prompts: 1 });
    expect(head.head.inverseRegularisation).toBe(0.0001);
  });

  test('ties alone: a head that knows nothing', () => {
    const head = trained({ ...drawn(2), targets: new Float64Array(240).fill(0.5) });
    expect(head.head.weights).toEqual(new Float64Array(5));
    expect(judge(head, matrix([1, 2, 3, 4, 5], 5))[0]!.score).toBe(0);
  });

  test('verdicts as targets: a tie is half a win, both_bad teaches nothing', () => {
    expect((['a', 'b', 'tie', 'both_bad'] as const).map(targetOf)).toEqual([1, 0, 0.5, undefined]);
  });

  test.each<[string, Partial<ComparedPairs>, RegExp]>([
    ['a target above 1', { targets: Float64Array.of(1, 2) }, /target of row 1 .* is 2/],
    ['NaN among targets', { targets: Float64Array.of(NaN, 0) }, /target of row 0 .* is NaN/],
    ['a target too few', { targets: Float64Array.of(1) }, /1 targets for 2 pairs/],
    ['a prompt too few', { prompts: Int32Array.of(1) }, /1 prompts for 2 pairs/],
    ['an infinite difference', { differences: matrix([1, 2, 3, Infinity], 2) }, /hold Infinity at row 1, column 1/],
    ['a difference of another length', { differences: { data: Float64Array.of(1, 2, 3), rows: 2, columns: 2 } }, /3 numbers; 2 × 2/],
  ])('refuses %s', (_, change, message) => {
    const pairs = { differences: matrix([1, 2, 3, 4], 2), targets: Float64Array.of(1, 0), prompts: Int32Array.of(0, 1), ...change };
    expect(() => trainRewardHead(pairs, { seed: 0 })).toThrow(message);
    expect(() => trainRewardHead(pairs, { seed: 0 })).toThrow(PairloopError);
  });

  test('refuses options that mean nothing', () => {
    expect(() => trainRewardHead(drawn(1), { seed: 0, inverseRegularisations: [0] })).toThrow(/C is 0; it must be above 0/);
    expect(() => trainRewardHead(drawn(1), { seed: 0, inverseRegularisations: [] })).toThrow(/no C to choose from/);
    expect(() => trainRewardHead(drawn(1), { seed: 0, folds: 1 })).toThrow(/1 folds; at least 2/);
    expect(() => trainRewardHead(drawn(1), { seed: 0, start: new Float64Array(4) })).toThrow(/start with are 4; the pairs have 5 columns/);
    expect(() => factorise(Float64Array.of(1, 0, 2, 1), 2)).toThrow(/not positive definite: pivot 1/);
  });

  test('temperature: few separated votes make nobody sure; its bounds; 1 where scores say nothing', () => {
    const found = fitTemperature(Float64Array.of(1, -1), Float64Array.of(1, 0));
    // Two and a half of three are right where a tie counts beside two votes.
    expect(1 / (1 + Math.exp(-1 / found))).toBeCloseTo(2.5 / 3, 12);
    expect(fitTemperature(new Float64Array(1e5).fill(1e-3), new Float64Array(1e5).fill(1))).toBe(0.01);
    expect(fitTemperature(Float64Array.of(1, -1), Float64Array.of(0, 1))).toBe(100);
    expect(fitTemperature(new Float64Array(3), Float64Array.of(1, 0, 1))).toBe(1);
    expect(fitTemperature(new Float64Array(0), new Float64Array(0))).toBe(1);
    expect(calibrationFigures(new Float64Array(0), new Float64Array(0))).toBeUndefined();
  });
});

describe('samples given with the data', () => {
  test('average token log-probability: each response alike, certain is 0, unknown where one has none', () => {
    expect(tokenUncertainty([-1, -2, -3], [-1])).toBe(1.5);
    expect(tokenUncertainty([0, 0], [0])).toBe(0);
    expect(tokenUncertainty([], [-1])).toBeUndefined();
    expect(() => tokenUncertainty([-1], [-1, 0.1])).toThrow(/Token 1 of response B has the log-probability 0.1/);
    expect(() => tokenUncertainty([NaN], [-1])).toThrow(/Token 0 of response A/);
  });

  test('self-consistency: population variance, the same when sides are swapped; unknown from one sample', () => {
    expect(selfConsistencyVariance([1, 1, 0, 0])).toBe(0.25);
    expect(selfConsistencyVariance([1, 1, 1])).toBe(0);
    expect(selfConsistencyVariance([1, 0.5])).toBe(0.0625);
    expect(selfConsistencyVariance([0, 0.5])).toBe(0.0625);
    expect(selfConsistencyVariance([1])).toBeUndefined();
    expect(() => selfConsistencyVariance([1, Infinity])).toThrow(/Sample 1 is Infinity/);
  });
});
