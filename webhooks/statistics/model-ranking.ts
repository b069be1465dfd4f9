import { createRandom } from '../../core/random.js';
import { findDisconnection, type Disconnection } from './beaten-paths.js';
import { intervalOf, quantile, type BootstrapOptions, type Interval } from './bootstrap.js';
import { fitBradleyTerry, type Fit, type FitOptions, type NoFit } from './bradley-terry.js';
import { cholesky, invertCholesky } from './cholesky.js';
import { countComparisons, EFFECTS, effectOf, type Comparison, type ComparisonCells, type EffectName } from './comparison-cells.js';
import { normalHalfWidth } from './normal-quantile.js';
import { TIE_MODEL, type TieModelName } from './tie-models.js';

export interface RankingOptions extends BootstrapOptions {
  /** `davidson` unless told. */
  readonly ties?: TieModelName;
  /** What is estimated beside the strengths, and so taken out of them; position and length unless told. */
  readonly control?: readonly EffectName[];
  /** Standard deviation (in log odds) of a normal prior around 0 on strengths and effects; none unless told. */
  readonly priorSd?: number;
}

/** A log odds with two intervals: from the curvature of the likelihood (Wald), and from resampled items. */
export interface LogOdds {
  readonly value: number | null;
  readonly standardError: number | null;
  readonly wald: { readonly low: number; readonly high: number } | null;
  readonly interval: Interval | null;
  /** Why the value or the bootstrap interval is null. */
  readonly reason?: string;
}

interface RankedModel {
  readonly model: string;
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  /** The log odds of winning against a model of mean strength. */
  readonly strength: LogOdds;
  /** Between which places (1 the strongest) it is in the resamples, at the interval's coverage; null where that is. */
  readonly places: { readonly low: number; readonly high: number } | null;
}

export interface ModelRanking {
  readonly tieModel: TieModelName;
  readonly priorSd: number | null;
  readonly n: { readonly comparisons: number; readonly items: number; readonly models: number; readonly ties: number };
  /** From the strongest; by name where strengths are undefined. */
  readonly models: readonly RankedModel[];
  /** Covariance of the strengths in the order of `models`; null where they are undefined. */
  readonly covariance: readonly (readonly number[])[] | null;
  /** Log odds of A's win for A displayed first instead of B (half of it is each side's), and for each doubling of A's length. */
  readonly effects: Readonly<Partial<Record<EffectName, LogOdds>>>;
  /** Among two equal models; 0 where nothing ties. */
  readonly tieShare: number | null;
  readonly logLikelihood: number | null;
  readonly iterations: number;
  /** Why the strengths are undefined. */
  readonly reason?: string;
  readonly bootstrap: Required<BootstrapOptions>;
}

/**
 * Ranks models by the comparisons of their answers: a Bradley–Terry model with ties (Davidson, or Rao and Kupper), in which the effects of the
 * displayed order and of length are estimated together with the strengths and so are not counted as strength. Strengths are natural
 * logarithms of odds, their mean is 0; only their differences mean something.
 *
 * Two intervals: Wald's takes every comparison for independent; the bootstrap draws items with all their comparisons, and is
 * the one to read where an item has several votes. A resample in which strengths are undefined is left out and counted.
 * Undefined, with a reason: no comparisons, one model, only ties, models that nothing links, and a group that never lost to or tied
 * with the rest (its strength has no upper bound). A prior, which is told in the result, makes all but the first three defined.
 * An effect that nothing tells of, or that follows from the models, is undefined by itself and left out of the model.
 * Source: R. Bradley and M. Terry (1952); R. Davidson (1970); R. Davidson and R. Beaver (1977) for the order effect.
 * Cost: some four iterations a resample, each linear in the distinct comparisons (see `fitBradleyTerry`).
 */
export function rankModels(comparisons: readonly Comparison[], options: RankingOptions): ModelRanking {
  const { ties = 'davidson', control = EFFECTS, priorSd = null, seed, resamples = 1000, coverage = 0.95 } = options;
  const bootstrap = { seed, resamples, coverage };
  const fitOptions = { ties, priorSd };
  const missing = new Map(control.flatMap((effect) => [[effect, whyNoEffect(effect, comparisons)] as const]));
  for (;;) {
    const cells = countComparisons(comparisons, EFFECTS.filter((effect) => missing.get(effect) === null));
    const found = fitCells(cells, cells.counts, fitOptions);
    if (typeof found === 'object' && 'fault' in found && found.effect !== null && found.fault === 'dependent') {
      missing.set(found.effect, `${EFFECT_WORDS[found.effect]} goes hand in hand with the models here, so that the two cannot be told apart`);
      continue;
    }
    const base = describeCounts(cells, comparisons, { tieModel: ties, priorSd, bootstrap });
    if ('reason' in found || 'fault' in found) return { ...base, ...undefinedRanking(cells, missing, 'reason' in found ? found.reason : whyEndless(found)) };
    return { ...base, ...describeFit(cells, found, missing, fitOptions, bootstrap) };
  }
}

const EFFECT_WORDS: Readonly<Record<EffectName, string>> = { position: 'which answer is displayed first', length: 'how long an answer is' };

function whyNoEffect(effect: EffectName, comparisons: readonly Comparison[]): string | null {
  if (comparisons.length === 0) return null;
  if (effect === 'length') {
    const without = comparisons.filter(({ lengths }) => lengths === null).length;
    if (without > 0) return `${without} of ${comparisons.length} comparisons do not say how long the answers are`;
  }
  if (comparisons.some((comparison) => effectOf(effect, comparison) !== 0)) return null;
  return effect === 'length' ? 'all answers compared are equally long' : 'no comparison says which answer was displayed first';
}

type Fault = NoFit & { readonly effect: EffectName | null };

/** The fit, or why there is none: in words, or as the parameter that is at fault. */
function fitCells(cells: ComparisonCells, weights: Float64Array, options: FitOptions, start?: Float64Array): Fit | Fault | { readonly reason: string } {
  const { all, tied } = countTies(cells, weights);
  if (all === 0) return { reason: 'there are no comparisons' };
  if (cells.models.length < 2) return { reason: `there is only one model, ${JSON.stringify(cells.models[0])}` };
  if (tied === all) return { reason: 'every comparison is a tie' };
  const gap = options.priorSd === null ? findDisconnection(cells, weights) : null;
  if (gap !== null) return { reason: describeGap(gap) };
  const hasTies = tied > 0;
  const fits = start === undefined || hasTies === start.length > cells.models.length + cells.effects.length;
  const found = fitBradleyTerry(cells, weights, hasTies, options, fits ? start : undefined);
  if (!('fault' in found)) return found;
  return { ...found, effect: cells.effects[found.parameter - cells.models.length] ?? null };
}

function countTies(cells: ComparisonCells, weights: Float64Array): { all: number; tied: number } {
  let [all, tied] = [0, 0];
  for (const [cell, weight] of weights.entries()) {
    all += weight;
    if (cells.outcome[cell] === 2) tied += weight;
  }
  return { all, tied };
}

const NAMES_MAX = 5;

function listed(models: readonly string[]): string {
  const shown = models.slice(0, NAMES_MAX).map((model) => JSON.stringify(model)).join(', ');
  return models.length <= NAMES_MAX ? shown : `${shown} and ${models.length - NAMES_MAX} more`;
}

function describeGap({ kind, group, others }: Disconnection): string {
  if (kind === 'unlinked') return `nothing links ${listed(group)} with ${listed(others)}: compare a model of one group with one of the other`;
  return `${listed(group)} never lost to or tied with ${listed(others)}, so that how much stronger has no upper bound: more comparisons, or a prior (which is then told)`;
}

function whyEndless({ effect }: Fault): string {
  if (effect === null) return 'the outcomes follow from an order of the models without exception, so that how far apart they are has no upper bound: more comparisons, or a prior (which is then told)';
  return `the effect of ${EFFECT_WORDS[effect]} explains outcomes without exception, so that it has no finite estimate: more comparisons, or leave the effect out`;
}

function describeCounts(cells: ComparisonCells, comparisons: readonly Comparison[], told: Pick<ModelRanking, 'tieModel' | 'priorSd' | 'bootstrap'>): Omit<ModelRanking, 'models' | 'covariance' | 'effects' | 'tieShare' | 'logLikelihood' | 'iterations'> {
  const { all, tied } = countTies(cells, cells.counts);
  return { ...told, n: { comparisons: comparisons.length, items: cells.cellsOfItem.length, models: cells.models.length, ties: all === 0 ? 0 : tied } };
}

const UNKNOWN = { value: null, standardError: null, wald: null, interval: null } as const;

function undefinedRanking(cells: ComparisonCells, missing: ReadonlyMap<EffectName, string | null>, reason: string): Omit<ModelRanking, 'tieModel' | 'priorSd' | 'n' | 'bootstrap'> {
  const effects = Object.fromEntries([...missing].map(([effect, why]) => [effect, { ...UNKNOWN, reason: why ?? reason }]));
  const models = countResults(cells).map((counted) => ({ ...counted, strength: { ...UNKNOWN, reason }, places: null }));
  return { models, covariance: null, effects, tieShare: null, logLikelihood: null, iterations: 0, reason };
}

/** Wins, ties and losses of each model, by name; a model against itself counts for neither. */
function countResults(cells: ComparisonCells): Pick<RankedModel, 'model' | 'wins' | 'ties' | 'losses'>[] {
  const results = cells.models.map((model) => ({ model, wins: 0, ties: 0, losses: 0 }));
  for (const [cell, count] of cells.counts.entries()) {
    const [first, second] = [results[cells.first[cell]!]!, results[cells.second[cell]!]!];
    if (first === second) continue;
    const outcome = cells.outcome[cell];
    if (outcome === 2) {
      first.ties += count;
      second.ties += count;
    } else {
      (outcome === 0 ? first : second).wins += count;
      (outcome === 0 ? second : first).losses += count;
    }
  }
  return results;
}

function describeFit(cells: ComparisonCells, fit: Fit, missing: ReadonlyMap<EffectName, string | null>, options: FitOptions, bootstrap: Required<BootstrapOptions>): Omit<ModelRanking, 'tieModel' | 'priorSd' | 'n' | 'bootstrap'> {
  const strengths = cells.models.length;
  const { parameters } = fit;
  const covariance = covarianceOf(fit, strengths);
  const drawn = resample(cells, fit, options, bootstrap);
  const size = parameters.length;
  const logOdds = (place: number): LogOdds => {
    const value = parameters[place]!;
    const standardError = Math.sqrt(covariance[place * size + place]!);
    const half = normalHalfWidth(bootstrap.coverage) * standardError;
    return { value, standardError, wald: { low: value - half, high: value + half }, ...drawn.interval(place) };
  };
  const order = cells.models.map((_, place) => place).sort((one, other) => parameters[other]! - parameters[one]! || one - other);
  const results = countResults(cells);
  const effects = [...missing].map(([effect, why]) => [effect, why === null ? logOdds(strengths + cells.effects.indexOf(effect)) : { ...UNKNOWN, reason: why }]);
  const hasTies = size > strengths + cells.effects.length;
  const model = TIE_MODEL[options.ties];
  return {
    models: order.map((place) => ({ ...results[place]!, strength: logOdds(place), places: drawn.places(place) })),
    covariance: order.map((row) => order.map((column) => covariance[row * size + column]!)),
    effects: Object.fromEntries(effects),
    tieShare: model.shareBetweenEquals(hasTies ? parameters[size - 1]! : model.never),
    logLikelihood: fit.logLikelihood,
    iterations: fit.iterations,
  };
}

/** The inverse of the information, without what held the strengths' mean at 0. */
function covarianceOf({ information, shift, parameters }: Fit, strengths: number): Float64Array {
  const size = parameters.length;
  const decomposed = cholesky(information, size);
  if ('dependent' in decomposed) return new Float64Array(size * size).fill(Infinity);
  const inverse = invertCholesky(decomposed.factor, size);
  if (shift === 0) return inverse;
  for (let row = 0; row < strengths; row += 1) for (let column = 0; column < strengths; column += 1) inverse[row * size + column]! -= 1 / (shift * strengths ** 2);
  return inverse;
}

interface Resamples {
  interval(place: number): { readonly interval: Interval } | { readonly interval: null; readonly reason: string };
  places(strength: number): RankedModel['places'];
}

/** Fits the model to items drawn with replacement; those draws in which it is undefined are left out. */
function resample(cells: ComparisonCells, fit: Fit, options: FitOptions, bootstrap: Required<BootstrapOptions>): Resamples {
  const items = cells.cellsOfItem.length;
  const { seed, resamples, coverage } = bootstrap;
  const why = resamples === 0 ? 'no interval: none was asked for' : items < 2 ? 'no interval: it needs at least two items' : null;
  const found: Float64Array[] = [];
  const random = createRandom(seed);
  const draws = new Uint32Array(items);
  const rounds = why === null ? resamples : 0;
  for (let round = 0; round < rounds; round += 1) {
    random.fillBelow(draws, items);
    const weights = new Float64Array(cells.counts.length);
    for (const item of draws) for (const cell of cells.cellsOfItem[item]!) weights[cell]! += 1;
    const refitted = fitCells(cells, weights, options, fit.parameters);
    if ('parameters' in refitted) found.push(refitted.parameters);
  }
  const strengths = cells.models.length;
  const column = (place: number): Float64Array => Float64Array.from(found, (parameters) => parameters[place]!);
  const placeIn = (parameters: Float64Array, strength: number): number => 1 + parameters.subarray(0, strengths).filter((other) => other > parameters[strength]!).length;
  return {
    interval: (place) => (why === null ? intervalOf(column(place), bootstrap) : { interval: null, reason: why }),
    places(strength) {
      if (why !== null || !('level' in (intervalOf(column(strength), bootstrap).interval ?? {}))) return null;
      const sorted = Float64Array.from(found, (parameters) => placeIn(parameters, strength)).sort();
      const tail = (1 - coverage) / 2;
      return { low: Math.floor(quantile(sorted, tail)), high: Math.ceil(quantile(sorted, 1 - tail)) };
    },
  };
}
