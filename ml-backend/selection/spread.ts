import type { Matrix } from '../numerics/matrix.js';
import type { NearestPicks } from './nearest-picks.js';
import { assertCenters, refuse } from './selection-input.js';

/** What a selection by distance can be told beyond its definition. */
export interface SpreadOptions {
  /** Rows that are labelled already: never picked, but distances count from them as from picks. None unless given. */
  readonly centers?: readonly number[] | undefined;
  /** A row nearer than this to a pick or centre is left out: it no longer remains. 0 (nothing is left out) unless given. */
  readonly minDistance?: number | undefined;
}

/** @throws PairloopError (usage) for a centre that is no row, centres that leave no row, and a distance below 0. */
export function assertSpread({ centers = [], minDistance = 0 }: SpreadOptions, { rows }: Matrix): void {
  assertCenters(centers, rows);
  if (!(minDistance >= 0) || minDistance === Infinity) refuse(`The least distance is ${minDistance}; it must be 0 or more.`);
}

/** Lets the centres count as picked. Returns how many rows are left out for being near them. */
export function addCenters(nearest: NearestPicks, { centers = [], minDistance = 0 }: SpreadOptions): number {
  const rows = [...new Set(centers)];
  for (const row of rows) nearest.remove(row);
  for (const [at, row] of rows.entries()) nearest.add(row, (count) => rows.slice(at + 1, at + 1 + count));
  return nearest.removeNearer(minDistance);
}
