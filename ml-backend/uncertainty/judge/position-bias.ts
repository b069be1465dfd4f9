import type { Verdict } from '../../../core/domain/verdict.js';
import { exactInterval, type ShareInterval } from './binomial-bounds.js';
import type { JudgeVote } from './judge-vote.js';

/** Whether a judge leans to what is shown first, over the pairs it answered in both orders. */
export interface PositionBias {
  /** Pairs answered in both orders. */
  readonly asked: number;
  /** Pairs on which A fared better when it was shown first than when it was shown second. */
  readonly first: number;
  /** Pairs on which A fared worse when it was shown first. */
  readonly second: number;
  /** first / (first + second): 0.5 without bias. Null when no verdict moved with the order. */
  readonly firstShare: number | null;
  readonly interval: ShareInterval | null;
}

const LEAN: Readonly<Record<Verdict, number>> = { a: 1, tie: 0, both_bad: 0, b: -1 };

/**
 * Position bias from the pairs whose verdict moves with the order (a sign test: on the others no position can have
 * decided). The interval of the share is exact; when it holds 0.5 no bias is shown.
 */
export function positionBias(votes: readonly Pick<JudgeVote, 'ab' | 'ba'>[], confidence: number): PositionBias {
  let asked = 0;
  let first = 0;
  let second = 0;
  for (const { ab, ba } of votes) {
    if (ab === null || ba === null) continue;
    asked += 1;
    if (LEAN[ab] > LEAN[ba]) first += 1;
    if (LEAN[ab] < LEAN[ba]) second += 1;
  }
  const moved = first + second;
  if (moved === 0) return { asked, first, second, firstShare: null, interval: null };
  return { asked, first, second, firstShare: first / moved, interval: exactInterval(first, moved, confidence) };
}
