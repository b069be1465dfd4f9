import { createFractions } from '../../core/random.js';
import { assertCount, assertUncertainty } from './selection-input.js';
import type { Picks } from './selection.js';

/**
 * The k rows of the highest uncertainty, highest first; ties to the lowest row. From more than there are
 * rows, all. The score is the uncertainty as given. rows · log rows comparisons, memory rows · 8 bytes.
 *
 * @throws PairloopError (usage) for NaN or infinity, and k below 1 or no integer.
 */
export function* uncertainPicks(uncertainty: Float32Array | Float64Array, k: number): Picks {
  assertUncertainty(uncertainty, uncertainty.length);
  assertCount(k);
  return yield* highest(uncertainty, k);
}

/**
 * k of `rows` rows, each set and order alike likely: every row, in ascending order, draws a number from
 * [0, 1), and the highest win; ties to the lowest row. The score is the number drawn. The same seed gives
 * the same numbers, so fewer picks are the beginning of more. rows · log rows comparisons.
 *
 * @throws PairloopError (usage) for k below 1 or no integer.
 */
export function* randomPicks(rows: number, k: number, seed: number): Picks {
  assertCount(k);
  const draw = createFractions(seed);
  return yield* highest(Float64Array.from({ length: rows }, draw), k);
}

function* highest(values: Float32Array | Float64Array, k: number): Picks {
  const order = Uint32Array.from({ length: values.length }, (_, row) => row);
  order.sort((one, other) => values[other]! - values[one]! || one - other);
  for (const index of order.subarray(0, k)) yield { index, score: values[index]! };
  return 0;
}
