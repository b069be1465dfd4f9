import type { Matrix } from './matrix.js';

/** How a matrix is put into codes; see `DistanceKernel`. */
export interface Quantisation {
  /** False where bounds would not hold: numbers so small or large that squares lose digits, or too many columns. */
  readonly bounded: boolean;
  /** A power of two; the greatest number times it is from 1 to 2. 0 where there are no bounds. */
  readonly unit: number;
  /** About the mean row. Any row would do: distances do not change, but codes are finest around 0. */
  readonly origin: Float64Array;
  /** Greatest code of a query, so that products of codes add up within 32 bits. */
  readonly queryLimit: number;
}

/** What every bound is loosened by, relatively; as in assembly/rows.ts. */
export const SLACK = 2 ** -20;
/** Added to every error, in units of the greatest number, to keep tiny ones away from underflow; as in assembly/quantise.ts. */
export const FLOOR = 1e-9;

/** Beyond these, squares or their sums could leave float64's range of full precision. */
const GREATEST_MIN = 2 ** -400;
const GREATEST_MAX = 2 ** 480;
/** Greatest code of a row: 8 bits. */
export const ROW_CODE_MAX = 127;
const QUERY_CODE_MAX = 32_767;
/** Rows that the mean is taken of, at most. */
const MEAN_ROWS = 2_048;

/** @param greatest the greatest absolute value in the matrix */
export function quantisationOf(matrix: Matrix, greatest: number): Quantisation {
  const stride = Math.ceil(matrix.columns / 16) * 16;
  const queryLimit = Math.min(QUERY_CODE_MAX, Math.floor((2 ** 31 - 1) / (ROW_CODE_MAX * stride)));
  const bounded = queryLimit >= ROW_CODE_MAX && (greatest === 0 || (greatest >= GREATEST_MIN && greatest <= GREATEST_MAX));
  if (!bounded) return { bounded, unit: 0, origin: new Float64Array(matrix.columns), queryLimit };
  const unit = greatest === 0 ? 1 : 2 ** -Math.floor(Math.log2(greatest));
  return { bounded, unit, origin: meanRow(matrix), queryLimit };
}

function meanRow({ data, rows, columns }: Matrix): Float64Array {
  const mean = new Float64Array(columns);
  const step = Math.max(1, Math.floor(rows / MEAN_ROWS));
  let count = 0;
  for (let row = 0; row < rows; row += step) {
    count += 1;
    for (let column = 0; column < columns; column += 1) mean[column]! += data[row * columns + column]!;
  }
  for (let column = 0; column < columns; column += 1) mean[column]! /= count;
  return mean;
}
