import { PairloopError } from '../../core/errors.js';
import type { Matrix } from '../numerics/matrix.js';
import { squaredDistance, squaredDistancesOfFour } from '../numerics/squared-distance.js';
import { assertCount, assertEmbeddings } from './selection-input.js';
import { highestRow, type Pick, type Picks } from './selection.js';

/** The distances between all rows are kept: rows² · 8 bytes, 512 MiB at this bound. */
const FACILITY_LOCATION_MAX_ROWS = 8_192;

/** Distances of 64 rows to 8,192 others take about a tenth of a second. */
const ROWS_PER_PAUSE = 64;

interface FacilityLocationInput {
  /** One row per pair, at most 8,192. */
  readonly embeddings: Matrix;
  /** How many to pick, at least 1; from more than there are rows, all are picked. */
  readonly k: number;
}

/**
 * Facility location: the rows that stand for all rows best. The similarity of two rows is the greatest
 * distance between any two rows less their own distance (Euclidean); f(S) is the sum, over all rows, of
 * the similarity to the most similar row of S. Greedy: each pick is the row that raises f most,
 *
 *     gain(j) = Σᵢ max(0, mᵢ − d(i, j))     mᵢ: distance of i to its nearest pick, at first the greatest of all
 *
 * added in float64 in ascending row; ties go to the lowest row. f is submodular, so the greedy's f is at
 * least 1 − 1/e of the best possible (G. Nemhauser, L. Wolsey, M. Fisher, "An analysis of approximations
 * for maximizing submodular set functions", Mathematical Programming 14, 1978). The score is the gain, in
 * units of distance; it never rises.
 *
 * Evaluated lazily: an old gain bounds the new one from above (M. Minoux, "Accelerated greedy algorithms
 * for maximizing submodular set functions", 1978). That holds of the computed numbers too, without any
 * margin, because rounding never turns an order around: each term and each partial sum only falls with
 * mᵢ. So the picks are exactly those of the plain greedy.
 *
 * rows² · columns / 2 multiplications for the distances, then at most k · rows² additions, far fewer in
 * practice; memory rows² · 8 bytes.
 *
 * @throws PairloopError (usage) for no rows, more than 8,192 rows, NaN or infinity (names row and column),
 * k below 1 or no integer, and numbers so large that a sum of distances is infinite.
 */
export function* facilityLocationPicks({ embeddings, k }: FacilityLocationInput): Picks {
  assertEmbeddings(embeddings);
  assertCount(k);
  assertFits(embeddings.rows);
  const { rows } = embeddings;
  const distances = yield* distancesBetween(embeddings);
  const nearest = new Float64Array(rows).fill(greatestOf(distances, rows));
  const bound = Float64Array.from({ length: rows }, (_, row) => gainOf(row, distances, nearest));
  for (let picked = 0; picked < Math.min(k, rows); picked += 1) {
    const pick = best(bound, distances, nearest);
    yield pick;
    bound[pick.index] = -Infinity;
    for (let row = 0; row < rows; row += 1) nearest[row] = Math.min(nearest[row]!, distances[pick.index * rows + row]!);
  }
  return 0;
}

/** The row of the greatest gain; a bound is made exact only while it is the greatest. A picked row's is −∞. */
function best(bound: Float64Array, distances: Float64Array, nearest: Float64Array): Pick {
  for (;;) {
    const index = highestRow(bound);
    const gain = gainOf(index, distances, nearest);
    if (gain === bound[index]) return { index, score: gain };
    bound[index] = gain;
  }
}

function gainOf(candidate: number, distances: Float64Array, nearest: Float64Array): number {
  const from = candidate * nearest.length;
  let gain = 0;
  for (let row = 0; row < nearest.length; row += 1) {
    const nearer = nearest[row]! - distances[from + row]!;
    if (nearer > 0) gain += nearer;
  }
  return gain;
}

/** Euclidean distances of each row to each, row after row. A caller may pause now and then. */
function* distancesBetween(embeddings: Matrix): Generator<undefined, Float64Array, undefined> {
  const distances = new Float64Array(embeddings.rows * embeddings.rows);
  for (let row = 0; row < embeddings.rows; row += ROWS_PER_PAUSE) {
    fillDistances(embeddings, distances, row, Math.min(embeddings.rows, row + ROWS_PER_PAUSE));
    yield undefined;
  }
  return distances;
}

function fillDistances(embeddings: Matrix, distances: Float64Array, from: number, to: number): void {
  const { data, rows, columns } = embeddings;
  const others = Int32Array.from({ length: rows }, (_, row) => row);
  const four = new Float64Array(4);
  const point = new Float64Array(columns);
  for (let row = from; row < to; row += 1) {
    const keep = (other: number, squared: number): void => {
      distances[row * rows + other] = distances[other * rows + row] = Math.sqrt(squared);
    };
    point.set(data.subarray(row * columns, (row + 1) * columns));
    let other = row + 1;
    for (; other + 4 <= rows; other += 4) {
      squaredDistancesOfFour(embeddings, others, other, point, four);
      for (let lane = 0; lane < 4; lane += 1) keep(other + lane, four[lane]!);
    }
    for (; other < rows; other += 1) keep(other, squaredDistance(embeddings, row, other));
  }
}

function greatestOf(distances: Float64Array, rows: number): number {
  let greatest = 0;
  for (const distance of distances) if (distance > greatest) greatest = distance;
  if (greatest * rows === Infinity) throw new PairloopError('The distances add up to more than float64 holds; scale the embeddings down.', 'usage');
  return greatest;
}

function assertFits(rows: number): void {
  if (rows <= FACILITY_LOCATION_MAX_ROWS) return;
  throw new PairloopError(
    `There are ${rows} rows; facility location keeps the distances between all of them and takes at most ${FACILITY_LOCATION_MAX_ROWS}. Select from fewer, or with k-center, kmeans++ or hybrid.`,
    'usage',
  );
}
