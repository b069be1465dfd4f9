import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ItemVote } from '../../../core/domain/vote.js';
import { agreementReport } from '../../../webhooks/statistics/agreement-report.js';
import type { MeasurementLevel } from '../../../webhooks/statistics/krippendorff-alpha.js';

const number = z.number().nullable();
const rowsSchema = z.array(z.array(z.union([z.string(), z.number()]).nullable()));
const oracleSchema = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      rows: rowsSchema,
      numeric: z.boolean(),
      expected: z.object({
        percent: number,
        all_agree: number,
        items: z.number(),
        alpha: z.record(z.string(), number),
        fleiss: number,
        ac1: number,
        kappa: z.array(z.object({ raters: z.tuple([z.number(), z.number()]), items: z.number(), plain: number, linear: number, quadratic: number })),
      }),
    }),
  ),
  intervals: z.array(
    z.object({
      name: z.string(),
      rows: rowsSchema,
      statistic: z.enum(['alpha', 'kappa', 'percent']),
      resamples: z.number(),
      low: z.tuple([z.number(), z.number()]),
      high: z.tuple([z.number(), z.number()]),
    }),
  ),
});
const oracle = oracleSchema.parse(JSON.parse(readFileSync(new URL('../../oracles/agreement.json', import.meta.url), 'utf8')));

/** Rows of values by rater, as votes. Raters are named so that their order by name is that of the rows. */
function votesOf(rows: z.infer<typeof rowsSchema>): ItemVote[] {
  return rows.flatMap((row, rater) =>
    row.flatMap((value, item) => (value === null ? [] : [{ item: `item ${item}`, rater: `r${String(rater).padStart(2, '0')}`, value }])),
  );
}

/** The reference is a double of its own rounding; 1e-9 is far above both roundings and far below any wrong formula. */
function expectEqual(what: string, value: number | null, expected: number | null, rows: z.infer<typeof rowsSchema>): void {
  const difference = value === null || expected === null ? (value === expected ? 0 : Infinity) : Math.abs(value - expected);
  const message = `${what} is ${value}, expected ${expected}, difference ${difference}, votes by rater: ${JSON.stringify(rows)}`;
  expect(difference, message).toBeLessThanOrEqual(1e-9);
}

describe('equals scikit-learn, krippendorff, statsmodels, and what irrCAC rounds, to 1e-9', () => {
  test.each(oracle.cases)('$name', ({ rows, numeric, expected }) => {
    const levels: MeasurementLevel[] = numeric ? ['nominal', 'ordinal', 'interval'] : ['nominal'];
    for (const level of levels) {
      const report = agreementReport(votesOf(rows), { seed: 1, resamples: 0, level });
      expectEqual('percent agreement', report.percentAgreement.value, expected.percent, rows);
      expectEqual('share of items on which all agree', report.allAgree.value, expected.all_agree, rows);
      expectEqual(`α (${level})`, report.krippendorffAlpha.value, expected.alpha[level]!, rows);
      expectEqual("Fleiss' κ", report.fleissKappa.value, expected.fleiss, rows);
      expectEqual("Gwet's AC1", report.gwetAc1.value, expected.ac1, rows);
      for (const { n } of [report.krippendorffAlpha, report.fleissKappa, report.gwetAc1]) expect(n.items).toBe(expected.items);
      expect(report.cohenKappa).toHaveLength(expected.kappa.length);
      for (const [index, pair] of expected.kappa.entries()) {
        const { raters, kappa, linear, quadratic } = report.cohenKappa[index]!;
        expect(raters.map((name) => Number(name.slice(1)))).toEqual(pair.raters);
        expect(kappa.n).toEqual({ items: pair.items, votes: 2 * pair.items });
        expectEqual(`κ of ${raters.join(', ')}`, kappa.value, pair.plain, rows);
        if (level === 'nominal') continue;
        expectEqual(`κ (linear) of ${raters.join(', ')}`, linear!.value, pair.linear, rows);
        expectEqual(`κ (quadratic) of ${raters.join(', ')}`, quadratic!.value, pair.quadratic, rows);
      }
    }
  });
});

describe("bootstrap ends lie where SciPy's distribution puts them (4 standard errors of both)", () => {
  test.each(oracle.intervals)('$name', ({ rows, statistic, resamples, low, high }) => {
    const report = agreementReport(votesOf(rows), { seed: 7, resamples });
    const found = { alpha: report.krippendorffAlpha, percent: report.percentAgreement, kappa: report.cohenKappa[0]!.kappa }[statistic];
    const { interval } = found;
    const message = `${JSON.stringify(interval)} against ${JSON.stringify({ low, high })}, votes by rater: ${JSON.stringify(rows)}`;
    const rounding = 1e-12;
    expect(interval!.low, message).toBeGreaterThanOrEqual(low[0] - rounding);
    expect(interval!.low, message).toBeLessThanOrEqual(low[1] + rounding);
    expect(interval!.high, message).toBeGreaterThanOrEqual(high[0] - rounding);
    expect(interval!.high, message).toBeLessThanOrEqual(high[1] + rounding);
  });
});
