import { PairloopError } from '../../core/errors.js';
import { createFractions } from '../../core/random.js';
import type { Matrix } from '../numerics/matrix.js';
import { NearestPicks } from './nearest-picks.js';
import { assertCount, assertEmbeddings } from './selection-input.js';
import type { Pick, Picks } from './selection.js';

interface KMeansInput {
  /** One row per pair. */
  readonly embeddings: Matrix;
  /** How many to pick, at least 1; from more than there are rows, all are picked. */
  readonly k: number;
  /** Any safe integer; the same seed picks the same. */
  readonly seed: number;
}

/**
 * k-means++ seeding with representatives. The first seed is a row drawn uniformly, each next one a row
 * drawn with a chance in proportion to D², its squared distance to the nearest seed so far (D. Arthur,
 * S. Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007): with u from [0, 1), the
 * first row up to and with which the D², added in ascending row, are more than u · their whole sum. If
 * every D² is 0, no number decides and the lowest remaining row is taken, though one is drawn.
 *
 * Each row then belongs to its nearest seed, ties to the earliest. One Lloyd step moves each seed to the
 * mean of its rows, and the row of its own nearest to that, ties to the lowest, represents it. A seed
 * without rows (a duplicate of an earlier one) is represented, after all others, by the lowest row that
 * represents none. The order is that of the seeds; the score is how many rows the pick represents.
 *
 * Distances are exactly those of the plain computation in float64. At most rows · (k + 2) · columns
 * multiplications; memory as of the hybrid, and k · columns · 8 bytes.
 *
 * @throws PairloopError (usage) for no rows, NaN or infinity (names row and column), k below 1 or no
 * integer, and numbers so large that a distance or the sum of D² is infinite.
 */
export function* kMeansPlusPlusPicks({ embeddings, k, seed }: KMeansInput): Picks {
  assertEmbeddings(embeddings);
  assertCount(k);
  const count = Math.min(k, embeddings.rows);
  const { nearest, seeds } = yield* drawSeeds(embeddings, count, createFractions(seed));
  const clusterOf = nearest.kernel.nearest;
  for (const [place, row] of seeds.entries()) if (nearest.kernel.squared[row]! > 0) clusterOf[row] = place;
  yield* represent(embeddings, clusterOf, count);
  return 0;
}

/** A caller may pause after each seed. */
function* drawSeeds(embeddings: Matrix, count: number, draw: () => number): Generator<undefined, { nearest: NearestPicks; seeds: number[] }, undefined> {
  const nearest = new NearestPicks(embeddings);
  const seeds = [Math.floor(draw() * embeddings.rows)];
  nearest.add(seeds[0]!);
  while (seeds.length < count) {
    seeds.push(drawFarRow(nearest, draw()));
    nearest.add(seeds.at(-1)!);
    yield undefined;
  }
  return { nearest, seeds };
}

function drawFarRow({ kernel: { squared, distance } }: NearestPicks, chance: number): number {
  let total = 0;
  for (let row = 0; row < squared.length; row += 1) if (distance[row]! >= 0) total += squared[row]!;
  if (total === Infinity) throw new PairloopError('The squared distances add up to more than float64 holds; scale the embeddings down.', 'usage');
  const threshold = chance * total;
  let upTo = 0;
  for (let row = 0; row < squared.length; row += 1) {
    if (!(distance[row]! >= 0)) continue;
    upTo += squared[row]!;
    if (upTo > threshold) return row;
  }
  return distance.findIndex((own) => own >= 0);
}

/** By cluster its representative; clusters without rows last get the lowest rows left over. */
function represent(embeddings: Matrix, clusterOf: Int32Array, count: number): Pick[] {
  const { means, sizes } = meansOf(embeddings, clusterOf, count);
  const representative = new Int32Array(count).fill(-1);
  const least = new Float64Array(count);
  for (let row = 0; row < embeddings.rows; row += 1) {
    const cluster = clusterOf[row]!;
    const squared = squaredDistanceToMean(embeddings, row, means, cluster);
    if (representative[cluster] !== -1 && squared >= least[cluster]!) continue;
    representative[cluster] = row;
    least[cluster] = squared;
  }
  const taken = new Set(representative);
  let free = 0;
  return Array.from(representative, (row, cluster) => {
    if (row !== -1) return { index: row, score: sizes[cluster]! };
    while (taken.has(free)) free += 1;
    free += 1;
    return { index: free - 1, score: 0 };
  });
}

/** The mean of each cluster's rows, added in ascending row; 0 for a cluster without rows. */
function meansOf({ data, rows, columns }: Matrix, clusterOf: Int32Array, count: number): { means: Float64Array; sizes: Int32Array } {
  const means = new Float64Array(count * columns);
  const sizes = new Int32Array(count);
  for (let row = 0; row < rows; row += 1) {
    const cluster = clusterOf[row]!;
    sizes[cluster]! += 1;
    for (let column = 0; column < columns; column += 1) means[cluster * columns + column]! += data[row * columns + column]!;
  }
  for (let at = 0; at < means.length; at += 1) means[at]! /= Math.max(1, sizes[Math.floor(at / columns)]!);
  return { means, sizes };
}

function squaredDistanceToMean({ data, columns }: Matrix, row: number, means: Float64Array, cluster: number): number {
  let sum = 0;
  for (let column = 0; column < columns; column += 1) {
    const difference = data[row * columns + column]! - means[cluster * columns + column]!;
    sum += difference * difference;
  }
  return sum;
}
