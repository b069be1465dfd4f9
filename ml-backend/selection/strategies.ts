import { PairloopError } from '../../core/errors.js';
import type { Matrix } from '../numerics/matrix.js';
import { facilityLocationPicks } from './facility-location.js';
import { randomPicks, uncertainPicks } from './highest.js';
import { HYBRID_VERSION, hybridPicks } from './hybrid.js';
import { kCenterPicks } from './k-center.js';
import { kMeansPlusPlusPicks } from './kmeans-plus-plus.js';
import { PROMPT_BALANCED_MARGIN_VERSION, promptBalancedPicks } from './prompt-balanced-margin.js';
import { assertEmbeddings } from './selection-input.js';
import { selectionFrom, type Picks, type Selection } from './selection.js';
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
  /** Of prompt-balanced-margin, which needs it: the number of each pair's prompt; and how many pairs of a prompt compete for a pick. */
  readonly prompts?: ArrayLike<number> | undefined;
  readonly candidates?: number | undefined;
  /** Of the strategies that draw random numbers: any safe integer. */
  readonly seed: number;
}

/** What the uncertainty does in a strategy. */
export type UncertaintyRole = 'weighs' | 'decides within prompts' | 'decides the first' | 'needed' | 'unused';

/** What a strategy may be told beyond the embeddings, uncertainty and k. */
const STRATEGY_OPTIONS = ['metric', 'centers', 'priority', 'min-distance', 'prompts', 'candidates'] as const;
export type StrategyOption = (typeof STRATEGY_OPTIONS)[number];

export interface Strategy {
  /** Pick by pick, for a caller that pauses in between. */
  readonly picks: (input: StrategyInput) => Picks;
  /** All picks at once. */
  readonly select: (input: StrategyInput) => Selection;
  /** Changes whenever a pick could; part of a round's code version. */
  readonly version: string;
  readonly uncertainty: UncertaintyRole;
  readonly options: readonly StrategyOption[];
}

/** Every strategy by its name, hybrid first. What picks and scores mean is said where each is defined. */
export const STRATEGIES: ReadonlyMap<string, Strategy> = new Map([
  ['hybrid', strategy(pickHybrid, { version: HYBRID_VERSION, uncertainty: 'weighs', options: ['metric', 'centers', 'priority', 'min-distance'] })],
  ['prompt-balanced-margin', strategy(pickPromptBalanced, { version: PROMPT_BALANCED_MARGIN_VERSION, uncertainty: 'decides within prompts', options: ['centers', 'prompts', 'candidates'] })],
  ['k-center', strategy(kCenterPicks, { version: 'k-center-1', uncertainty: 'decides the first', options: ['metric', 'centers', 'min-distance'] })],
  ['facility-location', strategy(facilityLocationPicks, { version: 'facility-location-1', uncertainty: 'unused', options: ['metric'] })],
  ['kmeans++', strategy(kMeansPlusPlusPicks, { version: 'kmeans++-1', uncertainty: 'unused', options: ['metric'] })],
  ['uncertainty', strategy(pickUncertain, { version: 'uncertainty-1', uncertainty: 'needed', options: [] })],
  ['random', strategy(pickAtRandom, { version: 'random-1', uncertainty: 'unused', options: [] })],
]);

/** The first of the given options that the strategy would pass over: its picks would not be what was asked for. */
export function unusedOption({ options }: Strategy, given: Readonly<Partial<Record<StrategyOption, boolean>>>): StrategyOption | undefined {
  return STRATEGY_OPTIONS.find((option) => given[option] === true && !options.includes(option));
}

function strategy(picks: Strategy['picks'], rest: Pick<Strategy, 'version' | 'uncertainty' | 'options'>): Strategy {
  return { picks, select: (input) => selectionFrom(picks(input), input.minDistance), ...rest };
}

function pickHybrid(input: StrategyInput): Picks {
  return hybridPicks({ ...input, uncertainty: input.uncertainty ?? new Float64Array(input.embeddings.rows) });
}

function pickPromptBalanced({ prompts, uncertainty, embeddings, ...rest }: StrategyInput): Picks {
  if (prompts === undefined) throw new PairloopError('The strategy prompt-balanced-margin needs the number of each row\'s prompt; give it with --prompts p.npy.', 'usage');
  return promptBalancedPicks({ ...rest, prompts, uncertainty: uncertainty ?? new Float64Array(embeddings.rows) });
}

function pickUncertain({ uncertainty, k }: StrategyInput): Picks {
  if (uncertainty === undefined) throw new PairloopError('The strategy uncertainty needs one number per row; give it with --uncertainty u.npy.', 'usage');
  return uncertainPicks(uncertainty, k);
}

function* pickAtRandom({ embeddings, k, seed }: StrategyInput): Picks {
  assertEmbeddings(embeddings);
  return yield* randomPicks(embeddings.rows, k, seed);
}
