import { PairloopError } from '../../core/errors.js';
import type { Matrix } from '../numerics/matrix.js';
import { selectFacilityLocation } from './facility-location.js';
import { selectRandom, selectUncertain } from './highest.js';
import { selectHybrid } from './hybrid.js';
import { selectKCenter } from './k-center.js';
import { selectKMeansPlusPlus } from './kmeans-plus-plus.js';
import { assertCount, assertEmbeddings } from './selection-input.js';
import type { Selection } from './selection.js';

interface StrategyInput {
  /** One row per pair. */
  readonly embeddings: Matrix;
  /** One number per pair, higher is less certain; undefined when nothing is known (cold start). */
  readonly uncertainty: Float32Array | Float64Array | undefined;
  /** How many to pick, at least 1; from more than there are rows, all are picked. */
  readonly k: number;
  /** Weight of uncertainty against diversity, 0 to 1; of the hybrid. */
  readonly weight: number;
  /** Of the strategies that draw random numbers: any safe integer. */
  readonly seed: number;
}

/** What the uncertainty does in a strategy. */
export type UncertaintyRole = 'weighs' | 'decides the first' | 'needed' | 'unused';

interface Strategy {
  readonly select: (input: StrategyInput) => Selection;
  readonly uncertainty: UncertaintyRole;
}

/** Every strategy by its name, hybrid first. What picks and scores mean is said where each is defined. */
export const STRATEGIES: ReadonlyMap<string, Strategy> = new Map<string, Strategy>([
  ['hybrid', { select: (input) => selectHybrid({ ...input, uncertainty: input.uncertainty ?? new Float64Array(input.embeddings.rows) }), uncertainty: 'weighs' }],
  ['k-center', { select: selectKCenter, uncertainty: 'decides the first' }],
  ['facility-location', { select: selectFacilityLocation, uncertainty: 'unused' }],
  ['kmeans++', { select: selectKMeansPlusPlus, uncertainty: 'unused' }],
  ['uncertainty', { select: selectGivenUncertainty, uncertainty: 'needed' }],
  ['random', { select: selectAtRandom, uncertainty: 'unused' }],
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
