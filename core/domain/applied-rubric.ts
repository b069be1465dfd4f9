import { meets, type PromptContext } from './prompt-context.js';
import type { Dimension, Flag, RequiredField, Rubric, Rule } from './rubric.js';
import type { Verdict } from './verdict.js';

/** A rubric as it holds for one prompt: only what is asked there, with the weights that count there. */
export interface AppliedRubric extends Omit<Rubric, 'contexts'> {
  /** Title of the context whose weights count; null where the dimensions' own do. */
  readonly context: string | null;
}

/**
 * Resolves what depends on the prompt: the first context that holds sets the weights and thereby the
 * dimensions; flags and rules whose condition does not hold are left out, and those left have none.
 */
export function applyRubric(rubric: Rubric, context: PromptContext): AppliedRubric {
  const { contexts, ...rest } = rubric;
  const found = contexts.find(({ when }) => meets(context, when));
  const weightOf = ({ name, weight }: Dimension): number => (found === undefined ? weight : (found.weights[name] ?? 0));
  const rulesThatHold = (rules: readonly Rule[]): Rule[] =>
    rules.filter(({ when }) => meets(context, when)).map(({ when: _when, ...rule }) => rule);
  const { rationale, critique, policy_reference, strength } = rubric.require;
  return {
    ...rest,
    context: found?.title ?? null,
    dimensions: rubric.dimensions.map((dimension) => ({ ...dimension, weight: weightOf(dimension) })).filter(({ weight }) => weight > 0),
    flags: rubric.flags.filter(({ when }) => meets(context, when)).map(({ when: _when, ...flag }) => flag),
    require: {
      rationale: rulesThatHold(rationale),
      critique: rulesThatHold(critique),
      policy_reference: rulesThatHold(policy_reference),
      strength: rulesThatHold(strength),
    },
  };
}

/** The parts of a judgement that rules look at; sides may be canonical or displayed, as long as both parts agree. */
export interface Judged {
  readonly verdict: Verdict | null;
  readonly flags: { readonly a: readonly string[]; readonly b: readonly string[] };
}

/**
 * The rule by which a field is required of this judgement, or undefined when it is not. A rule that names
 * one side's win holds for the other's too: which side is A says nothing.
 */
export function ruleFor(rubric: AppliedRubric, field: RequiredField, judged: Judged): Rule | undefined {
  return rubric.require[field].find((rule) => holdsOn(rule, judged.verdict) && holdsFlagged(rule, judged.flags));
}

function holdsOn({ on }: Rule, verdict: Verdict | null): boolean {
  if (on === undefined) return true;
  if (verdict === 'a' || verdict === 'b') return on.includes('a') || on.includes('b');
  return verdict !== null && on.includes(verdict);
}

function holdsFlagged({ flagged }: Rule, flags: Judged['flags']): boolean {
  return flagged === undefined || flagged.some((name) => flags.a.includes(name) || flags.b.includes(name));
}

/** The red lines that each side crosses. */
export function redLines(rubric: AppliedRubric, flags: Judged['flags']): { readonly a: readonly Flag[]; readonly b: readonly Flag[] } {
  const crossed = (set: readonly string[]): Flag[] => rubric.flags.filter(({ kind, name }) => kind === 'red_line' && set.includes(name));
  return { a: crossed(flags.a), b: crossed(flags.b) };
}

/** The verdicts that red lines leave open: a response that crosses one can neither win nor tie. */
export function openVerdicts(rubric: AppliedRubric, flags: Judged['flags']): readonly Verdict[] {
  const crossed = redLines(rubric, flags);
  if (crossed.a.length > 0 && crossed.b.length > 0) return ['both_bad'];
  if (crossed.a.length > 0) return ['b', 'both_bad'];
  if (crossed.b.length > 0) return ['a', 'both_bad'];
  return ['a', 'b', 'tie', 'both_bad'];
}

/** Whether the annotator says that a claim aged, so that a source and its date are asked for. */
export function saysStale(rubric: AppliedRubric, flags: Judged['flags']): boolean {
  const stale = rubric.flags.find(({ kind }) => kind === 'stale')?.name;
  return stale !== undefined && (flags.a.includes(stale) || flags.b.includes(stale));
}
