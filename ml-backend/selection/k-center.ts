import type { DistanceKernel, Scoring } from '../numerics/distance-kernel.js';
import type { Matrix } from '../numerics/matrix.js';
import { NearestPicks } from './nearest-picks.js';
import { assertCount, assertEmbeddings, assertUncertainty } from './selection-input.js';
import { highestRow, selectionOf, type Pick, type Selection } from './selection.js';

/** The score is the distance itself. */
const DISTANCE: Scoring = { least: 0, gain: 1 };

interface KCenterInput {
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
 * The score is that distance, never rising from the second pick on; the first has none, its score is 0.
 * Distances are exactly those of the plain computation in float64. At most rows · k · columns
 * multiplications; memory as of the hybrid.
 *
 * @throws PairloopError (usage) for no rows, numbers of uncertainties and rows that differ, NaN or
 * infinity (names row and column), k below 1 or no integer, and numbers so large that a distance is
 * infinite.
 */
export function selectKCenter({ embeddings, uncertainty, k }: KCenterInput): Selection {
  assertEmbeddings(embeddings);
  if (uncertainty !== undefined) assertUncertainty(uncertainty, embeddings.rows);
  assertCount(k);
  const nearest = new NearestPicks(embeddings);
  const picks: Pick[] = [{ index: uncertainty === undefined ? 0 : highestRow(uncertainty), score: 0 }];
  while (picks.length < Math.min(k, embeddings.rows)) {
    nearest.add(picks.at(-1)!.index, (rows) => nearest.kernel.highest(DISTANCE, rows));
    picks.push(farthest(nearest.kernel));
  }
  return selectionOf(picks);
}

function farthest(kernel: DistanceKernel): Pick {
  const index = kernel.best(DISTANCE, 0)[0]!;
  return { index, score: kernel.distance[index]! };
}
