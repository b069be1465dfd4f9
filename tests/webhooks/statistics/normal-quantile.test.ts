import { expect, test } from 'vitest';
import { normalHalfWidth } from '../../../webhooks/statistics/normal-quantile.js';

/** scipy.stats.norm.ppf((1 + coverage) / 2), SciPy 1.17.1. */
test.each([
  [0, 0],
  [0.5, 0.6744897501960817],
  [0.8, 1.2815515655446004],
  [0.95, 1.959963984540054],
  [0.99, 2.5758293035489004],
  [0.999999, 4.891638475671085],
  [1 - 2 ** -40, 7.143552034352189],
])('coverage %d', (coverage, expected) => {
  expect(Math.abs(normalHalfWidth(coverage) - expected)).toBeLessThan(1e-9);
});
