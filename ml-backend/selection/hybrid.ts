import { PairloopError } from '../../core/errors.js';
import type { DistanceKernel, Scoring } from '../numerics/distance-kernel.js';
import type { Matrix } from '../numerics/matrix.js';
import { NearestPicks } from './nearest-picks.js';
import { assertCount, assertEmbeddings, assertPriority, assertUncertainty, refuse } from './selection-input.js';
import { highestRow, selectionFrom, type Pick, type Selection } from './selection.js';
import { addCenters, assertSpread, type SpreadOptions } from './spread.js';

/** Changes whenever a pick could; part of a round's code version. */
export const HYBRID_VERSION = 'hybrid-1';

/** Weight of uncertainty against diversity unless told otherwise. */
export const DEFAULT_WEIGHT = 0.6;

/** Added to every span that something is normalised by, so that a span of 0 gives 0. */
const SPAN_EPSILON = 1e-9;

const WEIGHT_ROUNDING = 1e-12;

/** Scores are at most 1, their five operations round by 2⁻⁵³ each: rows farther below the best than this cannot be it. */
const SCORE_TOLERANCE = 1e-13;

export interface HybridInput extends SpreadOptions {
  /** One row per pair. */
  readonly embeddings: Matrix;
  /** One number per pair, higher is less certain; on any scale. */
  readonly uncertainty: Float32Array | Float64Array;
  /** How many to pick, at least 1; from more than there are rows, all are picked. */
  readonly k: number;
  /** w, from 0 (diversity alone) to 1 (uncertainty alone). */
  readonly weight: number;
  /** One number per pair, higher is more urgent; on any scale. */
  readonly priority?: Float32Array | Float64Array | undefined;
  /** v, the priority's weight, from 0 (no part in it, unless given) to 1 − w. */
  readonly priorityWeight?: number | undefined;
}

/**
 * The hybrid ranking, pick after pick. The first is the row of the highest uncertainty, then each the
 * remaining row with the highest
 *
 *     w · u′ + (1 − w) · d′
 *
 * where u′ is the uncertainty, (x − min) / (max − min + 1e-9) over all rows, and d′ the Euclidean distance
 * to the nearest row picked so far, normalised likewise over the rows that remain at this step. Ties go
 * to the lowest row. The score is that value; the first pick has no distance yet, so its score is w · u′.
 * All in float64, sums of squares in ascending column: the picks are exactly those of the plain
 * computation, though distances that cannot matter are not computed (`NearestPicks` says how). At most
 * rows · k · columns multiplications; memory, beside the input, rows · (columns + 100) bytes, and a copy of
 * the input unless `createMatrix` made it.
 *
 * The normalisation needs the least and the greatest distance of all that remains, at every step: a row far
 * from being picked may still hold one of them. So no row's distance is ever left stale. What makes that cheap
 * is to rule out, for a row and a new pick, that its distance falls, from codes of a byte per number; after
 * that, least, greatest and best are scans over one number per row.
 *
 * With priorities the score is (w · u′ + v · p′) + (1 − w − v) · d′, p′ normalised as u′ over all rows; the first pick
 * is then the row of the highest w · u′ + v · p′. With centres there is no first pick without distances: all follow
 * the score. Rows left out (`minDistance`) no longer remain, so they have no part in d′; picks may then be fewer.
 * u′ and p′ are always normalised over all rows, centres included.
 *
 * Nothing happens between two picks, so that a caller may pause there.
 *
 * @throws PairloopError (usage) for no rows, numbers of uncertainties and rows that differ, NaN or
 * infinity (names row and column), k below 1 or no integer, weights outside [0, 1] or above 1 together,
 * numbers so large that a distance is infinite, and as `assertSpread`.
 * @returns how many rows were left out
 */
export function* hybridPicks(input: HybridInput): Generator<Pick, number, undefined> {
  assertValid(input);
  const { embeddings, weight, priorityWeight = 0, k, minDistance = 0 } = input;
  const diversityWeight = Math.max(0, 1 - weight - priorityWeight);
  const nearest = new NearestPicks(embeddings);
  const { kernel } = nearest;
  kernel.term.set(weightedTerm(input));
  let leftOut = addCenters(nearest, input);
  if (nearest.remainingCount === 0) return leftOut;
  const seed = highestRow(priorityWeight === 0 ? input.uncertainty : kernel.term);
  let scored: Scored = { pick: { index: seed, score: kernel.term[seed]! }, scoring: { least: 0, gain: 0 } };
  if (nearest.count > 0) scored = best(kernel, diversityWeight);
  for (let picked = 1; ; picked += 1) {
    yield scored.pick;
    if (picked === k) return leftOut;
    const { scoring } = scored;
    nearest.add(scored.pick.index, (rows) => kernel.highest(scoring, rows));
    leftOut += nearest.removeNearer(minDistance);
    if (nearest.remainingCount === 0) return leftOut;
    scored = best(kernel, diversityWeight);
  }
}

/** All picks of `hybridPicks` at once: row numbers in the order of picking, and their scores. */
export function selectHybrid(input: HybridInput): Selection {
  return selectionFrom(hybridPicks(input), input.minDistance);
}

/** w · u′ + v · p′ of every row. */
function weightedTerm({ uncertainty, weight, priority, priorityWeight = 0 }: HybridInput): Float64Array {
  const term = weighted('uncertainties', uncertainty, weight);
  if (priority === undefined || priorityWeight === 0) return term;
  const second = weighted('priorities', priority, priorityWeight);
  return term.map((value, row) => value + second[row]!);
}

/** weight · x′ of every row. */
function weighted(name: string, values: Float32Array | Float64Array, weight: number): Float64Array {
  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const span = most - least + SPAN_EPSILON;
  if (!Number.isFinite(span)) {
    throw new PairloopError(`The ${name} reach from ${least} to ${most}, too far to be normalised in float64; scale them down.`, 'usage');
  }
  return Float64Array.from(values, (value) => weight * ((value - least) / span));
}

/** A pick, and how it was scored but for its distance: what is likely to be picked next scores high likewise. */
interface Scored {
  readonly pick: Pick;
  readonly scoring: Scoring;
}

function best(kernel: DistanceKernel, diversityWeight: number): Scored {
  const { least, most } = kernel.extremes();
  const span = most - least + SPAN_EPSILON;
  const scoring = { least, gain: diversityWeight / span };
  let index = -1;
  let score = -Infinity;
  for (const row of kernel.best(scoring, SCORE_TOLERANCE)) {
    const value = kernel.term[row]! + diversityWeight * ((kernel.distance[row]! - least) / span);
    if (value > score) {
      score = value;
      index = row;
    }
  }
  return { pick: { index, score }, scoring };
}

function assertValid(input: HybridInput): void {
  const { embeddings, uncertainty, k, weight, priority, priorityWeight = 0 } = input;
  assertEmbeddings(embeddings);
  assertUncertainty(uncertainty, embeddings.rows);
  assertCount(k);
  assertSpread(input, embeddings);
  if (!(weight >= 0 && weight <= 1)) refuse(`The weight is ${weight}; it must be from 0 to 1.`);
  if (!(priorityWeight >= 0 && priorityWeight <= 1)) refuse(`The priority weight is ${priorityWeight}; it must be from 0 to 1.`);
  // 0.9 + 0.1 is 1 to whoever writes it, whatever is rounded.
  if (weight + priorityWeight > 1 + WEIGHT_ROUNDING) refuse(`The weights add up to ${weight + priorityWeight}; together they must not be above 1.`);
  if (priority === undefined && priorityWeight > 0) refuse(`The priority weight is ${priorityWeight}, but there are no priorities.`);
  if (priority !== undefined) assertPriority(priority, embeddings.rows);
}
