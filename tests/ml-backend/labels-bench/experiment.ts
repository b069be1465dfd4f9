import { promptFolds } from '../../../ml-backend/uncertainty/prompt-folds.js';
import { fitRewardHead } from '../../../ml-backend/uncertainty/reward-head.js';
import { pairsOf, type EmbeddedPairs } from './embedded-pool.js';
import type { Arm, Condition, Protocol } from './protocol.js';
import { drawStart, drawTargets, flip, pairCounts, runArm, scoreHead, TOLERANCE, type Score } from './simulate.js';

/** Pool, validation and test pairs; no prompt is in two of them. */
export interface Split {
  readonly pool: EmbeddedPairs;
  readonly validation: EmbeddedPairs;
  readonly test: EmbeddedPairs;
}

/** What one seed of one fold gave: a score per arm and round, and the whole pool's. */
interface SeedScores {
  readonly curves: readonly (readonly Score[])[];
  /** By the C with the best accuracy, and by the one with the least log-loss, on the validation prompts. */
  readonly whole: { readonly byAccuracy: Score; readonly byLoss: Score };
}

export interface FoldScores {
  /** Test pairs per prompt. */
  readonly counts: Float64Array;
  readonly seeds: readonly SeedScores[];
}

/** The development prompts, and the test folds, by number. */
export function splitPrompts(all: EmbeddedPairs, protocol: Protocol): { development: Set<number>; folds: Set<number>[] } {
  const distinct = Int32Array.from([...new Set(all.prompts)].sort((one, other) => one - other));
  // Each a fold of its own, so that the folds' numbers are places in the shuffled order.
  const places = promptFolds(distinct, distinct.length, protocol.split_seed);
  const folds = Array.from({ length: protocol.test_folds }, () => new Set<number>());
  const development = new Set<number>();
  for (const [at, prompt] of distinct.entries()) {
    const place = places[at]! - protocol.development_prompts;
    if (place < 0) development.add(prompt);
    else folds[place % folds.length]!.add(prompt);
  }
  return { development, folds };
}

/** One fold tested, the others the pool, the development prompts the validation. */
export function splitFold(all: EmbeddedPairs, { development, folds }: ReturnType<typeof splitPrompts>, fold: number): Split {
  const others = new Set(folds.flatMap((prompts, at) => (at === fold ? [] : [...prompts])));
  return { pool: pairsOf(all, others), validation: pairsOf(all, development), test: pairsOf(all, folds[fold]!) };
}

/** One condition on one fold: every seed, every arm. */
export function runFold(split: Split, condition: Condition, protocol: Protocol, fold: number, onRun: () => void): FoldScores {
  const { pool, validation, test } = conditioned(split, condition, protocol, fold);
  let whole: SeedScores['whole'] | undefined;
  const chosen = bestRegularisation({ pool: flip(pool, condition.flipped, fold * 100), validation, test }, protocol);
  const seeds = Array.from({ length: condition.seeds }, (_, place) => {
    const seed = fold * 100 + place;
    const asked = flip(pool, condition.flipped, seed);
    const start = drawStart(asked.targets.length, protocol.start, seed);
    const curves = protocol.arms.map((arm) => {
      const curve = runArm(arm, { pool: asked, test, start, rounds: roundsOf(arm, protocol, asked.targets.length), seed });
      onRun();
      return curve;
    });
    if (place === 0 || condition.flipped > 0) whole = wholePool(asked, test, chosen);
    return { curves, whole: whole! };
  });
  return { counts: pairCounts(test), seeds };
}

export function roundsOf(arm: Arm, { rounds, arms_end }: Protocol, rows: number): number[] {
  return rounds.filter((labels) => labels <= rows && (arm.baseline || labels <= arms_end));
}

/** With labels drawn from a true model where the condition says so: the whole pool's head is that model. */
function conditioned({ pool, validation, test }: Split, { drawn_strength }: Condition, protocol: Protocol, fold: number): Split {
  if (drawn_strength === undefined) return { pool, validation, test };
  const truth = fitRewardHead(pool, { inverseRegularisation: bestRegularisation({ pool, validation, test }, protocol).byLoss, tolerance: TOLERANCE }).weights.map((weight) => weight * drawn_strength);
  const [drawnPool, drawnValidation, drawnTest] = [pool, validation, test].map((pairs, at) => drawTargets(pairs, truth, fold * 3 + at)) as [EmbeddedPairs, EmbeddedPairs, EmbeddedPairs];
  return { pool: drawnPool, validation: drawnValidation, test: drawnTest };
}

function bestRegularisation({ pool, validation }: Split, { inverse_regularisations }: Protocol): { byAccuracy: number; byLoss: number } {
  const tried = fitAll(pool, inverse_regularisations).map((weights, at) => ({ c: inverse_regularisations[at]!, score: scoreHead(validation, weights) }));
  const most = (value: (score: Score) => number): number => tried.reduce((best, one) => (value(one.score) > value(best.score) ? one : best)).c;
  return { byAccuracy: most(({ right }) => sum(right)), byLoss: most(({ loss }) => -sum(loss)) };
}

function wholePool(pool: EmbeddedPairs, test: EmbeddedPairs, { byAccuracy, byLoss }: ReturnType<typeof bestRegularisation>): SeedScores['whole'] {
  const [weaker, stronger] = [Math.max(byAccuracy, byLoss), Math.min(byAccuracy, byLoss)];
  const first = fitRewardHead(pool, { inverseRegularisation: stronger, tolerance: TOLERANCE });
  const second = weaker === stronger ? first : fitRewardHead(pool, { inverseRegularisation: weaker, start: first.weights, tolerance: TOLERANCE });
  const score = (c: number): Score => scoreHead(test, (c === stronger ? first : second).weights);
  return { byAccuracy: score(byAccuracy), byLoss: score(byLoss) };
}

function fitAll(pool: EmbeddedPairs, inverseRegularisations: readonly number[]): Float64Array[] {
  let start: Float64Array | undefined;
  return inverseRegularisations.map((inverseRegularisation) => (start = fitRewardHead(pool, { inverseRegularisation, start, tolerance: TOLERANCE }).weights));
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Every arm with every C on the development prompts alone: accuracy and log-loss, means over folds, seeds and rounds. */
export function tune(all: EmbeddedPairs, protocol: Protocol, onRun: () => void): { arm: string; c: number; accuracy: number; logLoss: number }[] {
  const { development } = splitPrompts(all, protocol);
  const pairs = pairsOf(all, development);
  const { folds, seeds, labels_max } = protocol.tuning;
  const foldOf = promptFolds(pairs.prompts, folds, protocol.split_seed);
  const splits = Array.from({ length: folds }, (_, fold) => {
    const own = new Set(pairs.prompts.filter((_, row) => foldOf[row] === fold));
    return { test: pairsOf(pairs, own), pool: pairsOf(pairs, new Set(pairs.prompts.filter((prompt) => !own.has(prompt)))) };
  });
  const rounds = protocol.rounds.filter((labels) => labels <= labels_max);
  return protocol.arms.flatMap((arm) =>
    protocol.inverse_regularisations.map((c) => {
      let [right, loss, n] = [0, 0, 0];
      for (const { pool, test } of splits) {
        for (let seed = 0; seed < seeds; seed += 1) {
          const start = drawStart(pool.targets.length, protocol.start, seed);
          for (const score of runArm({ ...arm, inverse_regularisation: { accuracy: c, log_loss: c } }, { pool, test, start, rounds, seed })) {
            right += sum(score.right);
            loss += sum(score.loss);
            n += test.targets.length;
          }
          onRun();
        }
      }
      return { arm: arm.name, c, accuracy: right / n, logLoss: loss / n };
    }),
  );
}
