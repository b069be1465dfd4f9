import type { Verdict } from '../../../core/domain/verdict.js';

/**
 * What one judge says about one pair, asked twice: with response A shown first (`ab`) and with B first (`ba`). Both verdicts
 * are in the sides of the pair's file, whatever was shown first. Null where the judge gave no answer or was not asked.
 */
export interface JudgeVote {
  readonly item: string;
  readonly judge: string;
  readonly ab: Verdict | null;
  readonly ba: Verdict | null;
  /** 0 to 1, the lower one of the two orders; null where the judge states none. */
  readonly confidence: number | null;
}

/** The verdict that both orders gave; null where they differ or one is missing. */
export function stableVerdict({ ab, ba }: Pick<JudgeVote, 'ab' | 'ba'>): Verdict | null {
  return ab === ba ? ab : null;
}

/** The verdicts that count as right for each pair: gold items may accept several. */
export type Reference = ReadonlyMap<string, ReadonlySet<Verdict>>;
