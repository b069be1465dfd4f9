import { createFractions } from '../../../core/random.js';
import { EDITS } from './near-duplicates.js';

export interface BenchPair {
  readonly prompt: string;
  readonly domain: string;
  readonly response_a: string;
  readonly response_b: string;
}

/** A text or a pair, near-duplicates of it, and what it must not be taken for. */
export interface Sampled<T> {
  readonly of: T;
  /** By the edit's name. */
  readonly near: Readonly<Record<string, T>>;
  /** To other prompts of the same domain. */
  readonly others: readonly T[];
  /** Another one to the same prompt, if there is one. */
  readonly sibling: T | undefined;
}

/** Shorter ones say nothing: an edit of a word is then another text. */
const SHORTEST = 40;
const OTHERS = 4;

type Edit = (text: string) => string;

/** One response of each prompt, drawn by the seed. */
export function sampleTexts(pairs: readonly BenchPair[], seed: number): Sampled<string>[] {
  return sample(pairs, seed, ({ response_a, response_b }) => [response_a, response_b].filter((response) => response.length >= SHORTEST), (text, edit) => edit(text));
}

/** One pair of each prompt, drawn by the seed; its near-duplicate is edited in all three texts. */
export function samplePairs(pairs: readonly BenchPair[], seed: number): Sampled<BenchPair>[] {
  return sample(pairs, seed, (pair) => [pair], ({ domain, prompt, response_a, response_b }, edit) => ({ domain, prompt: edit(prompt), response_a: edit(response_a), response_b: edit(response_b) }));
}

function sample<T>(pairs: readonly BenchPair[], seed: number, itemsOf: (pair: BenchPair) => T[], edited: (item: T, edit: Edit) => T): Sampled<T>[] {
  const random = createFractions(seed);
  const draw = <U>(from: readonly U[]): U => from[Math.floor(random() * from.length)]!;
  const prompts = new Map<string, { domain: string; items: Set<T> }>();
  for (const pair of pairs) {
    const found = prompts.get(pair.prompt) ?? { domain: pair.domain, items: new Set<T>() };
    for (const item of itemsOf(pair)) found.items.add(item);
    prompts.set(pair.prompt, found);
  }
  const usable = [...prompts.entries()].flatMap(([prompt, { domain, items }]) => (items.size > 0 ? [{ prompt, domain, items: [...items] }] : []));
  return usable.flatMap(({ prompt, domain, items }) => {
    const of = draw(items);
    const strangers = usable.filter((other) => other.domain === domain && other.prompt !== prompt);
    if (strangers.length === 0) return [];
    const siblings = items.filter((item) => item !== of);
    return [
      {
        of,
        near: Object.fromEntries(Object.entries(EDITS).map(([name, edit]) => [name, edited(of, (text) => edit(text, random))])),
        others: Array.from({ length: OTHERS }, () => draw(draw(strangers).items)),
        sibling: siblings.length === 0 ? undefined : draw(siblings),
      },
    ];
  });
}
