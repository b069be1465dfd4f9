/** Scores of rows, up to one constant: term + gain · (distance − least). */
export interface Scoring {
  readonly least: number;
  readonly gain: number;
}

/**
 * The arithmetic beneath "how far is each row from its nearest pick", over arrays by row that it shares with its
 * caller. Two implementations give the same numbers, bit for bit: WebAssembly with SIMD (`WasmKernel`), and plain
 * TypeScript (`ScalarKernel`) for tests and where the other cannot run.
 *
 * **Bounds.** Every row y (less the rows' mean, in units of about the greatest number) is also kept as 8-bit codes q
 * and a scale s of its own, with the exact length e = |y − s·q| of what that leaves out; a query c as 16-bit codes p
 * with scale t and error f. By the triangle inequality |y − c| ≥ |s·q − t·p| − e − f, and the square of that
 * distance between codes, s²|q|² + t²|p|² − 2st q·p, needs one product of integers, which is exact. The rest is
 * computed in float32: at most eight operations, each rounding by 2⁻²⁴ of at most s²|q|² + t²|p|², so less than
 * 2⁻²⁰ of it, which is taken off beforehand.
 *
 * A row's *reach* is its distance to its nearest pick plus e, rounded up. If the distance between codes is not
 * below reach + f, the query is not nearer than the nearest pick: the row's distance would stay, and is not
 * computed. The same holds if the query is at least 2 · reach away from that pick (Elkan, "Using the triangle
 * inequality to accelerate k-means", ICML 2003, lemma 1). Sums of squares computed in float64 are off by
 * (columns + 2) · 2⁻⁵³, far below the 2⁻²⁰ that reach is rounded up by.
 */
export interface DistanceKernel {
  /** By row: squared distance to the nearest pick so far, ∞ before the first. A picked row keeps what it had. */
  readonly squared: Float64Array;
  /** By row: the root of that; NaN for a row that does not remain. */
  readonly distance: Float64Array;
  /** By row: which pick is the nearest, as its place in the order of picking; ties to the earliest. */
  readonly nearest: Int32Array;
  /** By row: what a score begins with; 0 until the caller says otherwise. */
  readonly term: Float64Array;

  /** Takes a row out of what remains. */
  remove(row: number): void;
  /** Says which row was picked at a place; places count from 0 without gaps. */
  place(row: number, place: number): void;
  /**
   * Finds for one to eight rows, the queries, which remaining rows may be nearer to them than to their nearest
   * pick, of `placed` picks; keeps them as lists in that order. A list stays complete while distances only fall.
   */
  measure(queries: readonly number[], placed: number): void;
  /** Brings the rows of a list up to date with the query, which is the pick at `place`: exact distances, in float64. */
  update(list: number, query: number, place: number): void;
  /** The same for all remaining rows. */
  updateAll(query: number, place: number): void;
  /** Least and greatest distance of what remains; ∞ and −∞ if nothing does. */
  extremes(): { least: number; most: number };
  /** Remaining rows whose score is the greatest or at most `tolerance` below it, ascending. Valid until the next call. */
  best(scoring: Scoring, tolerance: number): Uint32Array;
  /** The `count` (at most 64) remaining rows of the highest scores, highest first. Valid until the next call. */
  highest(scoring: Scoring, count: number): Uint32Array;
}
