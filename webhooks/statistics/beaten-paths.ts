import type { ComparisonCells } from './comparison-cells.js';

/** Two groups of models between which the data cannot measure: nothing links them, or one never lost to or tied with the other. */
export interface Disconnection {
  readonly kind: 'unlinked' | 'unbeaten';
  /** Where `unbeaten`: the group that never lost to or tied with `others`. */
  readonly group: readonly string[];
  readonly others: readonly string[];
}

/**
 * Why strengths have no finite estimate: it takes a chain of wins or ties from each model to each other one.
 * Null when there is. That is enough without ties; with them, outcomes that follow from an order without exception remain for the fit to notice. Source: L. Ford, "Solution of a ranking problem from binary comparisons" (1957); a tie binds both ways.
 * Cost: linear in the cells.
 */
export function findDisconnection(cells: ComparisonCells, weights: Float64Array): Disconnection | null {
  const { models } = cells;
  if (models.length === 0) return null;
  const beats = new Links(cells, weights, (first, second, outcome) => [...(outcome === 1 ? [] : [[first, second] as const]), ...(outcome === 0 ? [] : [[second, first] as const])]);
  const loses = new Links(cells, weights, (first, second, outcome) => [...(outcome === 0 ? [] : [[first, second] as const]), ...(outcome === 1 ? [] : [[second, first] as const])]);
  const below = beats.reachFrom(0);
  const above = loses.reachFrom(0);
  if (below.size === models.length && above.size === models.length) return null;
  const either = new Links(cells, weights, (first, second) => [[first, second], [second, first]]).reachFrom(0);
  const split = (inside: ReadonlySet<number>): [string[], string[]] => [models.filter((_, place) => inside.has(place)), models.filter((_, place) => !inside.has(place))];
  if (either.size < models.length) {
    const [group, others] = split(either);
    return { kind: 'unlinked', group, others };
  }
  // Nobody below the first model, itself among them, ever beat or tied one who is not; and nobody outside `above` beat or tied one inside.
  const [inside, outside] = split(below.size < models.length ? below : above);
  return below.size < models.length ? { kind: 'unbeaten', group: outside, others: inside } : { kind: 'unbeaten', group: inside, others: outside };
}

/** Which model leads to which. */
class Links {
  private readonly next: Set<number>[];

  constructor(cells: ComparisonCells, weights: Float64Array, linksOf: (first: number, second: number, outcome: number) => readonly (readonly [number, number])[]) {
    this.next = cells.models.map(() => new Set());
    for (let cell = 0; cell < weights.length; cell += 1) {
      if (weights[cell] === 0) continue;
      for (const [from, to] of linksOf(cells.first[cell]!, cells.second[cell]!, cells.outcome[cell]!)) this.next[from]!.add(to);
    }
  }

  reachFrom(start: number): Set<number> {
    const reached = new Set([start]);
    for (const model of reached) for (const other of this.next[model]!) reached.add(other);
    return reached;
  }
}
