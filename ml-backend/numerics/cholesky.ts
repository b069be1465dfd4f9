/** L of A = L Lᵀ, row after row; what is above the diagonal is not looked at. */
export interface Cholesky {
  readonly lower: Float64Array;
  readonly size: number;
}

/**
 * Factorises a symmetric positive definite matrix of `size` × `size` numbers, in place; only its lower triangle is
 * read. Sums in ascending order, float64. size³ / 6 multiplications.
 *
 * @throws RangeError for a matrix that is not positive definite.
 */
export function factorise(matrix: Float64Array, size: number): Cholesky {
  for (let row = 0; row < size; row += 1) {
    const at = row * size;
    for (let column = 0; column <= row; column += 1) {
      const other = column * size;
      let rest = matrix[at + column]!;
      for (let inner = 0; inner < column; inner += 1) rest -= matrix[at + inner]! * matrix[other + inner]!;
      if (column < row) matrix[at + column] = rest / matrix[other + column]!;
      else if (rest > 0) matrix[at + row] = Math.sqrt(rest);
      else throw new RangeError(`The matrix is not positive definite: pivot ${row} is ${rest}.`);
    }
  }
  return { lower: matrix, size };
}

/** xᵀ A⁻¹ x = |L⁻¹ x|², by forward substitution; `scratch` has room for `size` numbers. size² / 2 multiplications. */
export function inverseForm({ lower, size }: Cholesky, vector: ArrayLike<number>, scratch: Float64Array): number {
  let form = 0;
  for (let row = 0; row < size; row += 1) {
    const at = row * size;
    let rest = vector[row]!;
    for (let inner = 0; inner < row; inner += 1) rest -= lower[at + inner]! * scratch[inner]!;
    const solved = rest / lower[at + row]!;
    scratch[row] = solved;
    form += solved * solved;
  }
  return form;
}
