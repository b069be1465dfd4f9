import { PairloopError } from '../../core/errors.js';
import type { Matrix } from '../numerics/matrix.js';
import type { Judgement } from './acquisition.js';
import { calibrationFigures, fitTemperature, type CalibrationFigures } from './calibration.js';
import { logLossOf } from '../../core/logistic.js';
import { laplacePosterior, scoreVariances, type Posterior, type PosteriorForm } from './posterior.js';
import { promptFolds, splitRows } from './prompt-folds.js';
import { fitRewardHead, scoresOf, type RewardHead } from './reward-head.js';
import { assertCompared, takeRows, type ComparedPairs } from './votes.js';

/** Changes whenever a score could; part of a round's code version. */
export const HEAD_VERSION = 'reward-head-1';

export interface TrainOptions {
  /** C's to choose from; with one there is no choice. From 0.0001 to 10, two a decade, unless given. */
  readonly inverseRegularisations?: readonly number[];
  /** Of the prompts, for the choice of C and the temperature; 5 unless given. */
  readonly folds?: number;
  /** Decides the folds: any safe integer. */
  readonly seed: number;
  /** Weights of an earlier head; saves time, changes nothing. */
  readonly start?: Float64Array | undefined;
  readonly posterior?: PosteriorForm;
}

/** A head that is ready to judge pairs, and how far it can be believed. */
export interface TrainedHead {
  readonly head: RewardHead;
  readonly posterior: Posterior;
  readonly temperature: number;
  readonly votes: number;
  readonly prompts: number;
  /** On votes whose prompts the head had not seen, before and after a temperature that had not seen them either; undefined with one prompt. */
  readonly heldOut: { readonly uncalibrated: CalibrationFigures; readonly calibrated: CalibrationFigures } | undefined;
}

/** No head, and why: the cold start. Uncertainty is then what the data gives, else 0. */
export interface NoHeadYet {
  readonly head: undefined;
  readonly reason: string;
}

const DEFAULT_INVERSE_REGULARISATIONS = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];
const DEFAULT_FOLDS = 5;

/** Of fits that only compare C's: scores are then right to some six digits, in half the time. */
const COMPARING_TOLERANCE = 1e-8;

/**
 * A reward head from compared pairs: C by the least log-loss on prompts left out in turn (ties to the stronger regularisation),
 * the fit on all pairs, Laplace's posterior, and a temperature from the scores of prompts left out. For the figures of `heldOut` each
 * fold is scored by a head, and tempered by a temperature, made from the other folds; the choice of C alone has seen them all.
 * With one prompt nothing can be left out: then C is the smallest, the temperature 1. Deterministic.
 *
 * @throws PairloopError (usage) as `assertCompared` and `fitRewardHead`, for fewer than 2 folds and no C at all.
 * @returns `head: undefined` with the reason where there is no vote
 */
export function trainRewardHead(pairs: ComparedPairs, options: TrainOptions): TrainedHead | NoHeadYet {
  assertCompared(pairs);
  const { folds = DEFAULT_FOLDS, seed, start } = options;
  const choices = [...(options.inverseRegularisations ?? DEFAULT_INVERSE_REGULARISATIONS)].sort((one, other) => one - other);
  if (choices.length === 0) throw new PairloopError('There is no C to choose from; give at least one.', 'usage');
  if (!Number.isInteger(folds) || folds < 2) throw new PairloopError(`There are ${folds} folds; at least 2 are needed, a whole number.`, 'usage');
  if (pairs.targets.length === 0) return { head: undefined, reason: 'No head yet: there is no vote to learn from.' };
  const prompts = new Set(pairs.prompts).size;
  const foldOf = promptFolds(pairs.prompts, Math.min(folds, prompts), seed);
  const chosen = prompts < 2 ? undefined : chooseRegularisation(pairs, foldOf, choices);
  const head = fitRewardHead(pairs, { inverseRegularisation: chosen?.inverseRegularisation ?? choices[0]!, start });
  return {
    head,
    posterior: laplacePosterior(pairs.differences, head, options.posterior),
    temperature: chosen === undefined ? 1 : fitTemperature(chosen.scores, pairs.targets),
    votes: pairs.targets.length,
    prompts,
    heldOut: chosen === undefined ? undefined : heldOutFigures(chosen.scores, pairs.targets, foldOf),
  };
}

/** What the head says of each row: the logit of A's chance and its variance, both after calibration. */
export function judge({ head, posterior, temperature }: TrainedHead, differences: Matrix): Judgement[] {
  const variances = scoreVariances(differences, posterior);
  return Array.from(scoresOf(differences, head.weights), (score, row) => ({ score: score / temperature, variance: variances[row]! / temperature ** 2 }));
}

interface Choice {
  readonly inverseRegularisation: number;
  /** Of every row, by the head that did not see its prompt. */
  readonly scores: Float64Array;
}

/** The C of least log-loss on prompts left out in turn, and its scores of them. */
function chooseRegularisation(pairs: ComparedPairs, foldOf: Int32Array, ascending: readonly number[]): Choice {
  const scores = ascending.map(() => new Float64Array(pairs.targets.length));
  for (const fold of new Set(foldOf)) {
    const { inside, outside } = splitRows(foldOf, fold);
    const [held, learned] = [takeRows(pairs, inside), takeRows(pairs, outside)];
    let start: Float64Array | undefined;
    for (const [at, inverseRegularisation] of ascending.entries()) {
      start = fitRewardHead(learned, { inverseRegularisation, start, tolerance: COMPARING_TOLERANCE }).weights;
      for (const [place, score] of scoresOf(held.differences, start).entries()) scores[at]![inside[place]!] = score;
    }
  }
  const losses = scores.map((own) => own.reduce((sum, score, row) => sum + logLossOf(score, pairs.targets[row]!), 0));
  const best = losses.indexOf(Math.min(...losses));
  return { inverseRegularisation: ascending[best]!, scores: scores[best]! };
}

/** Each fold's scores by a temperature of the other folds. */
function heldOutFigures(scores: Float64Array, targets: Float64Array, foldOf: Int32Array): NonNullable<TrainedHead['heldOut']> {
  const tempered = new Float64Array(scores.length);
  for (const fold of new Set(foldOf)) {
    const { inside, outside } = splitRows(foldOf, fold);
    const temperature = fitTemperature(Float64Array.from(outside, (row) => scores[row]!), Float64Array.from(outside, (row) => targets[row]!));
    for (const row of inside) tempered[row] = scores[row]! / temperature;
  }
  return { uncalibrated: calibrationFigures(scores, targets)!, calibrated: calibrationFigures(tempered, targets)! };
}
