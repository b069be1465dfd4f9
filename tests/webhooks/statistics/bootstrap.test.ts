import { describe, expect, test } from 'vitest';
import { estimate, type CountedStatistic } from '../../../webhooks/statistics/bootstrap.js';
import { createRandom, randomFromState, splitMix64, type Random } from '../../../core/random.js';

/** Mean of one number per pattern, undefined where `isDefined` says so. */
function meanOf(values: number[], frequencies: number[], isDefined: (drawn: Uint32Array) => boolean = () => true): CountedStatistic {
  const items = frequencies.reduce((sum, frequency) => sum + frequency, 0);
  return {
    n: { items, votes: 2 * items },
    frequencies: Uint32Array.from(frequencies),
    evaluate: (drawn) => (isDefined(drawn) ? values.reduce((sum, value, pattern) => sum + value * drawn[pattern]!, 0) / items : null),
    explain: () => 'the test says so',
  };
}

function draw(random: Random, count: number, n = 2 ** 32): number[] {
  const target = new Uint32Array(count);
  random.fillBelow(target, n);
  return [...target];
}

describe('random numbers', () => {
  test("xoshiro128** gives the reference implementation's outputs", () => {
    // Version 1.1 of the reference code with the state {1, 2, 3, 4}; rand_xoshiro holds the same ten.
    const random = randomFromState([1, 2, 3, 4]);
    const reference = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804];
    expect([...draw(random, 4), ...draw(random, 6)]).toEqual(reference);
  });

  test("SplitMix64 gives the reference implementation's outputs", () => {
    const reference = [6457827717110365317n, 3203168211198807973n, 9817491932198370423n, 4593380528125082431n, 16408922859458223821n];
    expect(splitMix64(1234567n, 5)).toEqual(reference);
  });

  test('a seed is one stream, another seed another', () => {
    const draws = (seed: number): number[] => draw(createRandom(seed), 8);
    expect(draws(0)).toEqual(draws(0));
    expect(draws(1)).not.toEqual(draws(0));
    expect(draws(Number.MAX_SAFE_INTEGER)).not.toEqual(draws(1));
  });

  test('below(n) gives each of 0 … n − 1 alike (χ² with 6 degrees of freedom below its 0.999 quantile)', () => {
    const counts = Array<number>(7).fill(0);
    for (const drawn of draw(createRandom(99), 70_000, 7)) counts[drawn]! += 1;
    expect(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(22.46);
  });
});

describe('bootstrap', () => {
  test('every resample of a small sample comes as often as its exact probability', () => {
    const seen = new Map<string, number>();
    const statistic = meanOf([0, 1, 5], [1, 2, 1]);
    const resamples = 50_000;
    estimate(
      { ...statistic, evaluate: (drawn) => (seen.set(drawn.join(), (seen.get(drawn.join()) ?? 0) + 1), statistic.evaluate(drawn)) },
      { seed: 11, resamples },
    );
    const exact = enumerateResamples([0, 1, 1, 2], 3);
    expect([...seen.keys()].sort()).toEqual([...exact.keys()].sort());
    for (const [drawn, probability] of exact) {
      const error = Math.sqrt((probability * (1 - probability)) / resamples);
      expect(Math.abs(seen.get(drawn)! / resamples - probability), drawn).toBeLessThan(5 * error);
    }
  });

  test('the interval ends are the exact quantiles where the distribution is enumerated', () => {
    // Of 4 items one is 1: the resampled mean is k/4 with binomial(4, 1/4) weights .316, .422, .211, .047, .004.
    const { value, interval } = estimate(meanOf([0, 1], [3, 1]), { seed: 4, resamples: 40_000, coverage: 0.94 });
    expect(value).toBe(0.25);
    expect(interval).toEqual({ low: 0, high: 0.75, level: 0.94, resamples: 40_000, undefinedResamples: 0 });
  });

  test('a 95 % interval of a share holds the truth in about 95 % of 400 samples', () => {
    const random = createRandom(2024);
    let held = 0;
    for (let sample = 0; sample < 400; sample += 1) {
      const ones = draw(random, 200, 10).filter((one) => one < 3).length;
      const { interval } = estimate(meanOf([0, 1], [200 - ones, ones]), { seed: sample });
      if (interval!.low <= 0.3 && 0.3 <= interval!.high) held += 1;
    }
    // 400 × 0.95 = 380 with a standard deviation of 4.4; the percentile method falls a little short for shares.
    expect(held).toBeGreaterThan(362);
    expect(held).toBeLessThan(396);
  });

  test('undefined resamples are left out and counted, up to the share of both tails', () => {
    const seldom = estimate(meanOf([0, 1], [5, 3], (drawn) => drawn[1]! > 0), { seed: 1 });
    expect(seldom.interval!.undefinedResamples).toBeGreaterThan(5);
    expect(seldom.interval!.low).toBeGreaterThan(0);
    const often = estimate(meanOf([0, 1], [3, 1], (drawn) => drawn[1]! > 0), { seed: 1 });
    expect(often).toMatchObject({ value: 0.25, interval: null, reason: expect.stringMatching(/undefined in 3\d\d of 1000 resamples/) });
  });

  test('says why there is no interval', () => {
    expect(estimate(meanOf([1], [1]), { seed: 1 })).toMatchObject({ value: 1, interval: null, reason: expect.stringContaining('two items') });
    expect(estimate(meanOf([1], [9]), { seed: 1, resamples: 0 })).toMatchObject({ interval: null, reason: expect.stringContaining('none was asked for') });
    expect(estimate(meanOf([1], [9], () => false), { seed: 1 })).toMatchObject({ value: null, interval: null, reason: 'the test says so' });
  });
});

/** Probability of each count of patterns when as many items as there are get drawn with replacement. */
function enumerateResamples(patternOf: number[], patterns: number): Map<string, number> {
  const items = patternOf.length;
  const found = new Map<string, number>();
  for (let index = 0; index < items ** items; index += 1) {
    const drawn = Array<number>(patterns).fill(0);
    for (let place = 0, rest = index; place < items; place += 1, rest = Math.floor(rest / items)) drawn[patternOf[rest % items]!]! += 1;
    found.set(drawn.join(), (found.get(drawn.join()) ?? 0) + 1 / items ** items);
  }
  return found;
}
