import { createFractions } from '../../core/random.js';
import { assertCenters, assertCount, assertUncertainty, refuse } from './selection-input.js';
import type { Picks } from './selection.js';

/** Changes whenever a pick could; part of a round's code version. */
export const PROMPT_BALANCED_MARGIN_VERSION = 'prompt-balanced-margin-1';

/** How many pairs of a prompt compete for each pick unless told otherwise. */
export const DEFAULT_CANDIDATES = 8;

interface PromptBalancedInput {
  /** One number per pair, such as a head's margin; higher is less certain. */
  readonly uncertainty: Float32Array | Float64Array;
  /** The number of each pair's prompt, any whole number. */
  readonly prompts: ArrayLike<number>;
  /** How many to pick, at least 1; from more than there are rows, all are picked. */
  readonly k: number;
  /** How many pairs of a prompt compete for each pick, at least 1; 8 unless given. With 1 it is prompt-balanced random. */
  readonly candidates?: number | undefined;
  /** Rows that are labelled already: never picked, but they count for their prompts. */
  readonly centers?: readonly number[] | undefined;
  /** Any safe integer; the same seed picks the same. */
  readonly seed: number;
}

/**
 * Prompt-balanced margin: the least-labelled prompt first, and of it the most uncertain among a few random pairs.
 *
 * Every row, in ascending order, and then every prompt, in ascending number, draws a number from [0, 1). Each pick is of a prompt
 * with the fewest labels (its centers and its picks so far) among those that have rows left; ties go to the prompt that drew
 * the highest number, then to the lowest prompt. Its rows left, in the order of the numbers they drew, highest first (ties to the
 * lowest row), are cut to the first `candidates`; the one of the highest uncertainty is picked, ties to the first in that order. The score
 * is its uncertainty.
 *
 * Spreading labels over prompts keeps a batch from asking the same thing again; that only a few random pairs compete keeps
 * outliers, uncertain for reasons that teach nothing, from being picked first (docs/uncertainty.md has figures). When all
 * uncertainties are equal (cold start), and with one candidate, it is a random choice balanced over prompts. Fewer picks are the
 * beginning of more. rows · log rows comparisons, memory some 50 bytes a row.
 *
 * @throws PairloopError (usage) for NaN or infinity, numbers of prompts and rows that differ, k or candidates below 1 or no integer, and
 * centers that are no rows or all of them.
 */
export function* promptBalancedPicks(input: PromptBalancedInput): Picks {
  assertValid(input);
  const { uncertainty, k, candidates = DEFAULT_CANDIDATES } = input;
  const levels = levelsOf(input);
  let picked = 0;
  for (let labels = 0; levels.size > 0; labels += 1) {
    const level = levels.get(labels) ?? [];
    levels.delete(labels);
    for (const prompt of level.sort((one, other) => other.number - one.number || one.prompt - other.prompt)) {
      const [index] = prompt.rows.splice(mostUncertain(prompt.rows, uncertainty, candidates), 1);
      yield { index: index!, score: uncertainty[index!]! };
      picked += 1;
      if (picked === k) return 0;
      if (prompt.rows.length > 0) atLevel(levels, labels + 1).push(prompt);
    }
  }
  return 0;
}

interface Prompt {
  readonly prompt: number;
  /** What it drew. */
  readonly number: number;
  /** Not picked yet, in the order of what they drew. */
  readonly rows: number[];
}

/** The prompts that have rows left, by their number of labels. */
function levelsOf({ uncertainty, prompts, centers = [], seed }: PromptBalancedInput): Map<number, Prompt[]> {
  const draw = createFractions(seed);
  const numbers = Float64Array.from(uncertainty, draw);
  const labelled = new Set(centers);
  const labels = new Map<number, number>();
  const rows = new Map<number, number[]>();
  for (let row = 0; row < numbers.length; row += 1) {
    const prompt = prompts[row]!;
    if (!rows.has(prompt)) rows.set(prompt, []);
    if (labelled.has(row)) labels.set(prompt, (labels.get(prompt) ?? 0) + 1);
    else rows.get(prompt)!.push(row);
  }
  const levels = new Map<number, Prompt[]>();
  for (const [prompt, own] of [...rows].sort(([one], [other]) => one - other)) {
    const number = draw();
    own.sort((one, other) => numbers[other]! - numbers[one]! || one - other);
    if (own.length > 0) atLevel(levels, labels.get(prompt) ?? 0).push({ prompt, number, rows: own });
  }
  return levels;
}

function atLevel(levels: Map<number, Prompt[]>, labels: number): Prompt[] {
  const level = levels.get(labels) ?? [];
  levels.set(labels, level);
  return level;
}

/** The place, among the first `candidates`, of the row of the highest uncertainty. */
function mostUncertain(rows: readonly number[], uncertainty: Float32Array | Float64Array, candidates: number): number {
  let best = 0;
  for (let place = 1; place < Math.min(candidates, rows.length); place += 1) {
    if (uncertainty[rows[place]!]! > uncertainty[rows[best]!]!) best = place;
  }
  return best;
}

function assertValid({ uncertainty, prompts, k, candidates = DEFAULT_CANDIDATES, centers = [] }: PromptBalancedInput): void {
  const rows = uncertainty.length;
  assertUncertainty(uncertainty, rows);
  assertCount(k);
  if (prompts.length !== rows) refuse(`There are ${prompts.length} prompts for ${rows} rows; give one for each.`);
  if (!Number.isInteger(candidates) || candidates < 1) refuse(`The number of candidates is ${candidates}; it must be a whole number of at least 1.`);
  assertCenters(centers, rows);
}
