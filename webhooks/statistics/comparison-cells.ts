import type { DisplayedOrder } from '../../core/domain/verdict.js';
import { OUTCOMES, type Outcome } from './tie-models.js';

/** One vote between the answers of two models. */
export interface Comparison {
  /** The pair judged: all votes on it stay together in a resample. */
  readonly item: string;
  readonly modelA: string;
  readonly modelB: string;
  readonly outcome: Outcome;
  /** Which answer was displayed first; null when nobody knows. */
  readonly displayed: DisplayedOrder | null;
  /** Characters of the two answers; null when nobody knows. */
  readonly lengths: readonly [number, number] | null;
}

/** What may shift a judgement beside the models: which answer is displayed first, and which is longer. */
export const EFFECTS = ['position', 'length'] as const;
export type EffectName = (typeof EFFECTS)[number];

/** Comparisons as numbers, equal ones put together. */
export interface ComparisonCells {
  /** By name. */
  readonly models: readonly string[];
  readonly effects: readonly EffectName[];
  /** For each cell: its two models, its outcome (a place in OUTCOMES), and what each effect is multiplied with, [cell][effect]. */
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  readonly outcome: Uint8Array;
  readonly effectOf: Float64Array;
  /** How many comparisons each cell has. */
  readonly counts: Float64Array;
  /** The cells of each item's comparisons, the items by name. */
  readonly cellsOfItem: readonly Uint32Array[];
}

/** +1 where A is displayed first, −1 where B is, 0 where nobody knows; log2 of how many times as long A is. */
const EFFECT_OF: Readonly<Record<EffectName, (comparison: Comparison) => number>> = {
  position: ({ displayed }) => (displayed === null ? 0 : displayed === 'ab' ? 1 : -1),
  length: ({ lengths }) => (lengths === null ? 0 : Math.log2((lengths[0] + 1) / (lengths[1] + 1))),
};

/** The number an effect is multiplied with in a comparison. */
export function effectOf(effect: EffectName, comparison: Comparison): number {
  return EFFECT_OF[effect](comparison);
}

interface Cell {
  readonly key: readonly number[];
  count: number;
}

/** Puts equal comparisons together. Cells and items come in an order of their own, so that the order of the comparisons reaches no figure. */
export function countComparisons(comparisons: readonly Comparison[], effects: readonly EffectName[]): ComparisonCells {
  const models = [...new Set(comparisons.flatMap(({ modelA, modelB }) => [modelA, modelB]))].sort();
  const place = new Map(models.map((model, index) => [model, index]));
  const cells = new Map<string, Cell>();
  const items = new Map<string, Cell[]>();
  for (const comparison of comparisons) {
    const key = [place.get(comparison.modelA)!, place.get(comparison.modelB)!, OUTCOMES.indexOf(comparison.outcome), ...effects.map((effect) => effectOf(effect, comparison))];
    const text = key.join();
    const cell = cells.get(text) ?? { key, count: 0 };
    cell.count += 1;
    cells.set(text, cell);
    const ofItem = items.get(comparison.item);
    if (ofItem === undefined) items.set(comparison.item, [cell]);
    else ofItem.push(cell);
  }
  const ordered = [...cells.values()].sort((one, other) => compareKeys(one.key, other.key));
  const numbers = new Map(ordered.map((cell, index) => [cell, index]));
  return {
    models,
    effects,
    first: Uint32Array.from(ordered, ({ key }) => key[0]!),
    second: Uint32Array.from(ordered, ({ key }) => key[1]!),
    outcome: Uint8Array.from(ordered, ({ key }) => key[2]!),
    effectOf: Float64Array.from(ordered.flatMap(({ key }) => key.slice(3))),
    counts: Float64Array.from(ordered, ({ count }) => count),
    cellsOfItem: [...items.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, own]) => Uint32Array.from(own, (cell) => numbers.get(cell)!)),
  };
}

function compareKeys(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at < 0 ? 0 : one[at]! - other[at]!;
}
