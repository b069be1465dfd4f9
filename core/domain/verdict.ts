import { z } from 'zod';

/** The four judgements of a pair, in canonical sides: A better, B better, equally good, neither usable. */
export const VERDICTS = ['a', 'b', 'tie', 'both_bad'] as const;
export const verdictSchema = z.enum(VERDICTS);
export type Verdict = (typeof VERDICTS)[number];

/** How clear a verdict for one side is. */
export const STRENGTHS = ['much', 'slightly'] as const;
export const strengthSchema = z.enum(STRENGTHS);
export type Strength = (typeof STRENGTHS)[number];

/** The same verdict when the two sides change places; `tie` and `both_bad` stay. An involution. */
export function mirrorVerdict(verdict: Verdict): Verdict {
  if (verdict === 'a') return 'b';
  if (verdict === 'b') return 'a';
  return verdict;
}

/**
 * Left to right order in which the canonical sides were displayed: `ab` shows canonical A left,
 * `ba` shows canonical B left.
 */
export const displayedOrderSchema = z.enum(['ab', 'ba']);
export type DisplayedOrder = z.infer<typeof displayedOrderSchema>;
