import { createFractions } from '../../../core/random.js';
import { EDITS } from './near-duplicates.js';

export interface BenchPair {
  readonly prompt: string;
  readonly domain: string;
  readonly response_a: string;
  readonly response_b: string;
}

/** One response, near-duplicates of it, and what it must not be taken for. */
export interface SampledText {
  readonly text: string;
  /** By the edit's name. */
  readonly near: Readonly<Record<string, string>>;
  /** Responses to other prompts of the same domain. */
  readonly others: readonly string[];
  /** Another response to the same prompt, if there is one. */
  readonly sibling: string | undefined;
}

/** Shorter ones say nothing: an edit of a word is then another text. */
const SHORTEST = 40;
const OTHERS = 4;

/** One response of each prompt, drawn by the seed. */
export function sampleTexts(pairs: readonly BenchPair[], seed: number): SampledText[] {
  const random = createFractions(seed);
  const draw = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const prompts = new Map<string, { domain: string; responses: string[] }>();
  for (const { prompt, domain, response_a, response_b } of pairs) {
    const found = prompts.get(prompt) ?? { domain, responses: [] };
    for (const response of [response_a, response_b]) if (response.length >= SHORTEST && !found.responses.includes(response)) found.responses.push(response);
    prompts.set(prompt, found);
  }
  const usable = [...prompts.entries()].filter(([, { responses }]) => responses.length > 0);
  return usable.flatMap(([prompt, { domain, responses }]) => {
    const text = draw(responses);
    const strangers = usable.filter(([other, of]) => of.domain === domain && other !== prompt);
    if (strangers.length === 0) return [];
    const siblings = responses.filter((response) => response !== text);
    return [
      {
        text,
        near: Object.fromEntries(Object.entries(EDITS).map(([name, edit]) => [name, edit(text, random)])),
        others: Array.from({ length: OTHERS }, () => draw(draw(strangers)[1].responses)),
        sibling: siblings.length === 0 ? undefined : draw(siblings),
      },
    ];
  });
}
