import type { CodeChecks } from '../../../core/domain/pair.js';
import type { CodePlace } from './comparison.js';
import { SIDES } from './draft.js';

/** The checks of both responses, in displayed sides. */
export type PairChecks = { readonly a: CodeChecks | null; readonly b: CodeChecks | null };

/** The lines that findings point at, left response first, in the order of the findings. */
export function findingPlaces(checks: PairChecks): CodePlace[] {
  return SIDES.flatMap((side) => (checks[side]?.findings ?? []).flatMap(({ line }) => (line === undefined ? [] : [{ side, line }])));
}

/** The place after `last`, round and round; the first one when `last` is none of them, null when there is none. */
export function nextPlace(checks: PairChecks, last: CodePlace | null): CodePlace | null {
  const places = findingPlaces(checks);
  const at = places.findIndex(({ side, line }) => side === last?.side && line === last.line);
  return places[(at + 1) % places.length] ?? null;
}
