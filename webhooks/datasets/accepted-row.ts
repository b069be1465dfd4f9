import type { Message, Pair } from '../../core/domain/pair.js';
import type { Strength, Verdict } from '../../core/domain/verdict.js';

export interface AcceptedPair {
  readonly pair: Pick<Pair, 'id' | 'domain' | 'prompt' | 'messages' | 'responseA' | 'responseB'>;
  readonly verdict: Verdict;
  /** Share of the raters that gave the verdict, 0 to 1. */
  readonly agreement: number;
  /** How many raters voted. */
  readonly votes: number;
  /** How many of those who gave the verdict said how clear it is. */
  readonly strengths: Readonly<Partial<Record<Strength, number>>>;
  /** Names of the flags that any rater set, by canonical side. */
  readonly flags: { readonly a: readonly string[]; readonly b: readonly string[] };
}

/** The two kinds of rows, each with one schema: preferences to train on, and pairs without a winner. */
export const ROW_KINDS = ['preference', 'ties'] as const;
export type RowKind = (typeof ROW_KINDS)[number];

export function rowKind(verdict: Verdict): RowKind {
  return verdict === 'a' || verdict === 'b' ? 'preference' : 'ties';
}

/**
 * One accepted pair as a JSON line, without the line break. A preference is in TRL's conversational form with an explicit
 * prompt (`prompt`, `chosen`, `rejected` are lists of {role, content}), also where the pair has a plain
 * prompt, so that every row of every file has one schema. A tie or both-bad keeps both answers as
 * `response_a` and `response_b`, and its verdict; it is never a preference. What raters said beside the verdict (strength, flags)
 * stands in columns that trainers pass over.
 *
 * https://huggingface.co/docs/trl/dataset_formats#preference
 */
export function acceptedLine({ pair, verdict, agreement, votes, strengths, flags }: AcceptedPair): string {
  const prompt = promptMessages(pair);
  const [a, b] = [[assistant(pair.responseA)], [assistant(pair.responseB)]];
  const facts = { id: pair.id, domain: pair.domain, votes };
  const row =
    rowKind(verdict) === 'preference'
      ? {
          prompt,
          chosen: verdict === 'a' ? a : b,
          rejected: verdict === 'a' ? b : a,
          ...facts,
          strength_much: strengths.much ?? 0,
          strength_slightly: strengths.slightly ?? 0,
          flags_chosen: verdict === 'a' ? flags.a : flags.b,
          flags_rejected: verdict === 'a' ? flags.b : flags.a,
        }
      : { prompt, response_a: a, response_b: b, verdict, ...facts, flags_a: flags.a, flags_b: flags.b };
  return `${JSON.stringify(row).slice(0, -1)},"agreement":${jsonFloat(agreement)}}`;
}

/** Earlier turns and the prompt after them. */
function promptMessages({ messages, prompt }: AcceptedPair['pair']): Message[] {
  const turns = (messages ?? []).map(({ role, content }) => ({ role, content }));
  return prompt === null ? turns : [...turns, { role: 'user', content: prompt }];
}

function assistant(content: string): Message {
  return { role: 'assistant', content };
}

/** A whole number gets a `.0`: a reader that infers the type from the first file must not take it for an integer. */
function jsonFloat(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : JSON.stringify(value);
}
