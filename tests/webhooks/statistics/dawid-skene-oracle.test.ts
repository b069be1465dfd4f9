import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { dawidSkene } from '../../../webhooks/statistics/dawid-skene.js';

const numbers = z.array(z.number());
const oracleSchema = z.array(
  z.object({
    name: z.string(),
    votes: z.array(z.tuple([z.number(), z.number(), z.number()])),
    values: z.array(z.string()),
    model: z.enum(['full', 'one-coin']),
    iterations: z.number(),
    crowdkit: z.boolean(),
    posterior: z.array(numbers),
    prior: numbers,
    errors: z.array(z.array(numbers)),
    skills: numbers,
    log_likelihood: z.number(),
  }),
);
const oracle = oracleSchema.parse(JSON.parse(readFileSync(new URL('../../oracles/dawid-skene.json', import.meta.url), 'utf8')));

/** Names whose order is that of the numbers. */
const nameOf = (letter: string, number: number): string => `${letter}${String(number).padStart(4, '0')}`;

/** 1e-9 is above the steps of 2^-40 in which posteriors are kept, and far below any wrong formula. */
function expectEqual(what: string, found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  const difference = found.reduce((most, value, index) => Math.max(most, Math.abs(value - expected[index]!)), 0);
  expect(difference, `${what} is ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`).toBeLessThanOrEqual(1e-9);
}

test('most cases are confirmed by crowd-kit itself', () => {
  expect(oracle.filter((one) => one.crowdkit).length).toBeGreaterThan(oracle.length / 2);
});

describe('equals NumPy and crowd-kit after as many iterations to 1e-9', () => {
  test.each(oracle)('$name', ({ votes, values, model, iterations, posterior, prior, errors, skills, log_likelihood }) => {
    const found = dawidSkene(
      votes.map(([item, rater, value]) => ({ item: nameOf('i', item), rater: nameOf('r', rater), value: values[value]! })),
      { model, tolerance: -1, iterationsMax: iterations },
    );
    expect(found).toMatchObject({ model, values, iterations, converged: false });
    expectEqual('prior', found.prior, prior);
    expectEqual('posterior', found.items.flatMap((one) => one.posterior), posterior.flat());
    expectEqual('confusion', found.raters.flatMap((one) => one.confusion!.flat()), errors.flat(2));
    expectEqual('accuracy', found.raters.map((one) => one.accuracy!), skills);
    expectEqual('log-likelihood per vote', [found.logLikelihood! / votes.length], [log_likelihood / votes.length]);
  });
});
