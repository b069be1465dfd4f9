import type { Condition } from '../core/domain/prompt-context.js';
import type { Rubric, Rule } from '../core/domain/rubric.js';
import { VERDICTS, type Verdict } from '../core/domain/verdict.js';

const VERDICT_WORDS: Readonly<Record<Verdict, string>> = { a: 'A is better', b: 'B is better', tie: 'Tie', both_bad: 'Both bad' };

/** Which pairs a condition holds for, such as `difficult pairs, with code`. */
export function conditionWords(condition: Condition): string {
  const { domain, difficulty, safety, code, turns_min, turns_max, prompt_words_min, prompt_words_max } = condition;
  const kinds = [difficulty, domain].flatMap((names) => (names === undefined ? [] : [names.join(' or ')]));
  const parts = [
    kinds.length === 0 ? null : `${kinds.join(' ')} pairs`,
    safety === undefined ? null : safety ? 'with a safety flag' : 'without a safety flag',
    code === undefined ? null : code ? 'with code' : 'without code',
    rangeWords('turns', turns_min, turns_max),
    rangeWords('words in the prompt', prompt_words_min, prompt_words_max),
  ].filter((part) => part !== null);
  return kinds.length === 0 ? `pairs ${parts.join(', ')}` : parts.join(', ');
}

function rangeWords(noun: string, least: number | undefined, most: number | undefined): string | null {
  if (least === undefined) return most === undefined ? null : `with at most ${most} ${most === 1 ? noun.replace(/s$/, '') : noun}`;
  return most === undefined ? `with ${least} or more ${noun}` : `with ${least} to ${most} ${noun}`;
}

/** When a field is required, in words for a person; null: never. */
export function requirementWords(rubric: Pick<Rubric, 'flags'>, rules: readonly Rule[]): string | null {
  if (rules.length === 0) return null;
  return alwaysHolds(rules) ? 'always' : rules.map((rule) => ruleWords(rubric, rule)).join('; ');
}

function ruleWords({ flags }: Pick<Rubric, 'flags'>, { on, when, flagged }: Rule): string {
  const titles = (flagged ?? []).map((name) => flags.find((flag) => flag.name === name)?.title ?? name);
  const parts = [
    on === undefined ? null : on.map((verdict) => VERDICT_WORDS[verdict]).join(', '),
    flagged === undefined ? null : `flag ${titles.join(' or ')}`,
    when === undefined ? null : conditionWords(when),
  ];
  return parts.filter((part) => part !== null).join(' with ');
}

/** Whether some field is required of every judgement, whatever the pair. */
export function alwaysHolds(rules: readonly Rule[]): boolean {
  const bare = rules.filter(({ when, flagged }) => when === undefined && flagged === undefined);
  return bare.some(({ on }) => on === undefined) || VERDICTS.every((verdict) => bare.some(({ on }) => on?.includes(verdict)));
}
