import { createRandom, type Random } from '../../../core/random.js';
import { quantile } from '../../../webhooks/statistics/bootstrap.js';
import { roundsOf, type FoldScores } from './experiment.js';
import type { Protocol } from './protocol.js';
import type { Score } from './simulate.js';

const TAIL = 0.025;
const COIN = Math.LN2;

/** Mean accuracy and log-loss after each round, over folds and seeds. */
interface Curve {
  readonly labels: readonly number[];
  readonly accuracy: readonly number[];
  readonly logLoss: readonly number[];
}

/** What an arm needs for a target, and what it saves of the better baseline's labels. Infinite labels: never reached. */
export interface Saving {
  readonly target: string;
  readonly arm: string;
  readonly labels: number;
  /** 1 − labels / the better baseline's; −∞ where the arm never gets there, undefined where no baseline does. */
  readonly saving: number | undefined;
  readonly low: number;
  readonly high: number;
  /** Of each fold by itself. */
  readonly folds: readonly (number | undefined)[];
}

export interface ConditionFigures {
  readonly whole: { readonly accuracy: number; readonly logLoss: number };
  /** Accuracy after the start. */
  readonly start: number;
  readonly saturated: boolean;
  readonly curves: readonly Curve[];
  readonly savings: readonly Saving[];
}

/** How often each test prompt of each fold counts, and which seeds. */
interface Sample {
  readonly prompts: readonly Uint32Array[];
  readonly seeds: readonly Uint32Array[];
}

interface Summary {
  readonly whole: { readonly accuracy: number; readonly logLoss: number };
  readonly curves: readonly Curve[];
}

/** All figures of one condition, with intervals (95 %) from drawing test prompts, and seeds, with replacement within each fold. */
export function figuresOf(folds: readonly FoldScores[], protocol: Protocol, rows: number): ConditionFigures {
  const labels = protocol.arms.map((arm) => roundsOf(arm, protocol, rows));
  const whole = summarise(folds, everything(folds), labels);
  const random = createRandom(1);
  const resampled = Array.from({ length: protocol.resamples }, () => savingsOf(summarise(folds, draw(folds, random), labels), protocol));
  const perFold = folds.map((fold) => savingsOf(summarise([fold], everything([fold]), labels), protocol));
  const savings = savingsOf(whole, protocol).map((one, at): Saving => {
    const drawn = Float64Array.from(resampled, (sample) => sample[at]!.saving ?? Number.NaN).sort();
    const known = drawn.filter((value) => !Number.isNaN(value));
    const end = (tail: number): number => (known.length < drawn.length / 2 ? Number.NaN : quantileOf(known, tail));
    return { ...one, low: end(TAIL), high: end(1 - TAIL), folds: perFold.map((fold) => fold[at]!.saving) };
  });
  const start = whole.curves[0]!.accuracy[0]!;
  return { whole: whole.whole, start, saturated: 100 * (whole.whole.accuracy - start) < protocol.saturated_below_points, curves: whole.curves, savings };
}

/** As `quantile`, which would make NaN of two infinite neighbours. */
function quantileOf(sorted: Float64Array, chance: number): number {
  const nearest = sorted[Math.round(chance * (sorted.length - 1))]!;
  return Number.isFinite(nearest) && sorted.every(Number.isFinite) ? quantile(sorted, chance) : nearest;
}

function everything(folds: readonly FoldScores[]): Sample {
  return { prompts: folds.map(({ counts }) => new Uint32Array(counts.length).fill(1)), seeds: folds.map(({ seeds }) => Uint32Array.from(seeds.keys())) };
}

function draw(folds: readonly FoldScores[], random: Random): Sample {
  const prompts = folds.map(({ counts }) => {
    const drawn = new Uint32Array(counts.length);
    random.fillBelow(drawn, counts.length);
    const times = new Uint32Array(counts.length);
    for (const prompt of drawn) times[prompt]! += 1;
    return times;
  });
  const seeds = folds.map((fold) => {
    const drawn = new Uint32Array(fold.seeds.length);
    random.fillBelow(drawn, fold.seeds.length);
    return drawn;
  });
  return { prompts, seeds };
}

/** Means over the folds of means over the seeds: every fold counts alike. */
function summarise(folds: readonly FoldScores[], { prompts, seeds }: Sample, labels: readonly (readonly number[])[]): Summary {
  const mean = (value: (fold: FoldScores, seed: number) => Score, part: 'right' | 'loss'): number => {
    let total = 0;
    for (const [at, fold] of folds.entries()) {
      const times = prompts[at]!;
      const pairs = weighted(fold.counts, times);
      let own = 0;
      for (const seed of seeds[at]!) own += weighted(value(fold, seed)[part], times) / pairs;
      total += own / seeds[at]!.length;
    }
    return total / folds.length;
  };
  return {
    whole: { accuracy: mean((fold, seed) => fold.seeds[seed]!.whole.byAccuracy, 'right'), logLoss: mean((fold, seed) => fold.seeds[seed]!.whole.byLoss, 'loss') },
    curves: labels.map((rounds, arm) => {
      const along = (part: 'right' | 'loss'): number[] => rounds.map((_, round) => mean((fold, seed) => fold.seeds[seed]!.curves[arm]![round]!, part));
      return { labels: rounds, accuracy: along('right'), logLoss: along('loss') };
    }),
  };
}

function weighted(values: Float64Array, times: Uint32Array): number {
  let total = 0;
  for (let at = 0; at < values.length; at += 1) total += values[at]! * times[at]!;
  return total;
}

type PlainSaving = Pick<Saving, 'target' | 'arm' | 'labels' | 'saving'>;

function savingsOf({ whole, curves }: Summary, { arms, accuracy_targets, log_loss_targets }: Protocol): PlainSaving[] {
  const targets = [
    ...accuracy_targets.map((share) => ({ target: `${100 * share} % of accuracy`, values: (curve: Curve) => curve.accuracy, level: share * whole.accuracy })),
    ...log_loss_targets.map((share) => ({ target: `${100 * share} % of log-loss`, values: (curve: Curve) => curve.logLoss.map((loss) => COIN - loss), level: share * (COIN - whole.logLoss) })),
  ];
  return targets.flatMap(({ target, values, level }) => {
    const needed = curves.map((curve) => labelsUntil(curve.labels, values(curve), level));
    const divisor = Math.min(...needed.filter((_, at) => arms[at]!.baseline));
    return arms.map(({ name }, at) => ({ target, arm: name, labels: needed[at]!, saving: divisor === Infinity ? undefined : 1 - needed[at]! / divisor }));
  });
}

/** Labels at which the curve first comes to the level, between two rounds by their logarithms; infinite where it never does. */
export function labelsUntil(labels: readonly number[], values: readonly number[], level: number): number {
  const at = values.findIndex((value) => value >= level);
  if (at === -1) return Infinity;
  if (at === 0) return labels[0]!;
  const share = (level - values[at - 1]!) / (values[at]! - values[at - 1]!);
  return labels[at - 1]! * (labels[at]! / labels[at - 1]!) ** share;
}
