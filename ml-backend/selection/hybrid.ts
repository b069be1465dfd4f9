import { PairloopError } from '../../core/errors.js';
import type { DistanceKernel, Scoring } from '../numerics/distance-kernel.js';
import type { Matrix } from '../numerics/matrix.js';
import { NearestPicks } from './nearest-picks.js';
import { assertCount, assertEmbeddings, assertUncertainty } from './selection-input.js';
import { highestRow, selectionOf, type Pick, type Selection } from './selection.js';

/** Changes whenever a pick could; part of a round's code version. */
export const HYBRID_VERSION = 'hybrid-1';

/** Weight of uncertainty against diversity unless told otherwise. */
export const DEFAULT_WEIGHT = 0.6;

/** Added to every span that something is normalised by, so that a span of 0 gives 0. */
const SPAN_EPSILON = 1e-9;

/** Scores are at most 1, their five operations round by 2⁻⁵³ each: rows farther below the best than this cannot be it. */
const SCORE_TOLERANCE = 1e-13;

export interface HybridInput {
  /** One row per pair. */
  readonly embeddings: Matrix;
  /** One number per pair, higher is less certain; on any scale. */
  readonly uncertainty: Float32Array | Float64Array;
  /** How many to pick, at least 1; from more than there are rows, all are picked. */
  readonly k: number;
  /** w, from 0 (diversity alone) to 1 (uncertainty alone). */
  readonly weight: number;
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
 * Nothing happens between two picks, so that a caller may pause there.
 *
 * @throws PairloopError (usage) for no rows, numbers of uncertainties and rows that differ, NaN or
 * infinity (names row and column), k below 1 or no integer, a weight outside [0, 1], and numbers so
 * large that a distance is infinite.
 */
export function* hybridPicks(input: HybridInput): Generator<Pick, void, undefined> {
  assertValid(input);
  const { embeddings, weight } = input;
  const count = Math.min(input.k, embeddings.rows);
  const nearest = new NearestPicks(embeddings);
  nearest.kernel.term.set(weightedUncertainty(input.uncertainty, weight));
  const seed = highestRow(input.uncertainty);
  let pick: Pick = { index: seed, score: nearest.kernel.term[seed]! };
  let scoring: Scoring = { least: 0, gain: 0 };
  for (let picked = 1; ; picked += 1) {
    yield pick;
    if (picked === count) return;
    nearest.add(pick.index, (rows) => nearest.kernel.highest(scoring, rows));
    ({ pick, scoring } = best(nearest.kernel, 1 - weight));
  }
}

/** All picks of `hybridPicks` at once: row numbers in the order of picking, and their scores. */
export function selectHybrid(input: HybridInput): Selection {
  return selectionOf([...hybridPicks(input)]);
}

/** w · u′ of every row. */
function weightedUncertainty(uncertainty: Float32Array | Float64Array, weight: number): Float64Array {
  let least = Infinity;
  let most = -Infinity;
  for (const value of uncertainty) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const span = most - least + SPAN_EPSILON;
  if (!Number.isFinite(span)) {
    throw new PairloopError(`The uncertainties reach from ${least} to ${most}, too far to be normalised in float64; scale them down.`, 'usage');
  }
  return Float64Array.from(uncertainty, (value) => weight * ((value - least) / span));
}

function best(kernel: DistanceKernel, diversityWeight: number): { pick: Pick; scoring: Scoring } {
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

function assertValid({ embeddings, uncertainty, k, weight }: HybridInput): void {
  assertEmbeddings(embeddings);
  assertUncertainty(uncertainty, embeddings.rows);
  assertCount(k);
  if (!(weight >= 0 && weight <= 1)) throw new PairloopError(`The weight is ${weight}; it must be from 0 to 1.`, 'usage');
}
