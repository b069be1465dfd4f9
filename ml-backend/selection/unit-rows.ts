import { PairloopError } from '../../core/errors.js';
import type { Matrix } from '../numerics/matrix.js';

/**
 * Divides every row by its length, in place, so that Euclidean distances become those of cosine:
 * |a − b|² = 2 − 2 cos(a, b). The length is the root of the sum of squares in ascending column, in float64, as is the
 * division; a float32 matrix then rounds. A row of zeros has no direction and stays: it is at distance 1 from every
 * other row, and at 0 from other rows of zeros.
 *
 * @throws PairloopError (usage) naming the row whose length is infinite, or 0 though its numbers are not.
 */
export function scaleRowsToUnit({ data, rows, columns }: Matrix): void {
  for (let row = 0; row < rows; row += 1) {
    const numbers = data.subarray(row * columns, (row + 1) * columns);
    let sum = 0;
    for (let column = 0; column < columns; column += 1) sum += numbers[column]! * numbers[column]!;
    const length = Math.sqrt(sum);
    if (sum === 0 && numbers.every((number) => number === 0)) continue;
    if (sum === 0 || length === Infinity) {
      throw new PairloopError(`The length of row ${row} (counted from 0) cannot be computed in float64; scale the embeddings.`, 'usage');
    }
    for (let column = 0; column < columns; column += 1) numbers[column] = numbers[column]! / length;
  }
}
