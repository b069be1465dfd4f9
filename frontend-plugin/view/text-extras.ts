import { createContext, useContext, useSyncExternalStore } from 'react';
import type { ColourCode } from './state/code-tokens.js';
import type { Lazy } from './state/lazy.js';
import type { ReadFormula } from './state/math-tree.js';

/**
 * What a text may need that is too large for every page: loaded when a pair has it. The view itself loads nothing, so
 * that it fits into a bundle without imports; a host that can load gives this by `TextExtrasContext`. Without it, formulas
 * stay as they are written and code is coloured by guessing.
 */
export interface TextExtras {
  readonly formula: Lazy<ReadFormula>;
  /** The grammar of a language, named as in a Markdown fence; undefined when there is none. */
  grammar(language: string): Lazy<ColourCode> | undefined;
}

export const TextExtrasContext = createContext<TextExtras | null>(null);

/** What turns TeX into MathML; undefined until it is there. */
export function useFormula(): ReadFormula | undefined {
  return useLazy(useContext(TextExtrasContext)?.formula);
}

/** The grammar of a language; undefined until it is there, and where there is none. */
export function useGrammar(language: string): ColourCode | undefined {
  return useLazy(useContext(TextExtrasContext)?.grammar(language));
}

function useLazy<T>(lazy: Lazy<T> | undefined): T | undefined {
  const current = lazy?.current ?? nothing;
  return useSyncExternalStore(lazy?.subscribe ?? never, current, current);
}

function nothing(): undefined {
  return undefined;
}

function never(): () => void {
  return nothing;
}
