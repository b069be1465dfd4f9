import { openVerdicts, redLines, ruleFor, saysStale, type AppliedRubric } from '../../../core/domain/applied-rubric.js';
import type { Dimension, RequiredField, Rule } from '../../../core/domain/rubric.js';
import type { Verdict } from '../../../core/domain/verdict.js';
import { isWin, SIDES, type Draft, type Side, type TextField } from './draft.js';

/** A part of the view that an annotator has to fill in. */
type FieldName = 'verdict' | 'strength' | TextField | `likert:${string}:${Side}`;

/** What is missing before a judgement may be submitted, and why, in a sentence for the annotator. */
export interface Requirement {
  readonly field: FieldName;
  readonly reason: string;
}

const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  a: 'A is better',
  b: 'B is better',
  tie: 'a tie',
  both_bad: 'both bad',
};

/** The text fields that a rubric may require, by the rule's name. */
const RULED_TEXTS: readonly { readonly rule: RequiredField; readonly field: TextField }[] = [
  { rule: 'rationale', field: 'rationale' },
  { rule: 'critique', field: 'critique' },
  { rule: 'policy_reference', field: 'policyReference' },
];

/**
 * Everything a draft (in displayed sides) still lacks under the rubric, in the order in which the view
 * shows the fields. Empty: it may be submitted.
 */
export function missingRequirements(draft: Draft, rubric: AppliedRubric): Requirement[] {
  return [
    ...rubric.dimensions.flatMap((dimension) => missingLevels(draft, dimension)),
    ...missingStaleness(draft, rubric),
    ...missingVerdict(draft, rubric),
    ...missingStrength(draft, rubric),
    ...RULED_TEXTS.flatMap(({ rule, field }) => missingText(draft, rubric, rule, field)),
  ];
}

/** Whether a text field must be filled for this draft. */
export function isTextRequired(draft: Draft, rubric: AppliedRubric, field: TextField): boolean {
  if (field === 'staleSource' || field === 'staleDate') return saysStale(rubric, draft.flags);
  const ruled = RULED_TEXTS.find((one) => one.field === field);
  return ruled !== undefined && ruleFor(rubric, ruled.rule, draft) !== undefined;
}

/** The levels of a dimension that can be chosen, ascending: 1 to 5, or its tiers. */
export function levelsOf({ scale, levels }: Dimension): number[] {
  return scale === 'likert' ? [1, 2, 3, 4, 5] : Object.keys(levels).map(Number).toSorted((one, other) => one - other);
}

function missingLevels(draft: Draft, dimension: Dimension): Requirement[] {
  if (!dimension.required) return [];
  const allowed = levelsOf(dimension);
  return SIDES.filter((side) => !allowed.includes(draft.likert[dimension.name]?.[side] ?? 0)).map((side) => ({
    field: `likert:${dimension.name}:${side}` as const,
    reason: `Rate ${dimension.title} for response ${side.toUpperCase()}.`,
  }));
}

function missingVerdict(draft: Draft, rubric: AppliedRubric): Requirement[] {
  if (draft.verdict === null) return [{ field: 'verdict', reason: 'Choose a verdict: A better, Tie, Both bad or B better.' }];
  const open = openVerdicts(rubric, draft.flags);
  if (open.includes(draft.verdict)) return [];
  const crossed = redLines(rubric, draft.flags);
  const sides = SIDES.filter((side) => crossed[side].length > 0);
  const titles = [...new Set(sides.flatMap((side) => crossed[side].map(({ title }) => title)))].join(', ');
  const who = sides.length === 2 ? 'Both responses cross' : `Response ${sides[0]?.toUpperCase()} crosses`;
  const left = open.map((verdict) => (verdict === 'both_bad' ? 'Both bad' : `${verdict.toUpperCase()} better`)).join(' or ');
  return [{ field: 'verdict', reason: `${who} a red line (${titles}), so that the verdict can only be ${left}. Change the verdict, or take the flag back.` }];
}

function missingStrength(draft: Draft, rubric: AppliedRubric): Requirement[] {
  if (!rubric.strength || !isWin(draft.verdict) || draft.strength !== null) return [];
  const rule = ruleFor(rubric, 'strength', draft);
  return rule === undefined ? [] : [{ field: 'strength', reason: `Say by how much: slightly or much better${because(rule)}.` }];
}

const STALE_DATE = /^\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?$/;

function missingStaleness(draft: Draft, rubric: AppliedRubric): Requirement[] {
  if (!saysStale(rubric, draft.flags)) return [];
  const missing: Requirement[] = [];
  if (draft.staleSource.trim() === '') missing.push({ field: 'staleSource', reason: 'Name the source that shows the claim is out of date.' });
  if (!isStaleDate(draft.staleDate)) missing.push({ field: 'staleDate', reason: 'Give the date of that source as 2026, 2026-05 or 2026-05-31.' });
  return missing;
}

/** A year, a month or a day of the calendar, as ISO 8601 writes them. */
export function isStaleDate(text: string): boolean {
  const date = text.trim();
  if (!STALE_DATE.test(date)) return false;
  // `Date` would carry 31 February over into March.
  return date.length < 10 || new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
}

function missingText(draft: Draft, rubric: AppliedRubric, name: RequiredField, field: TextField): Requirement[] {
  const rule = draft[field].trim() === '' ? ruleFor(rubric, name, draft) : undefined;
  if (rule === undefined) return [];
  if (field === 'critique') return [{ field, reason: `Write one sentence of critique${because(rule)}.` }];
  if (field === 'policyReference') return [{ field, reason: `Name the policy or guideline section that decides${because(rule)}.` }];
  const why = draft.verdict === 'both_bad' ? 'Say why both answers are bad' : draft.verdict === null ? 'Say why' : `Say why you chose ${VERDICT_WORDS[draft.verdict]}`;
  return [{ field, reason: `${why}${because(rule)}: one sentence is enough.` }];
}

function because(rule: Rule): string {
  return rule.because === undefined ? '' : ` (${rule.because})`;
}

/**
 * Weighted score of one side, 1 to 5: the sum of weight × level over the rubric's dimensions.
 * Undefined until every dimension of that side is rated, and for a rubric without dimensions.
 */
export function weightedScore(draft: Draft, rubric: AppliedRubric, side: Side): number | undefined {
  let sum = 0;
  for (const { name, weight } of rubric.dimensions) {
    const level = draft.likert[name]?.[side];
    if (level === undefined) return undefined;
    sum += weight * level;
  }
  return rubric.dimensions.length === 0 ? undefined : sum;
}
