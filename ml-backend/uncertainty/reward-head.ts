import { PairloopError } from '../../core/errors.js';
import type { Matrix } from '../numerics/matrix.js';
import { logLossOf, sigmoid } from '../../core/logistic.js';
import type { ComparedPairs } from './votes.js';

/** A linear reward: a response's is features · weights, so that A wins with chance σ(difference · weights). */
export interface RewardHead {
  readonly weights: Float64Array;
  /** Inverse strength of regularisation, as in scikit-learn. */
  readonly inverseRegularisation: number;
}

interface FitOptions {
  /** C: small is strong regularisation. */
  readonly inverseRegularisation: number;
  /** Weights to begin with, such as those of the last round; all 0 unless given. The result does not depend on them beyond rounding. */
  readonly start?: Float64Array | undefined;
  /** How far the gradient comes down, in proportion to the largest it could be; 1e-13, some hundred times its rounding, unless given. */
  readonly tolerance?: number;
}

const GRADIENT_TOLERANCE = 1e-13;
const NEWTON_STEPS_MAX = 100;
const HALVINGS_MAX = 40;

/**
 * Fits a Bradley–Terry model whose strengths are linear in the features: ridge logistic regression without intercept
 * on the differences x, minimising
 *
 *     Σ −[y · log σ(x·w) + (1 − y) · log σ(−x·w)]  +  |w|² / (2 C)
 *
 * (Bradley and Terry, Biometrika 39, 1952; the loss of reward models, Christiano et al. 2017). With C above 0 it is
 * strictly convex, so there is one answer: Newton's method, each step by conjugate gradients on Hessian products with the
 * Hessian's diagonal as preconditioner, halved until the loss falls (Nocedal and Wright, Numerical Optimization, 2006, algorithm
 * 7.1). float64, sums in ascending row: the same input gives the same weights on every run. Turning a pair round (−x, 1 − y) changes no bit.
 * Each product takes 2 · rows · columns multiplications; memory is a few numbers per row and column.
 *
 * No rows, or ties alone, give weights of 0. A column of zeros has weight 0.
 *
 * @throws PairloopError (usage) unless C is above 0 and finite, and for a start of another length.
 */
export function fitRewardHead(pairs: Pick<ComparedPairs, 'differences' | 'targets'>, { inverseRegularisation, start, tolerance = GRADIENT_TOLERANCE }: FitOptions): RewardHead {
  const { columns } = pairs.differences;
  if (!(inverseRegularisation > 0) || inverseRegularisation === Infinity) throw new PairloopError(`The inverse regularisation C is ${inverseRegularisation}; it must be above 0 and finite.`, 'usage');
  if (start !== undefined && start.length !== columns) throw new PairloopError(`The weights to start with are ${start.length}; the pairs have ${columns} columns.`, 'usage');
  let weights: Float64Array = start === undefined ? new Float64Array(columns) : Float64Array.from(start);
  const loss = new RidgeLoss(pairs.differences, pairs.targets, 1 / inverseRegularisation);
  loss.moveTo(weights);
  const enough = tolerance * loss.gradientScale();
  for (let step = 0; step < NEWTON_STEPS_MAX && largest(loss.gradient) > enough; step += 1) {
    const lower = descend(loss, weights, newtonDirection(loss));
    if (lower === undefined) break;
    weights = lower;
  }
  return { weights, inverseRegularisation };
}

/** The reward of A less that of B, of every row: the logit of A's chance, before calibration. Sums in ascending column. */
export function scoresOf({ data, rows, columns }: Matrix, weights: Float64Array): Float64Array {
  const scores = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const at = row * columns;
    let sum = 0;
    for (let column = 0; column < columns; column += 1) sum += data[at + column]! * weights[column]!;
    scores[row] = sum;
  }
  return scores;
}

/** The loss at one place, with what Newton's method needs of it there. */
class RidgeLoss {
  value = 0;
  readonly gradient: Float64Array;
  /** The Hessian's diagonal. */
  readonly diagonal: Float64Array;
  readonly #pairs: Matrix;
  readonly #targets: Float64Array;
  readonly #ridge: number;
  /** p (1 − p) of every row. */
  readonly #curvature: Float64Array;
  #tried: { readonly weights: Float64Array; readonly scores: Float64Array; readonly value: number } | undefined;

  constructor(pairs: Matrix, targets: Float64Array, ridge: number) {
    this.#pairs = pairs;
    this.#targets = targets;
    this.#ridge = ridge;
    this.gradient = new Float64Array(pairs.columns);
    this.diagonal = new Float64Array(pairs.columns);
    this.#curvature = new Float64Array(pairs.rows);
  }

  /** The greatest sum of a column's absolute values; the ridge where there are none. */
  gradientScale(): number {
    const { data, columns } = this.#pairs;
    const sums = new Float64Array(columns);
    for (let at = 0; at < data.length; at += 1) sums[at % columns]! += Math.abs(data[at]!);
    return largest(sums) + this.#ridge;
  }

  /** The loss at other weights; `moveTo` with the same ones then need not compute it again. */
  valueAt(weights: Float64Array): number {
    const scores = scoresOf(this.#pairs, weights);
    let value = (this.#ridge / 2) * dot(weights, weights);
    for (let row = 0; row < scores.length; row += 1) value += logLossOf(scores[row]!, this.#targets[row]!);
    this.#tried = { weights, scores, value };
    return value;
  }

  moveTo(weights: Float64Array): void {
    const { data, rows, columns } = this.#pairs;
    if (this.#tried?.weights !== weights) this.valueAt(weights);
    const { scores, value } = this.#tried!;
    this.value = value;
    for (let column = 0; column < columns; column += 1) {
      this.gradient[column] = this.#ridge * weights[column]!;
      this.diagonal[column] = this.#ridge;
    }
    for (let row = 0; row < rows; row += 1) {
      const [ahead, behind] = [sigmoid(scores[row]!), sigmoid(-scores[row]!)];
      // p − y, written so that a pair turned round gives exactly its negative.
      const residual = (1 - this.#targets[row]!) * ahead - this.#targets[row]! * behind;
      const curvature = ahead * behind;
      this.#curvature[row] = curvature;
      const at = row * columns;
      for (let column = 0; column < columns; column += 1) {
        const number = data[at + column]!;
        this.gradient[column]! += residual * number;
        this.diagonal[column]! += curvature * number * number;
      }
    }
  }

  /** Hessian · vector, into `product`. */
  multiply(vector: Float64Array, product: Float64Array): void {
    const { data, rows, columns } = this.#pairs;
    for (let column = 0; column < columns; column += 1) product[column] = this.#ridge * vector[column]!;
    for (let row = 0; row < rows; row += 1) {
      const at = row * columns;
      let sum = 0;
      for (let column = 0; column < columns; column += 1) sum += data[at + column]! * vector[column]!;
      sum *= this.#curvature[row]!;
      for (let column = 0; column < columns; column += 1) product[column]! += sum * data[at + column]!;
    }
  }
}

/** −H⁻¹ g by preconditioned conjugate gradients, the closer the smaller the gradient is, so that steps stay quadratic. */
function newtonDirection(loss: RidgeLoss): Float64Array {
  const size = loss.gradient.length;
  const direction = new Float64Array(size);
  const residual = loss.gradient.map((value) => -value);
  const conjugate = residual.map((value, at) => value / loss.diagonal[at]!);
  const product = new Float64Array(size);
  const length = Math.sqrt(dot(residual, residual));
  const enough = Math.min(0.1, length) * length;
  let along = dot(residual, conjugate);
  for (let step = 0; step < 2 * size + 20 && Math.sqrt(dot(residual, residual)) > enough; step += 1) {
    loss.multiply(conjugate, product);
    const stride = along / dot(conjugate, product);
    for (let at = 0; at < size; at += 1) {
      direction[at]! += stride * conjugate[at]!;
      residual[at]! -= stride * product[at]!;
    }
    const before = along;
    along = 0;
    for (let at = 0; at < size; at += 1) along += (residual[at]! * residual[at]!) / loss.diagonal[at]!;
    for (let at = 0; at < size; at += 1) conjugate[at] = residual[at]! / loss.diagonal[at]! + (along / before) * conjugate[at]!;
  }
  return direction;
}

/** The weights moved along the direction as far as the loss falls; undefined where rounding leaves nothing to gain. */
function descend(loss: RidgeLoss, weights: Float64Array, direction: Float64Array): Float64Array | undefined {
  const slope = dot(loss.gradient, direction);
  const gradientBefore = largest(loss.gradient);
  for (let halving = 0, stride = 1; halving < HALVINGS_MAX; halving += 1, stride /= 2) {
    const moved = weights.map((weight, at) => weight + stride * direction[at]!);
    const falls = loss.valueAt(moved) <= loss.value + 1e-4 * stride * slope;
    // Near the end the loss is flat to rounding; then the gradient tells.
    const flat = halving === 0 && -slope < 1e-10 * Math.abs(loss.value);
    if (!falls && !flat) continue;
    loss.moveTo(moved);
    return falls || largest(loss.gradient) < gradientBefore ? moved : undefined;
  }
  return undefined;
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at += 1) sum += one[at]! * other[at]!;
  return sum;
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
