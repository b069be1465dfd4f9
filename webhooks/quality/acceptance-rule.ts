import { VERDICTS, type Verdict } from '../../core/domain/verdict.js';

/** When a pair's votes are enough. Shares are between 0 and 1. */
export interface AcceptanceRule {
  /** So many raters are asked first. */
  readonly votesMin: number;
  /** So many are asked when the first ones disagree. */
  readonly votesMax: number;
  /** Share of the raters that must give the same verdict; above one half, so that at most one verdict has it. */
  readonly agreementMin: number;
}

/** One counted vote, in canonical sides. */
export interface CastVote {
  readonly raterId: string;
  readonly verdict: Verdict;
  readonly submittedAt: Date;
  readonly annotationId: number;
}

export interface Decision {
  /** open: more votes are asked; accepted: `verdict` is set; disputed: all votes were cast without agreement. */
  readonly state: 'open' | 'accepted' | 'disputed';
  /** Raters per verdict; a verdict nobody gave is absent. */
  readonly counts: Partial<Record<Verdict, number>>;
  /** How many raters' votes counted. */
  readonly voteCount: number;
  /** The accepted verdict, else null. */
  readonly verdict: Verdict | null;
  /** Largest share of raters that gave one verdict; null without votes. */
  readonly agreement: number | null;
  /** How many raters should vote in all: votesMin, or votesMax after a disagreement. */
  readonly votesTarget: number;
}

/**
 * Decides one pair from its counted votes, in any order. A rater counts once, with the newest vote
 * (by submission time, then by annotation id). Renaming the raters changes nothing; exchanging the
 * sides mirrors the result. No votes: open, agreement null.
 */
export function decide(votes: readonly CastVote[], rule: AcceptanceRule): Decision {
  const counts = countVerdicts(newestPerRater(votes));
  const voteCount = VERDICTS.reduce((sum, verdict) => sum + (counts[verdict] ?? 0), 0);
  const leader = VERDICTS.reduce((best, verdict) => ((counts[verdict] ?? 0) > (counts[best] ?? 0) ? verdict : best));
  const agreement = voteCount === 0 ? null : (counts[leader] ?? 0) / voteCount;
  const agreed = agreement !== null && agreement >= rule.agreementMin;
  const state = agreed && voteCount >= rule.votesMin ? 'accepted' : voteCount >= rule.votesMax ? 'disputed' : 'open';
  const disagreed = voteCount > 0 && agreement! < 1 && state !== 'accepted';
  return {
    state,
    counts,
    voteCount,
    verdict: state === 'accepted' ? leader : null,
    agreement,
    votesTarget: disagreed ? rule.votesMax : rule.votesMin,
  };
}

function newestPerRater(votes: readonly CastVote[]): CastVote[] {
  const newest = new Map<string, CastVote>();
  for (const vote of votes) {
    const other = newest.get(vote.raterId);
    if (other === undefined || isNewer(vote, other)) newest.set(vote.raterId, vote);
  }
  return [...newest.values()];
}

function isNewer(vote: CastVote, other: CastVote): boolean {
  const apartMs = vote.submittedAt.getTime() - other.submittedAt.getTime();
  return apartMs === 0 ? vote.annotationId > other.annotationId : apartMs > 0;
}

function countVerdicts(votes: readonly CastVote[]): Partial<Record<Verdict, number>> {
  const counts: Partial<Record<Verdict, number>> = {};
  for (const { verdict } of votes) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return counts;
}
