import type { Verdict } from '../../../core/domain/verdict.js';
import { stableVerdict, type JudgeVote } from './judge-vote.js';

/** Why the judges have no verdict that could settle a pair. */
export const NO_OPINION_REASONS = ['unanswered', 'order_unstable', 'judges_disagree', 'both_bad'] as const;
export type NoOpinionReason = (typeof NO_OPINION_REASONS)[number];

/** What all judges together say about one pair. */
export type Opinion = { readonly item: string } & (
  | { readonly verdict: Verdict; readonly confidence: number }
  | { readonly verdict: null; readonly reason: NoOpinionReason }
);

/**
 * One opinion a pair, in code unit order of the ids. Only verdicts that are the same in both orders have a voice, which
 * weighs its confidence; a judge that never states one has voices of 1, and one that states some has voices of 0
 * where it does not. The verdict with the greatest sum is the opinion, its confidence that sum less all other
 * voices: for judges without confidences, how many more agree than object. No opinion when no judge has a voice, when the
 * objections weigh as much, and when the verdict is `both_bad`, which needs a person's reason.
 */
export function panelOpinions(votes: readonly JudgeVote[]): Opinion[] {
  const stating = new Set(votes.filter((vote) => vote.confidence !== null).map((vote) => vote.judge));
  const byItem = new Map<string, JudgeVote[]>();
  for (const vote of votes) byItem.set(vote.item, [...(byItem.get(vote.item) ?? []), vote]);
  const items = [...byItem.keys()].toSorted();
  return items.map((item) => opinionOf(item, byItem.get(item)!, (vote) => (stating.has(vote.judge) ? (vote.confidence ?? 0) : 1)));
}

function opinionOf(item: string, votes: readonly JudgeVote[], weightOf: (vote: JudgeVote) => number): Opinion {
  const voices = new Map<Verdict, number[]>();
  for (const vote of votes) {
    const verdict = stableVerdict(vote);
    if (verdict !== null) voices.set(verdict, [...(voices.get(verdict) ?? []), weightOf(vote)]);
  }
  if (voices.size === 0) return { item, verdict: null, reason: votes.some(({ ab, ba }) => ab !== null && ba !== null) ? 'order_unstable' : 'unanswered' };
  const sums = [...voices].map(([verdict, weights]) => ({ verdict, sum: sumOf(weights) })).sort((one, other) => other.sum - one.sum);
  const [{ verdict, sum }, ...others] = sums as [(typeof sums)[number], ...typeof sums];
  const confidence = sum - sumOf(others.map((other) => other.sum));
  if (others.length > 0 && !(confidence > 0)) return { item, verdict: null, reason: 'judges_disagree' };
  return verdict === 'both_bad' ? { item, verdict: null, reason: 'both_bad' } : { item, verdict, confidence };
}

/** Added from the smallest on, so that the order of the judges changes no bit. */
function sumOf(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other).reduce((sum, one) => sum + one, 0);
}
