import { logLossOf, sigmoid } from '../../core/logistic.js';

/** How far chances are from what was voted; each lower is better. `n` votes. */
export interface CalibrationFigures {
  readonly n: number;
  /** Nats per vote; ln 2 = 0.693 is a coin. */
  readonly logLoss: number;
  /** Mean (chance − target)²; ¼ is a coin (Brier 1950). */
  readonly brier: number;
  /** Expected calibration error. */
  readonly ece: number;
}

const TEMPERATURE_MIN = 0.01;
const TEMPERATURE_MAX = 100;
const ECE_BINS = 10;

/**
 * The temperature T for which chances σ(score / T) fit best: least log-loss on scores that the head was not fitted on
 * (Guo et al., "On calibration of modern neural networks", ICML 2017). Beside the votes counts one tie whose score is the root mean square
 * of theirs: without it a few votes that happen to be separated would make chances of 0 and 1; of many it changes nothing. The loss is convex in
 * 1 / T, so bisection finds it, to rounding; from 0.01 to 100. Above 1 the head was too sure of itself. 1 without scores, and where all are 0.
 */
export function fitTemperature(scores: Float64Array, targets: Float64Array): number {
  const typical = Math.sqrt(scores.reduce((sum, score) => sum + score * score, 0) / Math.max(1, scores.length));
  if (typical === 0) return 1;
  const slope = (inverse: number): number => slopeAt(scores, targets, inverse) + (typical * (sigmoid(inverse * typical) - sigmoid(-inverse * typical))) / 2;
  let [low, high] = [1 / TEMPERATURE_MAX, 1 / TEMPERATURE_MIN];
  if (slope(low) >= 0) return TEMPERATURE_MAX;
  if (slope(high) <= 0) return TEMPERATURE_MIN;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return 1 / middle;
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
}

/** Derivative of the votes' log-loss by 1 / T. */
function slopeAt(scores: Float64Array, targets: Float64Array, inverse: number): number {
  let slope = 0;
  for (const [at, score] of scores.entries()) {
    const target = targets[at]!;
    slope += score * ((1 - target) * sigmoid(inverse * score) - target * sigmoid(-inverse * score));
  }
  return slope;
}

/**
 * How well chances σ(score) match the targets. The expected calibration error (Naeini et al., AAAI 2015) has ten bins of equal
 * width by confidence, max(p, 1 − p), from ½ to 1: Σ bins n / N · |mean confidence − share of wins of the favoured side|;
 * a tie is half a win, and with p = ½ either side is favoured half. So turning pairs round changes nothing. Undefined without scores.
 */
export function calibrationFigures(scores: Float64Array, targets: Float64Array): CalibrationFigures | undefined {
  const n = scores.length;
  if (n === 0) return undefined;
  let [logLoss, brier] = [0, 0];
  const surplus = new Float64Array(ECE_BINS);
  for (const [at, score] of scores.entries()) {
    const target = targets[at]!;
    logLoss += logLossOf(score, target);
    brier += (sigmoid(score) - target) ** 2;
    const confidence = sigmoid(Math.abs(score));
    const won = favouredShare(score, target);
    surplus[Math.min(ECE_BINS - 1, Math.floor((confidence - 0.5) * 2 * ECE_BINS))]! += confidence - won;
  }
  return { n, logLoss: logLoss / n, brier: brier / n, ece: surplus.reduce((sum, value) => sum + Math.abs(value), 0) / n };
}

/** What of a win went to the side with the higher score. */
function favouredShare(score: number, target: number): number {
  if (score === 0) return 0.5;
  return score > 0 ? target : 1 - target;
}
