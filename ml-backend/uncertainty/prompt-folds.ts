import { createFractions } from '../../core/random.js';

/**
 * A fold for every row, such that rows of one prompt share theirs: prompts, in ascending number, are shuffled by the seed
 * (each draws a number, in order) and dealt out in turn, so that folds differ by one prompt at most.
 */
export function promptFolds(prompts: Int32Array, folds: number, seed: number): Int32Array {
  const draw = createFractions(seed);
  const distinct = [...new Set(prompts)].sort((one, other) => one - other);
  const drawn = distinct.map((prompt) => ({ prompt, number: draw() })).sort((one, other) => one.number - other.number || one.prompt - other.prompt);
  const foldOf = new Map(drawn.map(({ prompt }, place) => [prompt, place % folds]));
  return prompts.map((prompt) => foldOf.get(prompt)!);
}

/** Row numbers whose fold is this one, and all others. */
export function splitRows(foldOf: Int32Array, fold: number): { inside: number[]; outside: number[] } {
  const inside: number[] = [];
  const outside: number[] = [];
  for (const [row, own] of foldOf.entries()) (own === fold ? inside : outside).push(row);
  return { inside, outside };
}
