import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PairloopError } from '../../core/errors.js';
import { hybridPicks, selectHybrid, type HybridInput } from '../../ml-backend/selection/hybrid.js';
import { bell, clustered, lowDimensional, noise } from '../oracles/integer-noise.js';

const oracle = (name: string): unknown => JSON.parse(readFileSync(new URL(`../oracles/${name}`, import.meta.url), 'utf8'));

const smallCases = z
  .array(
    z.object({
      name: z.string(),
      dtype: z.enum(['float32', 'float64']),
      rows: z.number(),
      columns: z.number(),
      k: z.number(),
      weight: z.number(),
      embeddings: z.array(z.number()),
      uncertainty: z.array(z.number()),
      indices: z.array(z.number()),
      scores: z.array(z.number()),
    }),
  )
  .parse(oracle('hybrid-cases.json'));

const largeCases = z
  .array(z.object({ name: z.enum(['clustered', 'noise', 'low-dimensional']), inputs_sha256: z.string(), k: z.number(), weight: z.number(), indices: z.array(z.number()), scores_sha256: z.string() }))
  .parse(oracle('hybrid-5000.json'));

const largeRows = {
  clustered: () => clustered(20, 5_000, 384, 300),
  noise: () => Float32Array.from({ length: 5_000 * 384 }, (_, at) => bell(21, at)),
  'low-dimensional': () => lowDimensional(23, 5_000, 384, 8),
};

describe('equals the plain computation, pick by pick and score by score:', () => {
  test.each(smallCases)('$name', ({ dtype, rows, columns, embeddings, uncertainty, k, weight, indices, scores }) => {
    const data = dtype === 'float32' ? Float32Array.from(embeddings) : Float64Array.from(embeddings);
    const result = selectHybrid({ embeddings: { data, rows, columns }, uncertainty: Float64Array.from(uncertainty), k, weight });
    expect(result.indices).toEqual(indices);
    expect(result.scores).toEqual(scores);
  });

  test.each(largeCases)('5,000 × 384, k = 1,200: $name', ({ name, inputs_sha256, k, weight, indices, scores_sha256 }) => {
    const data = largeRows[name]();
    const uncertainty = Float64Array.from({ length: 5_000 }, (_, row) => noise(22, row) / 2 ** 32);
    const digest = createHash('sha256').update(new Uint8Array(data.buffer)).update(new Uint8Array(uncertainty.buffer)).digest('hex');
    expect(digest, 'the inputs differ from those of the oracle').toBe(inputs_sha256);
    const result = selectHybrid({ embeddings: { data, rows: 5_000, columns: 384 }, uncertainty, k, weight });
    expect(result.indices).toEqual(indices);
    expect(createHash('sha256').update(new Uint8Array(Float64Array.from(result.scores).buffer)).digest('hex')).toBe(scores_sha256);
  }, 60_000);
});

/** Integers as coordinates: every sum of squares is exact, in whatever order, so relations between runs hold exactly. */
const integerInput = fc
  .record({ rows: fc.integer({ min: 1, max: 24 }), columns: fc.integer({ min: 1, max: 5 }) })
  .chain(({ rows, columns }) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      numbers: fc.array(fc.integer({ min: -4, max: 4 }), { minLength: rows * columns, maxLength: rows * columns }),
      uncertainty: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: rows, maxLength: rows }),
      k: fc.integer({ min: 1, max: 30 }),
      weight: fc.constantFrom(0, 0.25, 0.6, 1),
    }),
  );
type IntegerInput = typeof integerInput extends fc.Arbitrary<infer T> ? T : never;

function pick(input: IntegerInput, change: { number?: (n: number, column: number) => number; uncertainty?: (u: number) => number } = {}): number[] {
  const { rows, columns, k, weight } = input;
  const data = Float64Array.from(input.numbers, (n, at) => change.number?.(n, at % columns) ?? n);
  const uncertainty = Float64Array.from(input.uncertainty, (u) => change.uncertainty?.(u) ?? u);
  return selectHybrid({ embeddings: { data, rows, columns }, uncertainty, k, weight }).indices;
}
const property = (check: (input: IntegerInput) => void): void => fc.assert(fc.property(integerInput, check), { seed: 11, numRuns: 300 });

describe('properties (seed 11)', () => {
  test('picks are distinct rows, as many as asked for and there are', () => {
    property((input) => {
      const picks = pick(input);
      expect(new Set(picks).size).toBe(Math.min(input.k, input.rows));
    });
  });
  test('fewer picks are the beginning of more', () => {
    property((input) => {
      expect(pick({ ...input, k: Math.ceil(input.k / 2) })).toEqual(pick(input).slice(0, Math.ceil(input.k / 2)));
    });
  });
  test('moving or mirroring the space changes nothing', () => {
    property((input) => {
      expect(pick(input, { number: (n, column) => 7 + column - n })).toEqual(pick(input));
    });
  });
  test('a column of one value, or the columns in another order, change nothing', () => {
    property((input) => {
      const { rows, columns, numbers } = input;
      const reversed = Array.from({ length: rows }, (_, row) => [...numbers.slice(row * columns, (row + 1) * columns).reverse(), 3]).flat();
      expect(pick({ ...input, columns: columns + 1, numbers: reversed })).toEqual(pick(input));
    });
  });
  test('adding a whole number to all uncertainties changes nothing', () => {
    property((input) => {
      expect(pick(input, { uncertainty: (u) => u + 1024 })).toEqual(pick(input));
    });
  });
  test('float32 and float64 of the same numbers give the same', () => {
    property((input) => {
      const { rows, columns, k, weight } = input;
      const uncertainty = Float32Array.from(input.uncertainty);
      expect(selectHybrid({ embeddings: { data: Float32Array.from(input.numbers), rows, columns }, uncertainty, k, weight }).indices).toEqual(pick(input));
    });
  });
  test('weight 1 sorts by uncertainty, ties by row', () => {
    property((input) => {
      const order = input.uncertainty.map((u, row) => ({ u, row })).sort((a, b) => b.u - a.u || a.row - b.row);
      expect(pick({ ...input, weight: 1 })).toEqual(order.slice(0, input.k).map(({ row }) => row));
    });
  });
});

describe('refuses, saying what and where:', () => {
  const input = (change: Partial<HybridInput> = {}): HybridInput => ({
    embeddings: { data: Float64Array.of(1, 2, 3, 4), rows: 2, columns: 2 },
    uncertainty: Float64Array.of(0, 1),
    k: 1,
    weight: 0.6,
    ...change,
  });
  const data = (...numbers: number[]): HybridInput['embeddings'] => ({ data: Float64Array.from(numbers), rows: 2, columns: 2 });
  test.each<[string, HybridInput, RegExp]>([
    ['no rows', input({ embeddings: { data: new Float32Array(0), rows: 0, columns: 4 }, uncertainty: new Float64Array(0) }), /no rows/],
    ['no columns', input({ embeddings: { data: new Float32Array(0), rows: 2, columns: 0 } }), /no columns/],
    ['too few numbers', input({ embeddings: { data: new Float32Array(3), rows: 2, columns: 2 } }), /hold 3 numbers, 2 × 2 need 4/],
    ['a missing uncertainty', input({ uncertainty: Float64Array.of(1) }), /1 uncertainties for 2 rows/],
    ['NaN', input({ embeddings: data(1, 2, NaN, 4) }), /hold NaN at row 1, column 0/],
    ['infinity', input({ embeddings: data(1, -Infinity, 3, 4) }), /hold -Infinity at row 0, column 1/],
    ['an uncertainty that is NaN', input({ uncertainty: Float64Array.of(0, NaN) }), /uncertainty of row 1 .* is NaN/],
    ['uncertainties too far apart', input({ uncertainty: Float64Array.of(-1.7e308, 1.7e308) }), /too far/],
    ['k = 0', input({ k: 0 }), /k is 0/],
    ['k = 1.5', input({ k: 1.5 }), /k is 1.5/],
    ['k = NaN', input({ k: NaN }), /k is NaN/],
    ['weight above 1', input({ weight: 1.01 }), /weight is 1.01/],
    ['weight NaN', input({ weight: NaN }), /weight is NaN/],
    ['a distance beyond float64', input({ embeddings: data(1e200, 0, -1e200, 0), k: 2 }), /distance of row 0 to row 1 .* beyond float64/],
  ])('%s', (_, wrong, message) => {
    expect(() => selectHybrid(wrong)).toThrow(message);
    expect(() => selectHybrid(wrong)).toThrow(PairloopError);
  });
});

test('works pick by pick: nothing more is computed than was asked for', () => {
  const picks = hybridPicks({ embeddings: { data: clustered(1, 50, 4, 5), rows: 50, columns: 4 }, uncertainty: Float64Array.from({ length: 50 }, (_, row) => row), k: 50, weight: 0.5 });
  expect(picks.next().value).toEqual({ index: 49, score: 0.5 * (49 / (49 + 1e-9)) });
});
