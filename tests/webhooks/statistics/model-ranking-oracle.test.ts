import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Comparison } from '../../../webhooks/statistics/comparison-cells.js';
import { rankModels } from '../../../webhooks/statistics/model-ranking.js';

const numbers = z.array(z.number());
const effect = z.enum(['position', 'length']);
const oracleSchema = z.array(
  z.object({
    name: z.string(),
    ties: z.enum(['davidson', 'rao-kupper']),
    effects: z.array(effect),
    prior: z.number().nullable(),
    models: z.number(),
    statsmodels: z.boolean(),
    rows: z.array(z.tuple([z.number(), z.number(), z.number(), z.enum(['a', 'b', 'tie']), z.enum(['ab', 'ba']).nullable(), z.number(), z.number()])),
    values: numbers,
    errors: numbers,
    covariance: z.array(numbers),
    tie_share: z.number(),
    log_likelihood: z.number(),
  }),
);
const oracle = oracleSchema.parse(JSON.parse(readFileSync(new URL('../../oracles/bradley-terry.json', import.meta.url), 'utf8')));
const nameOf = (model: number): string => `m${model}`;

/** Newton ends within 1e-10; the oracle is exact to its last digit. */
function expectEqual(what: string, found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  const difference = found.reduce((most, value, index) => Math.max(most, Math.abs(value - expected[index]!)), 0);
  expect(difference, `${what} is ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`).toBeLessThanOrEqual(1e-9);
}

test('some cases are confirmed by statsmodels itself', () => {
  expect(oracle.filter((one) => one.statsmodels).length).toBeGreaterThanOrEqual(5);
});

describe('equals mpmath and statsmodels to 1e-9', () => {
  test.each(oracle)('$name', ({ ties, effects, prior, rows, values, errors, covariance, tie_share, log_likelihood, models }) => {
    const comparisons: Comparison[] = rows.map(([item, a, b, outcome, displayed, ...lengths]) => ({ item: `i${item}`, modelA: nameOf(a), modelB: nameOf(b), outcome, displayed, lengths }));
    const ranking = rankModels(comparisons, { ties, control: effects, ...(prior === null ? {} : { priorSd: prior }), seed: 1, resamples: 0 });
    const byName = ranking.models.toSorted((one, other) => (one.model < other.model ? -1 : 1));
    const found = [...byName.map(({ strength }) => strength), ...effects.map((name) => ranking.effects[name]!)];
    expectEqual('strengths and effects', found.map(({ value }) => value!), values);
    expectEqual('standard errors', found.map(({ standardError }) => standardError!), errors);
    const order = ranking.models.map(({ model }) => Number(model.slice(1)));
    expectEqual('covariance', ranking.covariance!.flat(), order.flatMap((row) => order.map((column) => covariance[row]![column]!)));
    expectEqual('share of ties between equals', [ranking.tieShare!], [tie_share]);
    expectEqual('log-likelihood', [ranking.logLikelihood!], [log_likelihood]);
    expect(order).toHaveLength(models);
  });
});
