import { PairloopError } from '../../core/errors.js';
import type { Matrix } from '../numerics/matrix.js';
import { selectFacilityLocation } from './facility-location.js';
import { selectRandom, selectUncertain } from './highest.js';
import { selectHybrid } from './hybrid.js';
import { selectKCenter } from './k-center.js';
import { selectKMeansPlusPlus } from './kmeans-plus-plus.js';
import { assertCount, assertEmbeddings } from './selection-input.js';
import type { Selection } from './selection.js';
import type { SpreadOptions } from './spread.js';

export interface StrategyInput extends SpreadOptions {
  /** One row per pair. */
  readonly embeddings: Matrix;
  /** One number per pair, higher is less certain; undefined when nothing is known (cold start). */
  readonly uncertainty: Float32Array | Float64Array | undefined;
  /** How many to pick, at least 1; from more than there are rows, all are picked. */
  readonly k: number;
  /** Weight of uncertainty against diversity, 0 to 1; of the hybrid. */
  readonly weight: number;
  /** Of the hybrid: one number per pair, higher is more urgent, and its weight. */
  readonly priority?: Float32Array | Float64Array | undefined;
  readonly priorityWeight?: number | undefined;
  /** Of the strategies that draw random numbers: any safe integer. */
  readonly seed: number;
}

/** What the uncertainty does in a strategy. */
export type UncertaintyRole = 'weighs' | 'decides the first' | 'needed' | 'unused';

/** What a strategy may be told beyond the embeddings, uncertainty and k. */
export type StrategyOption = 'metric' | 'centers' | 'priority' | 'min-distance';

export interface Strategy {
  readonly select: (input: StrategyInput) => Selection;
  readonly uncertainty: UncertaintyRole;
  readonly options: readonly StrategyOption[];
}

/** Every strategy by its name, hybrid first. What picks and scores mean is said where each is defined. */
export const STRATEGIES: ReadonlyMap<string, Strategy> = new Map<string, Strategy>([
  ['hybrid', { select: (input) => selectHybrid({ ...input, uncertainty: input.uncertainty ?? new Float64Array(input.embeddings.rows) }), uncertainty: 'weighs', options: ['metric', 'centers', 'priority', 'min-distance'] }],
  ['k-center', { select: selectKCenter, uncertainty: 'decides the first', options: ['metric', 'centers', 'min-distance'] }],
  ['facility-location', { select: selectFacilityLocation, uncertainty: 'unused', options: ['metric'] }],
  ['kmeans++', { select: selectKMeansPlusPlus, uncertainty: 'unused', options: ['metric'] }],
  ['uncertainty', { select: selectGivenUncertainty, uncertainty: 'needed', options: [] }],
  ['random', { select: selectAtRandom, uncertainty: 'unused', options: [] }],
]);

function selectGivenUncertainty({ uncertainty, k }: StrategyInput): Selection {
  if (uncertainty === undefined) throw new PairloopError('The strategy uncertainty needs one number per row; give it with --uncertainty u.npy.', 'usage');
  return selectUncertain(uncertainty, k);
}

function selectAtRandom({ embeddings, k, seed }: StrategyInput): Selection {
  assertEmbeddings(embeddings);
  assertCount(k);
  return selectRandom(embeddings.rows, k, seed);
}
