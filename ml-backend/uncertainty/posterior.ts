import { factorise, inverseForm, type Cholesky } from '../numerics/cholesky.js';
import type { Matrix } from '../numerics/matrix.js';
import { sigmoid } from '../../core/logistic.js';
import { scoresOf, type RewardHead } from './reward-head.js';

/** Up to so many columns the posterior is full unless told otherwise: its matrix then has at most 8 MiB. */
const FULL_COLUMNS_MAX = 1024;

export type PosteriorForm = 'full' | 'diagonal';

/** How well a head's weights are known: normal around them, with the inverse of this precision as covariance. */
export type Posterior = { readonly form: 'full'; readonly precision: Cholesky } | { readonly form: 'diagonal'; readonly precision: Float64Array };

/**
 * Laplace's approximation: the precision is the loss's Hessian at the fitted weights, Σ p (1 − p) x xᵀ + I / C over the
 * pairs it was fitted on (MacKay, Neural Computation 4, 1992). `full` takes rows · columns² / 2 multiplications and columns² · 8
 * bytes; `diagonal` keeps only the diagonal, so it sees no correlation of columns and is too sure where they have some.
 * Without pairs it is the prior, I / C.
 */
export function laplacePosterior(differences: Matrix, head: RewardHead, form: PosteriorForm = differences.columns <= FULL_COLUMNS_MAX ? 'full' : 'diagonal'): Posterior {
  const curvature = scoresOf(differences, head.weights).map((score) => sigmoid(score) * sigmoid(-score));
  const ridge = 1 / head.inverseRegularisation;
  if (form === 'diagonal') return { form, precision: diagonalPrecision(differences, curvature, ridge) };
  return { form, precision: factorise(fullPrecision(differences, curvature, ridge), differences.columns) };
}

/** xᵀ Σ x of every row: the variance of its score, that is of A's reward less B's. At least 0; the same for −x. */
export function scoreVariances({ data, rows, columns }: Matrix, posterior: Posterior): Float64Array {
  const scratch = new Float64Array(columns);
  return Float64Array.from({ length: rows }, (_, row) => {
    const numbers = data.subarray(row * columns, (row + 1) * columns);
    if (posterior.form === 'full') return inverseForm(posterior.precision, numbers, scratch);
    let variance = 0;
    for (let column = 0; column < columns; column += 1) variance += (numbers[column]! * numbers[column]!) / posterior.precision[column]!;
    return variance;
  });
}

function diagonalPrecision({ data, rows, columns }: Matrix, curvature: Float64Array, ridge: number): Float64Array {
  const precision = new Float64Array(columns).fill(ridge);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) precision[column]! += curvature[row]! * data[row * columns + column]! ** 2;
  }
  return precision;
}

/** The lower triangle. */
function fullPrecision({ data, rows, columns }: Matrix, curvature: Float64Array, ridge: number): Float64Array {
  const precision = new Float64Array(columns * columns);
  for (let row = 0; row < rows; row += 1) {
    const at = row * columns;
    for (let one = 0; one < columns; one += 1) {
      const factor = curvature[row]! * data[at + one]!;
      if (factor === 0) continue;
      const line = one * columns;
      for (let other = 0; other <= one; other += 1) precision[line + other]! += factor * data[at + other]!;
    }
  }
  for (let one = 0; one < columns; one += 1) precision[one * columns + one]! += ridge;
  return precision;
}
