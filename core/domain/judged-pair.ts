import type { DisplayedOrder, Verdict } from './verdict.js';

/** One vote on the answers of two named models, in the sides of where it is from. */
export interface JudgedPair {
  readonly item: string;
  readonly modelA: string;
  readonly modelB: string;
  readonly verdict: Verdict;
  /** Which answer was displayed first; null when nobody knows. */
  readonly displayed: DisplayedOrder | null;
  /** Characters of the two answers; null when nobody knows. */
  readonly lengths: readonly [number, number] | null;
}
