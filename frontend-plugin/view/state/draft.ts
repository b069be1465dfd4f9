import type { AppliedRubric } from '../../../core/domain/applied-rubric.js';
import { saysStale } from '../../../core/domain/applied-rubric.js';
import { mirrorVerdict, type DisplayedOrder, type Strength, type Verdict } from '../../../core/domain/verdict.js';

export type Side = 'a' | 'b';
export const SIDES: readonly Side[] = ['a', 'b'];

/** The levels (1 to 5) of one rubric dimension; a missing side is not rated. */
type Levels = { readonly [side in Side]?: number | undefined };

/**
 * A judgement while it is being made: every part may still be missing (`null`, no level, no flag, empty text).
 * The same shape is used for canonical sides (what a host stores) and displayed sides (what the
 * annotator sees: `a` is left); `mirrorDraft` leads from one to the other.
 */
export interface Draft {
  readonly verdict: Verdict | null;
  readonly strength: Strength | null;
  readonly likert: Readonly<Record<string, Levels>>;
  /** Names of the flags set on each side, sorted. */
  readonly flags: { readonly [side in Side]: readonly string[] };
  readonly rationale: string;
  readonly critique: string;
  readonly policyReference: string;
  readonly staleSource: string;
  readonly staleDate: string;
}

export type TextField = 'rationale' | 'critique' | 'policyReference' | 'staleSource' | 'staleDate';
export const TEXT_FIELDS: readonly TextField[] = ['rationale', 'critique', 'policyReference', 'staleSource', 'staleDate'];

export const EMPTY_DRAFT: Draft = {
  verdict: null,
  strength: null,
  likert: {},
  flags: { a: [], b: [] },
  rationale: '',
  critique: '',
  policyReference: '',
  staleSource: '',
  staleDate: '',
};

/** The same judgement with the two sides changed. An involution; texts and strength stay as they are. */
export function mirrorDraft(draft: Draft): Draft {
  const likert = Object.fromEntries(
    Object.entries(draft.likert).map(([dimension, { a, b }]) => [dimension, { a: b, b: a }] as const),
  );
  const flags = { a: draft.flags.b, b: draft.flags.a };
  return { ...draft, verdict: draft.verdict === null ? null : mirrorVerdict(draft.verdict), likert, flags };
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

/** Whether a verdict says that one side is better, so that a strength can be said of it. */
export function isWin(verdict: Verdict | null): boolean {
  return verdict === 'a' || verdict === 'b';
}

/**
 * The draft without what its other parts no longer ask for: a strength without a win, a stale source and date
 * without the flag. What the annotator typed stays in the fields until the judgement is submitted.
 */
export function withoutUnasked(draft: Draft, rubric: AppliedRubric): Draft {
  const strength = rubric.strength && isWin(draft.verdict) ? draft.strength : null;
  const stale = saysStale(rubric, draft.flags);
  const kept = { ...draft, strength, staleSource: stale ? draft.staleSource : '', staleDate: stale ? draft.staleDate : '' };
  return changesBetween(draft, kept).length === 0 ? draft : kept;
}

/** One part of a draft that differs, as a host has to write it. `null` clears a verdict, a strength or a level. */
export type Change =
  | { readonly part: 'verdict'; readonly verdict: Verdict | null }
  | { readonly part: 'strength'; readonly strength: Strength | null }
  | { readonly part: 'likert'; readonly dimension: string; readonly side: Side; readonly level: number | null }
  | { readonly part: 'flags'; readonly side: Side; readonly flags: readonly string[] }
  | { readonly part: TextField; readonly text: string };

/** What has to be written so that `before` becomes `after`; empty when they are equal. */
export function changesBetween(before: Draft, after: Draft): Change[] {
  const changes: Change[] = [];
  if (before.verdict !== after.verdict) changes.push({ part: 'verdict', verdict: after.verdict });
  if (before.strength !== after.strength) changes.push({ part: 'strength', strength: after.strength });
  const dimensions = new Set([...Object.keys(before.likert), ...Object.keys(after.likert)]);
  for (const dimension of dimensions) {
    for (const side of SIDES) {
      const level = after.likert[dimension]?.[side] ?? null;
      if ((before.likert[dimension]?.[side] ?? null) !== level) changes.push({ part: 'likert', dimension, side, level });
    }
  }
  for (const side of SIDES) {
    const flags = after.flags[side];
    if (flags.join() !== before.flags[side].join()) changes.push({ part: 'flags', side, flags });
  }
  for (const part of TEXT_FIELDS) {
    if (before[part] !== after[part]) changes.push({ part, text: after[part] });
  }
  return changes;
}

/** The draft after changes; the inverse of `changesBetween`. */
export function withChanges(draft: Draft, changes: readonly Change[]): Draft {
  return changes.reduce(withChange, draft);
}

function withChange(draft: Draft, change: Change): Draft {
  switch (change.part) {
    case 'verdict':
      return { ...draft, verdict: change.verdict };
    case 'strength':
      return { ...draft, strength: change.strength };
    case 'flags':
      return { ...draft, flags: { ...draft.flags, [change.side]: change.flags } };
    case 'likert': {
      const levels = { ...draft.likert[change.dimension], [change.side]: change.level ?? undefined };
      return { ...draft, likert: { ...draft.likert, [change.dimension]: levels } };
    }
    default:
      return { ...draft, [change.part]: change.text };
  }
}
