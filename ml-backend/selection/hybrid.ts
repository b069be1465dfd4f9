import { PairloopError } from '../../core/errors.js';
import type { Matrix } from '../numerics/matrix.js';
import { NearestPicks } from './nearest-picks.js';

/** Changes whenever a pick could; part of a round's code version. */
export const HYBRID_VERSION = 'hybrid-1';

/** Weight of uncertainty against diversity unless told otherwise. */
export const DEFAULT_WEIGHT = 0.6;

/** Added to every span that something is normalised by, so that a span of 0 gives 0. */
const SPAN_EPSILON = 1e-9;

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

/** One pick: the row, and the value that made it the best of what remained. */
export interface Pick {
  readonly index: number;
  readonly score: number;
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
 * computation, though distances that cannot matter are not computed. At most rows · k · columns
 * multiplications; memory rows · 40 bytes beside the input.
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
  const weighted = weightedUncertainty(input.uncertainty, weight);
  const nearest = new NearestPicks(embeddings);
  let pick: Pick = seed(input.uncertainty, weighted);
  for (let picked = 1; ; picked += 1) {
    yield pick;
    if (picked === count) return;
    nearest.add(pick.index);
    pick = best(nearest, weighted, 1 - weight);
  }
}

/** All picks of `hybridPicks` at once: row numbers in the order of picking, and their scores. */
export function selectHybrid(input: HybridInput): { indices: number[]; scores: number[] } {
  const picks = [...hybridPicks(input)];
  return { indices: picks.map((pick) => pick.index), scores: picks.map((pick) => pick.score) };
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

function seed(uncertainty: Float32Array | Float64Array, weighted: Float64Array): Pick {
  let index = 0;
  for (let row = 1; row < uncertainty.length; row += 1) if (uncertainty[row]! > uncertainty[index]!) index = row;
  return { index, score: weighted[index]! };
}

function best({ remaining, remainingCount, distance }: NearestPicks, weighted: Float64Array, diversityWeight: number): Pick {
  let least = Infinity;
  let most = -Infinity;
  for (let at = 0; at < remainingCount; at += 1) {
    const value = distance[remaining[at]!]!;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const span = most - least + SPAN_EPSILON;
  let index = -1;
  let score = -Infinity;
  for (let at = 0; at < remainingCount; at += 1) {
    const row = remaining[at]!;
    const value = weighted[row]! + diversityWeight * ((distance[row]! - least) / span);
    if (value > score) {
      score = value;
      index = row;
    }
  }
  return { index, score };
}

function assertValid({ embeddings, uncertainty, k, weight }: HybridInput): void {
  const { data, rows, columns } = embeddings;
  const refuse = (message: string): never => {
    throw new PairloopError(message, 'usage');
  };
  if (rows === 0) refuse('The embeddings have no rows; there is nothing to select from.');
  if (columns === 0) refuse('The embeddings have no columns; each row needs at least one number.');
  if (data.length !== rows * columns) refuse(`The embeddings hold ${data.length} numbers, ${rows} × ${columns} need ${rows * columns}.`);
  if (uncertainty.length !== rows) {
    refuse(`There are ${uncertainty.length} uncertainties for ${rows} rows of embeddings; give one for each row.`);
  }
  if (!Number.isInteger(k) || k < 1) refuse(`k is ${k}; it must be a whole number of at least 1.`);
  if (!(weight >= 0 && weight <= 1)) refuse(`The weight is ${weight}; it must be from 0 to 1.`);
  const wrong = data.findIndex((value: number) => !Number.isFinite(value));
  if (wrong !== -1) {
    refuse(`The embeddings hold ${data[wrong]} at row ${Math.floor(wrong / columns)}, column ${wrong % columns} (counted from 0); every number must be finite.`);
  }
  const uncertain = uncertainty.findIndex((value: number) => !Number.isFinite(value));
  if (uncertain !== -1) refuse(`The uncertainty of row ${uncertain} (counted from 0) is ${uncertainty[uncertain]}; every number must be finite.`);
}
