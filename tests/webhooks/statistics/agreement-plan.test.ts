import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { alphaVariance, planItems } from '../../../webhooks/statistics/agreement-plan.js';

const oracleSchema = z.array(z.object({ agreement: z.number(), shares: z.array(z.number()), raters: z.number(), items: z.number(), studies: z.number(), mean: z.number(), sd: z.number() }));
const oracle = oracleSchema.parse(JSON.parse(readFileSync(new URL('../../oracles/agreement-plan.json', import.meta.url), 'utf8')));
const OPTIONS = { coverage: 0.95, seed: 1 };

describe('the variance is that of studies simulated with NumPy', () => {
  test.each(oracle)('α $agreement, shares $shares, $raters raters', ({ agreement, shares, raters, items, studies, mean, sd }) => {
    const planned = Math.sqrt(alphaVariance({ agreement, shares }, raters) / items);
    // A standard deviation from so many studies has a relative standard error of 1/√(2 studies), about 1.1 %; 4 of them, and 1 % for finite n.
    expect(Math.abs(planned / sd - 1)).toBeLessThan(4 / Math.sqrt(2 * studies) + 0.01);
    expect(Math.abs(mean - agreement)).toBeLessThan((5 * sd) / Math.sqrt(studies) + 2 / items);
  });
});

test('at two raters and two values it is the formula of Bloch and Kraemer', () => {
  for (const kappa of [0, 0.2, 0.65, 0.9]) {
    for (const share of [0.5, 0.8, 0.97]) {
      const expected = (1 - kappa) * ((1 - kappa) * (1 - 2 * kappa) + (kappa * (2 - kappa)) / (2 * share * (1 - share)));
      expect(alphaVariance({ agreement: kappa, shares: [share, 1 - share] }, 2)).toBeCloseTo(expected, 10);
    }
  }
});

test('half the width needs four times the items, more raters fewer items, and the simulation gives what was asked for', () => {
  const expected = { agreement: 0.7, shares: [0.45, 0.45, 0.1] };
  const [wide, narrow, crowd] = [planItems(expected, 3, 0.1, OPTIONS), planItems(expected, 3, 0.05, OPTIONS), planItems(expected, 5, 0.05, OPTIONS)];
  expect(Math.abs(narrow.items / wide.items - 4)).toBeLessThan(0.05);
  expect(crowd.items).toBeLessThan(narrow.items);
  expect(narrow.votes).toBe(3 * narrow.items);
  for (const [plan, asked] of [[wide, 0.1], [narrow, 0.05], [crowd, 0.05]] as const) expect(Math.abs(plan.simulatedHalfWidth / asked - 1)).toBeLessThan(0.1);
  expect(planItems(expected, 3, 0.1, OPTIONS)).toEqual(wide);
});
