import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { packagePath } from '../../../core/package-root.js';
import { kappaInterval } from '../../../webhooks/statistics/kappa-interval.js';

const { cases } = JSON.parse(readFileSync(packagePath('tests/oracles/kappa-interval.json'), 'utf8')) as {
  cases: { counts: number[][]; kappa: number; error: number }[];
};

test.each(cases)('$counts: as statsmodels, within 1e-9', ({ counts, kappa, error }) => {
  const found = kappaInterval(counts)!;
  expect(Math.abs(found.value - kappa)).toBeLessThan(1e-9);
  expect(Math.abs(found.high - Math.min(1, kappa + 1.959963984540054 * error))).toBeLessThan(1e-9);
  expect(Math.abs(found.low - Math.max(-1, kappa - 1.959963984540054 * error))).toBeLessThan(1e-9);
});

test('undefined without items and with one category; perfect agreement has no width', () => {
  expect(kappaInterval([[0, 0], [0, 0]])).toBeNull();
  expect(kappaInterval([[7, 0], [0, 0]])).toBeNull();
  expect(kappaInterval([[3, 0], [0, 4]])).toEqual({ n: 7, value: 1, low: 1, high: 1 });
});
