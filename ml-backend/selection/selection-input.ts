import { PairloopError } from '../../core/errors.js';
import type { Matrix } from '../numerics/matrix.js';

/**
 * @throws PairloopError (usage) for no rows, no columns, data of another length, and numbers that are NaN
 * or infinite (names row and column).
 */
export function assertEmbeddings({ data, rows, columns }: Matrix): void {
  if (rows === 0) refuse('The embeddings have no rows; there is nothing to select from.');
  if (columns === 0) refuse('The embeddings have no columns; each row needs at least one number.');
  if (data.length !== rows * columns) refuse(`The embeddings hold ${data.length} numbers, ${rows} × ${columns} need ${rows * columns}.`);
  const wrong = firstNotFinite(data);
  if (wrong !== -1) {
    refuse(`The embeddings hold ${data[wrong]} at row ${Math.floor(wrong / columns)}, column ${wrong % columns} (counted from 0); every number must be finite.`);
  }
}

/** @throws PairloopError (usage) unless there is one finite number for each row. */
export function assertUncertainty(uncertainty: Float32Array | Float64Array, rows: number): void {
  assertOneForEach('uncertainties', 'uncertainty', uncertainty, rows);
}

/** @throws PairloopError (usage) unless there is one finite number for each row. */
export function assertPriority(priority: Float32Array | Float64Array, rows: number): void {
  assertOneForEach('priorities', 'priority', priority, rows);
}

function assertOneForEach(many: string, one: string, values: Float32Array | Float64Array, rows: number): void {
  if (values.length !== rows) refuse(`There are ${values.length} ${many} for ${rows} rows of embeddings; give one for each row.`);
  const wrong = firstNotFinite(values);
  if (wrong !== -1) refuse(`The ${one} of row ${wrong} (counted from 0) is ${values[wrong]}; every number must be finite.`);
}

/** @throws PairloopError (usage) unless k is a whole number of at least 1. */
export function assertCount(k: number): void {
  if (!Number.isInteger(k) || k < 1) refuse(`k is ${k}; it must be a whole number of at least 1.`);
}

/** @throws PairloopError (usage) for a centre that is no row, and centres that leave no row. */
export function assertCenters(centers: readonly number[], rows: number): void {
  const wrong = centers.find((row) => !Number.isInteger(row) || row < 0 || row >= rows);
  if (wrong !== undefined) refuse(`The centers name row ${wrong}; there are rows 0 to ${rows - 1}.`);
  if (new Set(centers).size === rows) refuse('Every row is a center; there is nothing to select from.');
}

/** Its place, or −1. A loop: `findIndex` takes ten times as long, which is felt at 10⁸ numbers. */
function firstNotFinite(numbers: Float32Array | Float64Array): number {
  for (let at = 0; at < numbers.length; at += 1) if (numbers[at]! - numbers[at]! !== 0) return at;
  return -1;
}

/** @throws PairloopError (usage), always. */
export function refuse(message: string): never {
  throw new PairloopError(message, 'usage');
}
