import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PairloopError } from '../../core/errors.js';
import { createFractions } from '../../core/random.js';
import { STRATEGIES } from '../../ml-backend/selection/strategies.js';
import { bell, clustered, noise } from '../oracles/integer-noise.js';

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../oracles/${name}`, import.meta.url), 'utf8'));
const numbers = z.array(z.number());
const inputs = z
  .array(z.object({ name: z.string(), dtype: z.enum(['float32', 'float64']), rows: z.number(), columns: z.number(), k: z.number(), embeddings: numbers, uncertainty: numbers }))
  .parse(read('hybrid-cases.json'));
const outputs = z
  .array(z.object({ name: z.string(), seed: z.number(), results: z.record(z.string(), z.object({ indices: numbers, scores: numbers })) }))
  .parse(read('strategies-cases.json'));
const large = z
  .array(z.object({ name: z.string(), seed: z.number(), k: z.number(), results: z.record(z.string(), z.object({ indices: numbers, scores_sha256: z.string() })) }))
  .parse(read('strategies-5000.json'));
const largeInputs = z.array(z.object({ name: z.string(), inputs_sha256: z.string() })).parse(read('hybrid-5000.json'));

type Input = Parameters<NonNullable<ReturnType<(typeof STRATEGIES)['get']>>['select']>[0];
const select = (strategy: string, input: Input): { indices: number[]; scores: number[] } => STRATEGIES.get(strategy)!.select(input);
const NAMES = ['k-center', 'facility-location', 'kmeans++', 'uncertainty', 'random'];

test('every strategy but the two that have their own is in the oracles', () => {
  expect(['hybrid', 'prompt-balanced-margin', ...NAMES]).toEqual([...STRATEGIES.keys()]);
  for (const { results } of [...outputs, ...large]) expect(Object.keys(results)).toEqual(NAMES);
  expect(outputs.map(({ name }) => name)).toEqual(inputs.map(({ name }) => name));
});

describe.each(NAMES)('%s equals the plain computation, pick by pick and score by score:', (strategy) => {
  test.each(inputs.map((input, at) => ({ ...input, ...outputs[at]!, name: input.name })))('$name', ({ dtype, rows, columns, embeddings, uncertainty, k, seed, results }) => {
    const data = dtype === 'float32' ? Float32Array.from(embeddings) : Float64Array.from(embeddings);
    expect(select(strategy, { embeddings: { data, rows, columns }, uncertainty: Float64Array.from(uncertainty), k, weight: 0.6, seed })).toEqual(results[strategy]);
  });

  test.each(large)('5,000 × 384, k = 1,200: $name', ({ name, seed, k, results }) => {
    const data = name === 'clustered' ? clustered(20, 5_000, 384, 300) : Float32Array.from({ length: 5_000 * 384 }, (_, at) => bell(21, at));
    const uncertainty = Float64Array.from({ length: 5_000 }, (_, row) => noise(22, row) / 2 ** 32);
    const digest = createHash('sha256').update(new Uint8Array(data.buffer)).update(new Uint8Array(uncertainty.buffer)).digest('hex');
    expect(digest, 'the inputs differ from those of the oracle').toBe(largeInputs.find((input) => input.name === name)!.inputs_sha256);
    const result = select(strategy, { embeddings: { data, rows: 5_000, columns: 384 }, uncertainty, k, weight: 0.6, seed });
    expect(result.indices).toEqual(results[strategy]!.indices);
    expect(createHash('sha256').update(new Uint8Array(Float64Array.from(result.scores).buffer)).digest('hex')).toBe(results[strategy]!.scores_sha256);
  }, 120_000);
});

test('fractions: from [0, 1), on average ½, the numbers the oracle draws', () => {
  const draw = createFractions(7);
  const drawn = Array.from({ length: 10_000 }, draw);
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...drawn)).toBeLessThan(1);
  expect(drawn.reduce((sum, value) => sum + value) / 10_000).toBeCloseTo(0.5, 1);
});

/** Whole coordinates on a line: every distance and sum is exact, so the definitions can be taken at their word. */
const line = fc.record({
  at: fc.array(fc.integer({ min: -30, max: 30 }), { minLength: 1, maxLength: 16 }),
  k: fc.integer({ min: 1, max: 20 }),
  seed: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
});
type Line = typeof line extends fc.Arbitrary<infer T> ? T : never;
const property = (check: (input: Line) => void): void => fc.assert(fc.property(line, check), { seed: 5, numRuns: 200 });
const pick = (strategy: string, { at, k, seed }: Line): { indices: number[]; scores: number[] } =>
  select(strategy, { embeddings: { data: Float64Array.from(at), rows: at.length, columns: 1 }, uncertainty: Float64Array.from(at, Math.abs), k, weight: 0.6, seed });

describe('properties (seed 5)', () => {
  test.each(NAMES)('%s: distinct rows, as many as asked for and there are; the same again', (strategy) => {
    property((input) => {
      const { indices, scores } = pick(strategy, input);
      expect(new Set(indices).size).toBe(Math.min(input.k, input.at.length));
      expect(indices.every((row) => row >= 0 && row < input.at.length)).toBe(true);
      expect(scores).toHaveLength(indices.length);
      expect(pick(strategy, input)).toEqual({ indices, scores });
    });
  });
  test.each(['k-center', 'facility-location', 'uncertainty', 'random'])('%s: fewer picks are the beginning of more', (strategy) => {
    property((input) => {
      const k = Math.ceil(input.k / 2);
      expect(pick(strategy, { ...input, k }).indices).toEqual(pick(strategy, input).indices.slice(0, k));
    });
  });
  test('k-center: no row is farther from its pick than twice the best possible', () => {
    property(({ at, seed }) => {
      const radius = (centres: readonly number[]): number => Math.max(...at.map((x) => Math.min(...centres.map((centre) => Math.abs(x - centre)))));
      const best = Math.min(...at.flatMap((one) => at.map((other) => radius([one, other]))));
      const { indices } = pick('k-center', { at, k: 2, seed });
      expect(radius(indices.map((row) => at[row]!))).toBeLessThanOrEqual(2 * best);
    });
  });
  test('facility location: each pick raises f most, taken literally; the scores are what f rises by', () => {
    property((input) => {
      const { at } = input;
      const greatest = Math.max(...at) - Math.min(...at);
      const f = (rows: readonly number[]): number => (rows.length === 0 ? 0 : at.reduce((sum, x) => sum + Math.max(...rows.map((row) => greatest - Math.abs(x - at[row]!))), 0));
      const { indices, scores } = pick('facility-location', input);
      for (const [rank, index] of indices.entries()) {
        const before = indices.slice(0, rank);
        const gains = at.map((_, row) => (before.includes(row) ? -1 : f([...before, row]) - f(before)));
        expect([index, scores[rank]]).toEqual([gains.indexOf(Math.max(...gains)), Math.max(...gains)]);
      }
    });
  });
  test('kmeans++: the picks represent every row once', () => {
    property((input) => {
      expect(pick('kmeans++', input).scores.reduce((sum, size) => sum + size)).toBe(input.at.length);
    });
  });
});

test('kmeans++ finds clusters that lie apart, one representative each, at their middle', () => {
  const at = [0, 1, 2, 1000, 1001, 1002, 5000, 5001, 5002];
  for (let seed = 0; seed < 50; seed += 1) {
    expect(pick('kmeans++', { at, k: 3, seed }).indices.sort()).toEqual([1, 4, 7]);
  }
});

describe('chance is shared out as defined (χ² below its 0.999 quantile, 20,000 seeds):', () => {
  const counts = (draws: (seed: number) => number, expected: readonly number[]): number => {
    const seen = expected.map(() => 0);
    for (let seed = 0; seed < 20_000; seed += 1) seen[draws(seed)]! += 1;
    return expected.reduce((sum, share, at) => (share === 0 ? sum + seen[at]! * 1e9 : sum + (seen[at]! - share * 20_000) ** 2 / (share * 20_000)), 0);
  };
  test('random: the first pick is each row alike', () => {
    expect(counts((seed) => pick('random', { at: [0, 0, 0, 0, 0], k: 1, seed }).indices[0]!, [0.2, 0.2, 0.2, 0.2, 0.2])).toBeLessThan(18.47);
  });
  test('kmeans++: the second seed in proportion to D²', () => {
    // Rows at 0, 1 and 3; with k = 2 the seeds are two of them: first each with ⅓, then by D². Rows 0 and 1 as
    // seeds share out {0}, {1, 3}, told from the others by the sizes in the order of the seeds.
    const sizes = (seed: number): string => pick('kmeans++', { at: [0, 1, 3], k: 2, seed }).scores.join();
    const outcomes = ['1,2', '2,1'];
    // {0 then 1}: 1,2 · {0 then 3}: 2,1 · {1 then 0}: 2,1 · {1 then 3}: 2,1 · {3 then 0}: 1,2 · {3 then 1}: 1,2
    const first = (1 / 3) * (1 / 10) + 1 / 3;
    expect(counts((seed) => outcomes.indexOf(sizes(seed)), [first, 1 - first])).toBeLessThan(10.83);
  });
});

describe('refuses, saying what and where:', () => {
  const input = (change: Partial<Input>): Input => ({ embeddings: { data: Float64Array.of(1, 2, 3, 4), rows: 2, columns: 2 }, uncertainty: Float64Array.of(0, 1), k: 2, weight: 0.6, seed: 0, ...change });
  const data = (...values: number[]): Input['embeddings'] => ({ data: Float64Array.from(values), rows: 2, columns: 2 });
  test.each(NAMES.filter((name) => name !== 'uncertainty'))('%s: no rows, NaN', (strategy) => {
    expect(() => select(strategy, input({ embeddings: { data: new Float32Array(0), rows: 0, columns: 2 }, uncertainty: new Float64Array(0) }))).toThrow(/no rows/);
    expect(() => select(strategy, input({ embeddings: data(1, 2, NaN, 4) }))).toThrow(/hold NaN at row 1, column 0/);
  });
  test.each(NAMES)('%s: k = 0, as wrong usage', (strategy) => {
    expect(() => select(strategy, input({ k: 0 }))).toThrow(/k is 0/);
    expect(() => select(strategy, input({ k: 0 }))).toThrow(PairloopError);
  });
  test.each<[string, string, Input, RegExp]>([
    ['k-center', 'an uncertainty too few', input({ uncertainty: Float64Array.of(1) }), /1 uncertainties for 2 rows/],
    ['k-center', 'a distance beyond float64', input({ embeddings: data(1e200, 0, -1e200, 0) }), /beyond float64/],
    ['facility-location', 'a distance beyond float64', input({ embeddings: data(1e200, 0, -1e200, 0) }), /more than float64 holds/],
    ['facility-location', 'more rows than fit', input({ embeddings: { data: new Float32Array(8_193), rows: 8_193, columns: 1 } }), /8193 rows; .* at most 8192/],
    ['kmeans++', 'a distance beyond float64', input({ embeddings: data(1e200, 0, -1e200, 0) }), /beyond float64/],
    ['uncertainty', 'no uncertainty', input({ uncertainty: undefined }), /needs one number per row/],
    ['uncertainty', 'NaN', input({ uncertainty: Float64Array.of(0, NaN) }), /uncertainty of row 1 .* is NaN/],
  ])('%s: %s', (strategy, _, wrong, message) => {
    expect(() => select(strategy, wrong)).toThrow(message);
  });
});
