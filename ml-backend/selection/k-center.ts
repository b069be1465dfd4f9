import type { DistanceKernel, Scoring } from '../numerics/distance-kernel.js';
import type { Matrix } from '../numerics/matrix.js';
import { NearestPicks } from './nearest-picks.js';
import { assertCount, assertEmbeddings, assertUncertainty } from './selection-input.js';
import { highestRow, type Pick, type Picks } from './selection.js';
import { addCenters, assertSpread, type SpreadOptions } from './spread.js';

/** The score is the distance itself. */
const DISTANCE: Scoring = { least: 0, gain: 1 };

interface KCenterInput extends SpreadOptions {
  /** One row per pair. */
  readonly embeddings: Matrix;
  /** Decides the first pick only: the row of the highest. Without it the first pick is row 0. */
  readonly uncertainty?: Float32Array | Float64Array | undefined;
  /** How many to pick, at least 1; from more than there are rows, all are picked. */
  readonly k: number;
}

/**
 * k-center greedy: after the first pick, each is the remaining row farthest (Euclidean) from its nearest
 * pick; ties go to the lowest row. The farthest row is then never more than twice as far from its nearest
 * pick as the best k centres would leave it (T. Gonzalez, "Clustering to minimize the maximum intercluster
 * distance", Theoretical Computer Science 38, 1985; for active learning: Sener and Savarese, ICLR 2018).
 *
 * With centres, the first pick too is the row farthest from them. Rows left out (`minDistance`) are not picked.
 *
 * The score is that distance, never rising from the second pick on; the first has none, its score is 0.
 * Distances are exactly those of the plain computation in float64. At most rows · k · columns
 * multiplications; memory as of the hybrid.
 *
 * @throws PairloopError (usage) for no rows, numbers of uncertainties and rows that differ, NaN or
 * infinity (names row and column), k below 1 or no integer, numbers so large that a distance is infinite, and
 * as `assertSpread`.
 */
export function* kCenterPicks(input: KCenterInput): Picks {
  const { embeddings, uncertainty, k, minDistance = 0 } = input;
  assertEmbeddings(embeddings);
  if (uncertainty !== undefined) assertUncertainty(uncertainty, embeddings.rows);
  assertCount(k);
  assertSpread(input, embeddings);
  const nearest = new NearestPicks(embeddings);
  let leftOut = addCenters(nearest, input);
  if (nearest.remainingCount === 0) return leftOut;
  let pick: Pick = { index: uncertainty === undefined ? 0 : highestRow(uncertainty), score: 0 };
  if (nearest.count > 0) pick = farthest(nearest.kernel);
  for (let picked = 1; ; picked += 1) {
    yield pick;
    if (picked === k) return leftOut;
    nearest.add(pick.index, (rows) => nearest.kernel.highest(DISTANCE, rows));
    leftOut += nearest.removeNearer(minDistance);
    if (nearest.remainingCount === 0) return leftOut;
    pick = farthest(nearest.kernel);
  }
}

function farthest(kernel: DistanceKernel): Pick {
  const index = kernel.best(DISTANCE, 0)[0]!;
  return { index, score: kernel.distance[index]! };
}
