import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packagePath } from '../../../core/package-root.js';
import { absorbed, type Course } from './exact-characteristics.js';
import { parsePolicy, type SequentialPolicy } from './policy.js';
import { deriveThresholds } from './thresholds.js';

type OracleCase = Pick<Course, 'hypotheses' | 'thresholds' | 'passes' | 'from'> & { readonly paused: Readonly<Record<string, number>> };

const { cases } = JSON.parse(readFileSync(packagePath('tests/oracles/rater-policy.json'), 'utf8')) as { cases: OracleCase[] };
const { hypotheses, thresholds } = parsePolicy({ policy: 'sequential' }) as SequentialPolicy;

function pausedAfter(passes: number, golds: number, from: Course['from']): number {
  return absorbed({ hypotheses, thresholds, passes, golds, from }).at(-1)!;
}

test.each(cases.map((one) => [one.passes, one.from, one.hypotheses.good, one] as const))(
  'a rater who passes %d, %s, judged against %d: as the oracle, within 1e-12',
  (_passes, _from, _good, { paused, ...course }) => {
    const golds = Math.max(...Object.keys(paused).map(Number));
    const computed = absorbed({ ...course, golds });
    expect(computed).toHaveLength(golds + 1);
    for (const [gold, value] of Object.entries(paused)) expect(Math.abs(computed[Number(gold)]! - value), gold).toBeLessThan(1e-12);
  },
);

describe('what the default promises', () => {
  test('an honest 90 % rater is paused within 500 gold items at most in 5 %', () => {
    expect(pausedAfter(0.9, 500, 'fresh')).toBeLessThanOrEqual(0.05);
  });
  test('a fresh 60 % rater is paused within 25 gold items in at least 90 %', () => {
    expect(pausedAfter(0.6, 25, 'fresh')).toBeGreaterThanOrEqual(0.9);
  });
  test('after a fall to 60 % half are paused within 25 gold items, and 90 % within 45, from the slowest start', () => {
    expect(pausedAfter(0.6, 25, 'settled')).toBeGreaterThanOrEqual(0.5);
    expect(pausedAfter(0.6, 45, 'settled')).toBeGreaterThanOrEqual(0.9);
  });
  test('a four-way clicker is paused within 8 gold items in at least 95 %', () => {
    expect(pausedAfter(0.25, 8, 'fresh')).toBeGreaterThanOrEqual(0.95);
  });
});

test('the thresholds of the default are derived, and a hundredth less would break the budget', () => {
  expect(deriveThresholds({ good: 0.9, bad: 0.6 })).toEqual(thresholds);
  const lower = { ...thresholds, driftPause: thresholds.driftPause - 0.01 };
  expect(absorbed({ hypotheses, thresholds: lower, passes: 0.9, golds: 500, from: 'fresh' }).at(-1)).toBeGreaterThan(0.032);
});

test('probabilities grow with the gold items and fall with skill; a settled rater is paused no sooner than a fresh one (seed 20260)', () => {
  const passes = fc.double({ min: 0.05, max: 0.99, noNaN: true });
  fc.assert(
    fc.property(passes, passes, fc.integer({ min: 1, max: 120 }), (one, other, golds) => {
      const [less, more] = one < other ? [one, other] : [other, one];
      const course = { hypotheses, thresholds, golds };
      const weak = absorbed({ ...course, passes: less, from: 'fresh' });
      const strong = absorbed({ ...course, passes: more, from: 'fresh' });
      const settled = absorbed({ ...course, passes: less, from: 'settled' });
      for (let at = 1; at <= golds; at += 1) {
        expect(weak[at]!).toBeGreaterThanOrEqual(weak[at - 1]!);
        expect(weak[at]!).toBeGreaterThanOrEqual(strong[at]! - 1e-12);
        expect(weak[at]!).toBeGreaterThanOrEqual(settled[at]! - 1e-12);
        expect(weak[at]!).toBeLessThanOrEqual(1 + 1e-12);
      }
    }),
    { seed: 20_260, numRuns: 40 },
  );
});
