import type { Verdict } from '../../../core/domain/verdict.js';
import { exactInterval, type ShareInterval } from './binomial-bounds.js';
import { stableVerdict, type JudgeVote, type Reference } from './judge-vote.js';
import { positionBias, type PositionBias } from './position-bias.js';

/** How often verdicts are among those the reference accepts. */
export interface RightShare {
  readonly right: number;
  readonly n: number;
  /** Null when n is 0. */
  readonly share: number | null;
  readonly interval: ShareInterval | null;
}

export interface JudgeReport {
  readonly judge: string;
  readonly pairs: number;
  /** Pairs with the same verdict in both orders. */
  readonly stable: number;
  /** Pairs with two different verdicts. */
  readonly unstable: number;
  /** Pairs without an answer in at least one order. */
  readonly unanswered: number;
  readonly positionBias: PositionBias;
  /** Agreement with the reference: of all answers with A shown first, with B shown first, and of the stable verdicts. */
  readonly agreement: { readonly ab: RightShare; readonly ba: RightShare; readonly stable: RightShare };
}

/** One report a judge, in code unit order of their names. Intervals are exact, with the given confidence. */
export function judgeReports(votes: readonly JudgeVote[], reference: Reference, confidence: number): JudgeReport[] {
  const judges = [...new Set(votes.map((vote) => vote.judge))].toSorted();
  return judges.map((judge) => {
    const own = votes.filter((vote) => vote.judge === judge);
    const unanswered = own.filter(({ ab, ba }) => ab === null || ba === null).length;
    const stable = own.filter((vote) => stableVerdict(vote) !== null).length;
    const agreement = (verdictOf: (vote: JudgeVote) => Verdict | null) => rightShare(own, reference, confidence, verdictOf);
    return {
      judge,
      pairs: own.length,
      stable,
      unstable: own.length - stable - unanswered,
      unanswered,
      positionBias: positionBias(own, confidence),
      agreement: { ab: agreement(({ ab }) => ab), ba: agreement(({ ba }) => ba), stable: agreement(stableVerdict) },
    };
  });
}

function rightShare(votes: readonly JudgeVote[], reference: Reference, confidence: number, verdictOf: (vote: JudgeVote) => Verdict | null): RightShare {
  let right = 0;
  let n = 0;
  for (const vote of votes) {
    const verdict = verdictOf(vote);
    const accepted = reference.get(vote.item);
    if (verdict === null || accepted === undefined) continue;
    n += 1;
    if (accepted.has(verdict)) right += 1;
  }
  return n === 0 ? { right, n, share: null, interval: null } : { right, n, share: right / n, interval: exactInterval(right, n, confidence) };
}
