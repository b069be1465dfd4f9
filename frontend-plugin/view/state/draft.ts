import { mirrorVerdict, type DisplayedOrder, type Verdict } from '../../../core/domain/verdict.js';

export type Side = 'a' | 'b';

/** The Likert levels (1 to 5) of one rubric dimension; a missing side is not rated. */
type Levels = { readonly [side in Side]?: number | undefined };

/**
 * A judgement while it is being made: every part may still be missing (`null`, no level, empty text).
 * The same shape is used for canonical sides (what a host stores) and displayed sides (what the
 * annotator sees: `a` is left); `mirrorDraft` leads from one to the other.
 */
export interface Draft {
  readonly verdict: Verdict | null;
  readonly likert: Readonly<Record<string, Levels>>;
  readonly rationale: string;
  readonly critique: string;
  readonly policyReference: string;
}

export type TextField = 'rationale' | 'critique' | 'policyReference';
export const TEXT_FIELDS: readonly TextField[] = ['rationale', 'critique', 'policyReference'];

export const EMPTY_DRAFT: Draft = { verdict: null, likert: {}, rationale: '', critique: '', policyReference: '' };

/** The same judgement with the two sides changed. An involution; texts stay as they are. */
export function mirrorDraft(draft: Draft): Draft {
  const likert = Object.fromEntries(
    Object.entries(draft.likert).map(([dimension, { a, b }]) => [dimension, { a: b, b: a }] as const),
  );
  return { ...draft, verdict: draft.verdict === null ? null : mirrorVerdict(draft.verdict), likert };
}

/** Canonical sides to displayed sides, and back: the mapping is its own inverse. */
export function acrossOrder(draft: Draft, displayed: DisplayedOrder): Draft {
  return displayed === 'ab' ? draft : mirrorDraft(draft);
}

/** Canonical side behind a displayed one, and the other way round. */
export function sideAcross(side: Side, displayed: DisplayedOrder): Side {
  if (displayed === 'ab') return side;
  return side === 'a' ? 'b' : 'a';
}

/** One part of a draft that differs, as a host has to write it. `null` clears a verdict or a level. */
export type Change =
  | { readonly part: 'verdict'; readonly verdict: Verdict | null }
  | { readonly part: 'likert'; readonly dimension: string; readonly side: Side; readonly level: number | null }
  | { readonly part: TextField; readonly text: string };

/** What has to be written so that `before` becomes `after`; empty when they are equal. */
export function changesBetween(before: Draft, after: Draft): Change[] {
  const changes: Change[] = [];
  if (before.verdict !== after.verdict) changes.push({ part: 'verdict', verdict: after.verdict });
  const dimensions = new Set([...Object.keys(before.likert), ...Object.keys(after.likert)]);
  for (const dimension of dimensions) {
    for (const side of ['a', 'b'] as const) {
      const level = after.likert[dimension]?.[side] ?? null;
      if ((before.likert[dimension]?.[side] ?? null) !== level) changes.push({ part: 'likert', dimension, side, level });
    }
  }
  for (const part of TEXT_FIELDS) {
    if (before[part] !== after[part]) changes.push({ part, text: after[part] });
  }
  return changes;
}
