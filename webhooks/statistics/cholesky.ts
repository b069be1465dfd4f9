/** A pivot smaller than this share of its own diagonal entry is 0 but for rounding: the row follows from those before it. */
const DEPENDENT = 1e-11;

/**
 * The Cholesky factor L (lower, L Lᵀ = matrix) of a symmetric positive definite matrix of `size` rows, row by row in one array; what is above the
 * diagonal is not read. When the matrix is singular, the first row that depends on those before it.
 */
export function cholesky(matrix: Float64Array, size: number): { readonly factor: Float64Array } | { readonly dependent: number } {
  const factor = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = matrix[row * size + column]!;
      for (let k = 0; k < column; k += 1) sum -= factor[row * size + k]! * factor[column * size + k]!;
      if (row !== column) factor[row * size + column] = sum / factor[column * size + column]!;
      else if (!(sum > DEPENDENT * matrix[row * size + row]!)) return { dependent: row };
      else factor[row * size + row] = Math.sqrt(sum);
    }
  }
  return { factor };
}

/** The x with L Lᵀ x = right side. */
export function solveCholesky(factor: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  const x = right.slice();
  for (let row = 0; row < size; row += 1) {
    for (let k = 0; k < row; k += 1) x[row]! -= factor[row * size + k]! * x[k]!;
    x[row]! /= factor[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    for (let k = row + 1; k < size; k += 1) x[row]! -= factor[k * size + row]! * x[k]!;
    x[row]! /= factor[row * size + row]!;
  }
  return x;
}

/** The inverse of L Lᵀ, row by row. */
export function invertCholesky(factor: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let column = 0; column < size; column += 1) {
    const unit = new Float64Array(size);
    unit[column] = 1;
    inverse.set(solveCholesky(factor, unit), column * size);
  }
  return inverse;
}
