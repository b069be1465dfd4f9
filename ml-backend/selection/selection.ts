/** One pick: the row, and the value that made it the best of what remained. */
export interface Pick {
  readonly index: number;
  readonly score: number;
}

/** Row numbers in the order of picking, and each pick's score. What a score means is the strategy's to say. */
export interface Selection {
  indices: number[];
  scores: number[];
  /** With a least distance: how many rows were left out for being nearer to a pick, up to the last pick. */
  leftOut?: number;
}

/**
 * A selection that is made pick by pick: each pick, or undefined where there is none yet and a caller may pause
 * nevertheless; at the end the number of rows left out for being nearer to a pick than the least distance.
 */
export type Picks = Generator<Pick | undefined, number, undefined>;

function selectionOf(picks: readonly Pick[]): Selection {
  return { indices: picks.map((pick) => pick.index), scores: picks.map((pick) => pick.score) };
}

/**
 * All picks of a generator that ends with the number of rows left out; the number is kept if `minDistance` asked for it.
 */
export function selectionFrom(picks: Picks, minDistance = 0): Selection {
  const made: Pick[] = [];
  for (;;) {
    const { done, value } = picks.next();
    if (done === true) return { ...selectionOf(made), ...(minDistance > 0 ? { leftOut: value } : {}) };
    if (value !== undefined) made.push(value);
  }
}

/** The row of the highest value; ties to the lowest row. Row 0 when there is none. */
export function highestRow(values: Float32Array | Float64Array): number {
  let highest = 0;
  for (let row = 1; row < values.length; row += 1) if (values[row]! > values[highest]!) highest = row;
  return highest;
}
