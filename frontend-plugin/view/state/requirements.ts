import type { Rubric } from '../../../core/domain/rubric.js';
import type { Verdict } from '../../../core/domain/verdict.js';
import type { Draft, Side } from './draft.js';

/** A part of the view that an annotator has to fill in. */
type FieldName = 'verdict' | 'rationale' | `likert:${string}:${Side}`;

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

/**
 * Everything a draft (in displayed sides) still lacks under the rubric, in the order in which the view
 * shows the fields. Empty: it may be submitted.
 */
export function missingRequirements(draft: Draft, rubric: Rubric): Requirement[] {
  const missing: Requirement[] = [];
  for (const dimension of rubric.dimensions.filter((one) => one.required)) {
    for (const side of ['a', 'b'] as const) {
      if (draft.likert[dimension.name]?.[side] !== undefined) continue;
      const reason = `Rate ${dimension.title} for response ${side.toUpperCase()}.`;
      missing.push({ field: `likert:${dimension.name}:${side}`, reason });
    }
  }
  if (draft.verdict === null) {
    missing.push({ field: 'verdict', reason: 'Choose a verdict: A better, Tie, Both bad or B better.' });
  }
  if (rationaleRequired(draft.verdict, rubric) && draft.rationale.trim() === '') {
    const why = draft.verdict === 'both_bad' ? 'Say why both answers are bad' : `Say why you chose ${VERDICT_WORDS[draft.verdict ?? 'tie']}`;
    missing.push({ field: 'rationale', reason: `${why}: one sentence is enough.` });
  }
  return missing;
}

/** Whether the chosen verdict needs a rationale; the rubric's `rationale_required_on` is in canonical sides but lists A and B alike. */
export function rationaleRequired(verdict: Verdict | null, rubric: Rubric): boolean {
  if (verdict === null) return false;
  const needed = rubric.rationale_required_on;
  if (verdict === 'a' || verdict === 'b') return needed.includes('a') || needed.includes('b');
  return needed.includes(verdict);
}

/**
 * Weighted score of one side, 1 to 5: the sum of weight × level over the rubric's dimensions.
 * Undefined until every dimension of that side is rated, and for a rubric without dimensions.
 */
export function weightedScore(draft: Draft, rubric: Rubric, side: Side): number | undefined {
  let sum = 0;
  for (const { name, weight } of rubric.dimensions) {
    const level = draft.likert[name]?.[side];
    if (level === undefined) return undefined;
    sum += weight * level;
  }
  return rubric.dimensions.length === 0 ? undefined : sum;
}
