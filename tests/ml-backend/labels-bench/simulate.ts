import { createFractions } from '../../../core/random.js';
import { ACQUISITIONS } from '../../../ml-backend/uncertainty/acquisition.js';
import { logLossOf, sigmoid } from '../../../core/logistic.js';
import { laplacePosterior, scoreVariances } from '../../../ml-backend/uncertainty/posterior.js';
import { fitRewardHead, scoresOf, type RewardHead } from '../../../ml-backend/uncertainty/reward-head.js';
import { takeRows } from '../../../ml-backend/uncertainty/votes.js';
import { STRATEGIES } from '../../../ml-backend/selection/strategies.js';
import type { EmbeddedPairs } from './embedded-pool.js';
import type { Arm } from './protocol.js';

/** Of the heads' gradients: scores right to some five digits, in half the time. */
export const TOLERANCE = 1e-7;

/** What one head gets right of the test pairs, prompt by prompt in ascending number. */
export interface Score {
  /** Pairs foreseen, and nats lost, per prompt. */
  readonly right: Float64Array;
  readonly loss: Float64Array;
}

/** Pairs of each test prompt, in the same order as in every `Score`. */
export function pairCounts(test: EmbeddedPairs): Float64Array {
  return perPrompt(test, () => 1);
}

export function scoreHead(test: EmbeddedPairs, weights: Float64Array): Score {
  const scores = scoresOf(test.differences, weights);
  return {
    right: perPrompt(test, (row) => (scores[row] === 0 ? 0.5 : scores[row]! > 0 === test.targets[row]! > 0.5 ? 1 : 0)),
    loss: perPrompt(test, (row) => logLossOf(scores[row]!, test.targets[row]!)),
  };
}

function perPrompt({ prompts }: EmbeddedPairs, value: (row: number) => number): Float64Array {
  const place = new Map([...new Set(prompts)].sort((one, other) => one - other).map((prompt, at) => [prompt, at]));
  const sums = new Float64Array(place.size);
  for (const [row, prompt] of prompts.entries()) sums[place.get(prompt)!]! += value(row);
  return sums;
}

export interface Run {
  readonly pool: EmbeddedPairs;
  readonly test: EmbeddedPairs;
  /** The same for every arm. */
  readonly start: readonly number[];
  readonly rounds: readonly number[];
  readonly seed: number;
}

/**
 * An arm's scores after each round: it asks for labels, learns from all it has, is scored, and asks again. Two heads learn from the same
 * labels, since the regularisation that foresees most is not the one whose chances are best: one picks and is scored by what it gets right,
 * the other by its log-loss.
 */
export function runArm(arm: Arm, { pool, test, start, rounds, seed }: Run): Score[] {
  const labelled = [...start];
  const { accuracy, log_loss } = arm.inverse_regularisation;
  let [picking, chances]: (RewardHead | undefined)[] = [];
  return rounds.map((labels, round) => {
    if (labels > labelled.length) labelled.push(...ask(arm, pool, { labelled, head: picking, k: labels - labelled.length, seed: seed * 1000 + round }));
    const learned = takeRows(pool, labelled);
    picking = fitRewardHead(learned, { inverseRegularisation: accuracy, start: picking?.weights, tolerance: TOLERANCE });
    chances = log_loss === accuracy ? picking : fitRewardHead(learned, { inverseRegularisation: log_loss, start: chances?.weights, tolerance: TOLERANCE });
    return { right: scoreHead(test, picking.weights).right, loss: scoreHead(test, chances.weights).loss };
  });
}

interface Asking {
  readonly labelled: readonly number[];
  readonly head: RewardHead | undefined;
  readonly k: number;
  readonly seed: number;
}

/** The rows that the arm's strategy picks next. Strategies that know no labelled rows are asked among the others. */
function ask(arm: Arm, pool: EmbeddedPairs, { labelled, head, k, seed }: Asking): number[] {
  const strategy = STRATEGIES.get(arm.strategy)!;
  const uncertainty = arm.measure === undefined || head === undefined ? new Float64Array(pool.targets.length) : uncertaintyOf(arm.measure, pool, labelled, head);
  const common = { k, seed, weight: arm.weight ?? 0, candidates: arm.candidates };
  if (strategy.options.includes('centers')) return strategy.select({ ...common, embeddings: pool.vectors, uncertainty, prompts: pool.prompts, centers: labelled }).indices;
  const taken = new Set(labelled);
  const free = [...pool.targets.keys()].filter((row) => !taken.has(row));
  const embeddings = { data: new Float32Array(free.length), rows: free.length, columns: 1 };
  return strategy.select({ ...common, embeddings, uncertainty: Float64Array.from(free, (row) => uncertainty[row]!) }).indices.map((place) => free[place]!);
}

/** The posterior's diagonal is enough here: a full one would take most of the time. */
function uncertaintyOf(measure: string, pool: EmbeddedPairs, labelled: readonly number[], head: RewardHead): Float64Array {
  const acquisition = ACQUISITIONS.get(measure)!;
  const scores = scoresOf(pool.differences, head.weights);
  if (measure !== 'information-gain') return scores.map((score) => acquisition({ score, variance: 0 }));
  const variances = scoreVariances(pool.differences, laplacePosterior(takeRows(pool, labelled).differences, head, 'diagonal'));
  return scores.map((score, row) => acquisition({ score, variance: variances[row]! }));
}

/** `count` rows by lot. */
export function drawStart(rows: number, count: number, seed: number): number[] {
  return STRATEGIES.get('random')!.select({ embeddings: { data: new Float32Array(rows), rows, columns: 1 }, uncertainty: undefined, k: count, weight: 0, seed }).indices;
}

/** Each target turned round with this chance. */
export function flip(pairs: EmbeddedPairs, chance: number, seed: number): EmbeddedPairs {
  const draw = createFractions(seed);
  return { ...pairs, targets: pairs.targets.map((target) => (draw() < chance ? 1 - target : target)) };
}

/** Targets drawn anew from the Bradley–Terry model of these weights. */
export function drawTargets(pairs: EmbeddedPairs, weights: Float64Array, seed: number): EmbeddedPairs {
  const draw = createFractions(seed);
  return { ...pairs, targets: scoresOf(pairs.differences, weights).map((score) => (draw() < sigmoid(score) ? 1 : 0)) };
}
