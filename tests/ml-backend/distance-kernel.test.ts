import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DistanceKernel } from '../../ml-backend/numerics/distance-kernel.js';
import type { Matrix } from '../../ml-backend/numerics/matrix.js';
import { ScalarKernel } from '../../ml-backend/numerics/scalar-kernel.js';
import { WasmKernel, canRunWasm, createMatrix } from '../../ml-backend/numerics/wasm-kernel.js';
import { NearestPicks } from '../../ml-backend/selection/nearest-picks.js';
import { kernelModule } from '../../scripts/build-kernel.mjs';

/** Data on which bounds are hard: offsets that swamp the differences, rows of very different size, copies, zeros, extremes. */
const KINDS: Readonly<Record<string, (unit: number, row: number, column: number) => number>> = {
  plain: (unit) => unit * 2 - 1,
  'far from the origin': (unit) => 1e6 + unit,
  'rows of many sizes': (unit, row) => (unit - 0.5) * 10 ** (row % 9),
  'columns of many sizes': (unit, _, column) => (unit - 0.5) * 10 ** -(column % 9),
  'few levels': (unit) => Math.floor(unit * 3),
  'nearly copies': (unit, row, column) => Math.sin((row % 3) * 100 + column) + unit * 1e-7,
  'copies and zeros': (_, row, column) => (row % 4 === 0 ? 0 : Math.sin((row % 3) * 100 + column)),
  tiny: (unit) => (unit - 0.5) * 2 ** -140,
  'squares that underflow': (unit) => (unit - 0.5) * 2 ** -530,
  'squares near the greatest': (unit) => (unit - 0.5) * 2 ** 505,
};

const cases = fc.record({
  kind: fc.constantFrom(...Object.keys(KINDS)),
  rows: fc.integer({ min: 1, max: 70 }),
  columns: fc.integer({ min: 1, max: 40 }),
  wide: fc.boolean(),
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

function matrixOf({ kind, rows, columns, wide, seed }: Case): Matrix {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  const numbers = Array.from({ length: rows * columns }, (_, at) => KINDS[kind]!(next(), Math.floor(at / columns), at % columns)).map((number) => (wide ? number : Math.max(-1e18, Math.min(1e18, number))));
  return { data: wide ? Float64Array.from(numbers) : Float32Array.from(numbers), rows, columns };
}

/** The plain computation: every distance to every pick, in ascending column. */
function plainSquared({ data, columns }: Matrix, row: number, picks: readonly number[]): number {
  return Math.min(
    ...picks.map((pick) => {
      let sum = 0;
      for (let column = 0; column < columns; column += 1) {
        const difference = data[row * columns + column]! - data[pick * columns + column]!;
        sum += difference * difference;
      }
      return sum;
    }),
  );
}

const KERNELS: readonly [string, new (matrix: Matrix) => DistanceKernel][] = [
  ['WebAssembly', WasmKernel],
  ['TypeScript', ScalarKernel],
];

describe.each(KERNELS)('%s', (_, Kernel) => {
  test('every distance is that of the plain computation, after every pick, whatever was guessed ahead (seed 5)', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 0, max: 7 }), (input, guesses) => {
        const matrix = matrixOf(input);
        const kernel = new Kernel(matrix);
        const nearest = new NearestPicks(matrix, kernel);
        const picks: number[] = [];
        for (let step = 0; step < Math.min(matrix.rows, 20); step += 1) {
          const remaining = Array.from({ length: matrix.rows }, (__, row) => row).filter((row) => nearest.remains(row));
          const pick = remaining[(step * 7 + input.seed) % remaining.length]!;
          nearest.add(pick, (count) => remaining.filter((row) => row !== pick).slice(0, Math.min(count, guesses)));
          picks.push(pick);
          const rows = remaining.filter((row) => row !== pick);
          expect(rows.map((row) => kernel.squared[row])).toEqual(rows.map((row) => plainSquared(matrix, row, picks)));
          expect(rows.map((row) => kernel.distance[row])).toEqual(rows.map((row) => Math.sqrt(kernel.squared[row]!)));
          expect(rows.every((row) => plainSquared(matrix, row, [picks[kernel.nearest[row]!]!]) === kernel.squared[row])).toBe(true);
        }
      }),
      { seed: 5, numRuns: 300 },
    );
  }, 60_000);
});

test('both kernels list and score the same rows (seed 6)', () => {
  fc.assert(
    fc.property(cases, fc.float({ min: 0, max: 1, noNaN: true }), (input, gain) => {
      const matrix = matrixOf(input);
      const kernels = KERNELS.map(([, Kernel]) => new Kernel(matrix));
      const say = kernels.map((kernel) => {
        const nearest = new NearestPicks(matrix, kernel);
        kernel.term.set(Float64Array.from({ length: matrix.rows }, (_, row) => (row % 5) / 5));
        nearest.add(0);
        const said: unknown[] = [];
        for (let row = 1; row < Math.min(matrix.rows, 12); row += 1) {
          nearest.add(row, (count) => Array.from({ length: count }, (_, ahead) => row + 1 + ahead).filter((ahead) => ahead < matrix.rows));
          const scoring = { least: kernel.extremes().least, gain };
          said.push(kernel.extremes(), [...kernel.best(scoring, 0.01)], [...kernel.highest(scoring, 5)], [...kernel.nearest], [...kernel.distance]);
        }
        return said;
      });
      expect(say[0]).toEqual(say[1]);
    }),
    { seed: 6, numRuns: 300 },
  );
}, 60_000);

test.each(KERNELS)('%s: bounds save work: a row of another cluster is not measured at all', (_, Kernel) => {
  const matrix = createMatrix(600, 32, false);
  matrix.data.forEach((__, at) => (matrix.data[at] = Math.sin((Math.floor(at / 32) % 6) * 97 + (at % 32) * 5) * 4 + Math.sin(at * 12.9898) * 0.2));
  const kernel = new Kernel(matrix);
  const nearest = new NearestPicks(matrix, kernel);
  for (let pick = 0; pick < 60; pick += 1) nearest.add(pick);
  kernel.measure([60], 60);
  // Moved onto the query behind the kernel's back: were they measured, they would be at distance 0.
  for (const row of [61, 66]) matrix.data.copyWithin(row * 32, 60 * 32, 61 * 32);
  kernel.update(0, 60, 60);
  expect([61, 66].map((row) => kernel.distance[row] === 0)).toEqual([false, true]);
});

test('a matrix made for the kernel is worked on in place, by one kernel; the next takes a copy', () => {
  const matrix = createMatrix(3, 2, false);
  matrix.data.set([0, 0, 3, 4, 6, 8]);
  const kernels = [new WasmKernel(matrix), new WasmKernel(matrix)];
  expect(kernels.map((kernel) => kernel.distance.buffer === matrix.data.buffer)).toEqual([true, false]);
  for (const kernel of kernels) {
    kernel.updateAll(0, 0);
    expect([...kernel.distance]).toEqual([0, 5, 10]);
  }
});

test('what needs more than 4 GiB is not tried in WebAssembly', () => {
  expect(canRunWasm(2_000_000, 384, false)).toBe(true);
  expect(canRunWasm(3_000_000, 384, false)).toBe(false);
  expect(canRunWasm(2_000_000, 384, true)).toBe(false);
});

test('the kernel in the package is compiled from the sources beside it', async () => {
  const inPackage = readFileSync(new URL('../../ml-backend/numerics/kernel-module.ts', import.meta.url), 'utf8');
  expect(inPackage === (await kernelModule()), 'the sources have changed: run node scripts/build-kernel.mjs').toBe(true);
}, 60_000);
