import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PairloopError } from '../../core/errors.js';
import type { Matrix } from '../../ml-backend/numerics/matrix.js';
import { STRATEGIES, type StrategyInput } from '../../ml-backend/selection/strategies.js';
import { scaleRowsToUnit } from '../../ml-backend/selection/unit-rows.js';

const numbers = z.array(z.number());
const cases = z
  .array(
    z.object({
      name: z.string(),
      strategy: z.enum(['hybrid', 'k-center']),
      dtype: z.enum(['float32', 'float64']),
      rows: z.number(),
      columns: z.number(),
      k: z.number(),
      embeddings: numbers,
      uncertainty: numbers,
      weight: z.number(),
      priority_weight: z.number(),
      priority: numbers.nullable(),
      centers: numbers,
      min_distance: z.number(),
      cosine: z.boolean(),
      indices: numbers,
      scores: numbers,
      left_out: z.number(),
    }),
  )
  .parse(JSON.parse(readFileSync(new URL('../oracles/hybrid-options.json', import.meta.url), 'utf8')));

const select = (strategy: string, input: StrategyInput): { indices: number[]; scores: number[]; leftOut?: number } => STRATEGIES.get(strategy)!.select(input);

test.each(cases)('$strategy with $name: equals the plain computation', (given) => {
  const { dtype, rows, columns, k, weight, centers } = given;
  const data = dtype === 'float32' ? Float32Array.from(given.embeddings) : Float64Array.from(given.embeddings);
  const embeddings = { data, rows, columns };
  if (given.cosine) scaleRowsToUnit(embeddings);
  const result = select(given.strategy, {
    embeddings,
    uncertainty: Float64Array.from(given.uncertainty),
    k,
    weight,
    seed: 0,
    priority: given.priority === null ? undefined : Float64Array.from(given.priority),
    priorityWeight: given.priority_weight,
    centers,
    minDistance: given.min_distance,
  });
  expect(result.indices).toEqual(given.indices);
  expect(result.scores).toEqual(given.scores);
  expect(result.leftOut).toBe(given.min_distance > 0 ? given.left_out : undefined);
});

/** Rows of random numbers, so that nothing ties. */
const inputs = fc
  .record({ rows: fc.integer({ min: 2, max: 40 }), columns: fc.integer({ min: 1, max: 20 }), seed: fc.integer({ min: 1, max: 2 ** 30 }), k: fc.integer({ min: 1, max: 45 }) })
  .map(({ rows, columns, seed, k }) => {
    let state = seed;
    const next = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    const at = Array.from({ length: rows }, () => Array.from({ length: columns }, () => next() - 0.5));
    return { at, uncertainty: at.map(next), priority: at.map(next), k, seed };
  });
type Input = typeof inputs extends fc.Arbitrary<infer T> ? T : never;
const property = (check: (input: Input) => void): void => fc.assert(fc.property(inputs, check), { seed: 12, numRuns: 200 });

function matrixOf(at: readonly (readonly number[])[]): Matrix {
  return { data: Float64Array.from(at.flat()), rows: at.length, columns: at[0]!.length };
}
function pick(input: Input, options: Partial<StrategyInput> = {}, strategy = 'hybrid'): ReturnType<typeof select> {
  return select(strategy, { embeddings: matrixOf(input.at), uncertainty: Float64Array.from(input.uncertainty), priority: Float64Array.from(input.priority), k: input.k, weight: 0.6, seed: 0, ...options });
}
const distance = (one: readonly number[], other: readonly number[]): number => Math.hypot(...one.map((value, column) => value - other[column]!));

describe.each(['hybrid', 'k-center'])('%s, properties (seed 12)', (strategy) => {
  test('rows in another order: the same rows are picked', () => {
    property((input) => {
      const order = input.at.map((_, row) => (row * 7 + input.seed) % input.at.length).filter((row, at, all) => all.indexOf(row) === at);
      const rest = input.at.map((_, row) => row).filter((row) => !order.includes(row));
      const from = [...order, ...rest];
      const moved = { ...input, at: from.map((row) => input.at[row]!), uncertainty: from.map((row) => input.uncertainty[row]!), priority: from.map((row) => input.priority[row]!) };
      expect(pick(moved, { priorityWeight: 0.1 }, strategy).indices.map((row) => from[row])).toEqual(pick(input, { priorityWeight: 0.1 }, strategy).indices);
    });
  });
  test('centers are never picked; with the first picks as centers, the others follow as they did', () => {
    property((input) => {
      const all = pick({ ...input, k: input.at.length }, {}, strategy);
      const known = Math.max(1, Math.floor(all.indices.length / 2));
      if (known === input.at.length) return;
      const rest = pick({ ...input, k: input.at.length }, { centers: all.indices.slice(0, known) }, strategy);
      expect(rest.indices).toEqual(all.indices.slice(known));
      expect(rest.scores).toEqual(all.scores.slice(known));
    });
  });
  test('with a least distance no two picks, and no pick and center, are nearer; every row is picked, a center or left out', () => {
    property((input) => {
      const centers = [input.seed % input.at.length];
      const { indices, leftOut } = pick({ ...input, k: input.at.length }, { centers, minDistance: 0.4 }, strategy);
      const taken = [...centers, ...indices];
      for (const [place, row] of taken.entries()) for (const other of taken.slice(0, place)) expect(distance(input.at[row]!, input.at[other]!)).toBeGreaterThan(0.4 - 1e-12);
      expect(taken.length + leftOut!).toBe(input.at.length);
    });
  });
  test('a copy of every row, and any least distance: no row is picked twice', () => {
    property((input) => {
      const twice = { ...input, at: [...input.at, ...input.at], uncertainty: [...input.uncertainty, ...input.uncertainty], priority: [...input.priority, ...input.priority], k: input.at.length * 2 };
      const { indices, leftOut } = pick(twice, { minDistance: 1e-9 }, strategy);
      expect(indices.map((row) => row % input.at.length).sort((a, b) => a - b)).toEqual(input.at.map((_, row) => row));
      expect(leftOut).toBe(input.at.length);
    });
  });
});

describe('hybrid, properties (seed 12)', () => {
  test('a priority of weight 0 changes nothing; all weight on it sorts by it', () => {
    property((input) => {
      expect(pick(input, { priorityWeight: 0 })).toEqual(pick(input, { priority: undefined }));
      const order = input.priority.map((_, row) => row).sort((one, other) => input.priority[other]! - input.priority[one]!);
      expect(pick(input, { weight: 0, priorityWeight: 1 }).indices).toEqual(order.slice(0, input.k));
    });
  });
  test('cosine: how long a row is changes nothing', () => {
    property((input) => {
      const unit = matrixOf(input.at);
      const scaled = matrixOf(input.at.map((row, at) => row.map((value) => value * 2 ** ((at % 9) - 4))));
      for (const matrix of [unit, scaled]) scaleRowsToUnit(matrix);
      expect(pick(input, { embeddings: scaled })).toEqual(pick(input, { embeddings: unit }));
    });
  });
});

describe('unit rows', () => {
  test('have length 1; a row of zeros stays', () => {
    const matrix = { data: Float64Array.of(3, 4, 0, -0, 0, -2), rows: 3, columns: 2 };
    scaleRowsToUnit(matrix);
    expect([...matrix.data]).toEqual([0.6, 0.8, 0, -0, 0, -1]);
  });
  test.each<[string, number[]]>([
    ['too large to square', [1e200, 1]],
    ['too small to square', [1e-200, 0]],
  ])('refuse numbers %s', (_, row) => {
    expect(() => scaleRowsToUnit({ data: Float64Array.from([1, 1, ...row]), rows: 2, columns: 2 })).toThrow(/length of row 1/);
  });
});

describe('refuses, saying what and where:', () => {
  test.each<[string, Partial<StrategyInput>, RegExp]>([
    ['a center that is no row', { centers: [0, 2] }, /centers name row 2; there are rows 0 to 1/],
    ['a center that is no whole number', { centers: [0.5] }, /centers name row 0\.5/],
    ['only centers', { centers: [1, 0] }, /Every row is a center/],
    ['a least distance below 0', { minDistance: -1 }, /least distance is -1/],
    ['a least distance that is NaN', { minDistance: NaN }, /least distance is NaN/],
    ['a priority weight above 1', { priorityWeight: 1.1 }, /priority weight is 1\.1/],
    ['weights above 1 together', { priorityWeight: 0.5 }, /add up to 1\.1/],
    ['a priority weight without priorities', { priorityWeight: 0.2, priority: undefined }, /there are no priorities/],
    ['a priority too few', { priorityWeight: 0.2, priority: Float64Array.of(1) }, /1 priorities for 2 rows/],
    ['a priority that is NaN', { priorityWeight: 0.2, priority: Float64Array.of(1, NaN) }, /priority of row 1 .* is NaN/],
  ])('%s', (_, options, message) => {
    const run = (): unknown => pick({ at: [[0], [1]], uncertainty: [0, 1], priority: [0, 1], k: 1, seed: 1 }, options);
    expect(run).toThrow(message);
    expect(run).toThrow(PairloopError);
  });
});
