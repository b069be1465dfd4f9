import type { Verdict } from '../../../core/domain/verdict.js';
import { auditSize, drawSample } from './audit-sample.js';
import { heldOut, type HeldOut } from './held-out.js';
import { judgeReports, type JudgeReport } from './judge-report.js';
import type { JudgeVote, Reference } from './judge-vote.js';
import { calibrateOpinions } from './panel-calibration.js';
import { NO_OPINION_REASONS, panelOpinions, type NoOpinionReason, type Opinion } from './panel.js';
import type { Calibration, Promised } from './risk-threshold.js';

export const HUMAN_REASONS = [...NO_OPINION_REASONS, 'not_confident'] as const;
export type HumanReason = NoOpinionReason | 'not_confident';

export interface TriageOptions extends Promised {
  /** Half-width to which the audit shall measure the error of what is settled. */
  readonly auditPrecision: number;
  /** Stated errors to try out on held-out halves. */
  readonly heldOutErrors: readonly number[];
  readonly splits: number;
  readonly seed: number;
}

/** One held-out trial: of all judges together (`judge` null) or of one alone. */
export interface HeldOutRow extends HeldOut {
  readonly judge: string | null;
}

/** What becomes of one pair without a known verdict. */
type Decision = { readonly item: string } & (
  | { readonly to: 'settled'; readonly verdict: Verdict; readonly confidence: number; readonly audit: boolean }
  | { readonly to: 'humans'; readonly reason: HumanReason }
);

export interface Triage {
  readonly pairs: number;
  /** Pairs with a known verdict: they calibrate and are not triaged. */
  readonly known: number;
  readonly judges: readonly JudgeReport[];
  readonly calibration: Calibration;
  /** One a pair without a known verdict, in code unit order of the ids. */
  readonly decisions: readonly Decision[];
  /** All judges together first, then each alone; for each of them the stated errors as given. Empty with fewer than two known pairs or no splits. */
  readonly heldOut: readonly HeldOutRow[];
}

/**
 * Splits the judged pairs without a known verdict into those that the judges settle and those left to humans (see `panelOpinions`
 * and `calibrate`), calibrated on the pairs with one, and draws the settled pairs that humans audit. Neither the order nor the names of votes,
 * pairs and judges change more than which pairs are drawn by chance.
 */
export function triage(votes: readonly JudgeVote[], reference: Reference, options: TriageOptions): Triage {
  const opinions = panelOpinions(votes);
  const known = opinions.filter(({ item }) => reference.has(item));
  const target = opinions.filter(({ item }) => !reference.has(item));
  const calibration = calibrateOpinions(known, target, reference, options);
  const settledItems = target.filter((opinion) => reasonOf(opinion, calibration.threshold) === null).map(({ item }) => item);
  const audited = new Set(drawSample(settledItems, auditSize(settledItems.length, options.auditPrecision, options), options.seed));
  return {
    pairs: opinions.length,
    known: known.length,
    judges: judgeReports(votes, reference, options.confidence),
    calibration,
    decisions: target.map((opinion) => decide(opinion, calibration.threshold, audited)),
    heldOut: known.length < 2 || options.splits === 0 ? [] : heldOutRows(votes, reference, options),
  };
}

function decide(opinion: Opinion, threshold: number | null, audited: ReadonlySet<string>): Decision {
  const { item } = opinion;
  const reason = reasonOf(opinion, threshold);
  if (reason !== null || opinion.verdict === null) return { item, to: 'humans', reason: reason ?? 'unanswered' };
  return { item, to: 'settled', verdict: opinion.verdict, confidence: opinion.confidence, audit: audited.has(item) };
}

/** Why a pair goes to humans; null when it is settled. */
function reasonOf(opinion: Opinion, threshold: number | null): HumanReason | null {
  if (opinion.verdict === null) return opinion.reason;
  return threshold !== null && opinion.confidence >= threshold ? null : 'not_confident';
}

function heldOutRows(votes: readonly JudgeVote[], reference: Reference, options: TriageOptions): HeldOutRow[] {
  const judges = [...new Set(votes.map((vote) => vote.judge))].toSorted();
  const panels = [...(judges.length === 1 ? [] : [{ judge: null, votes }]), ...judges.map((judge) => ({ judge, votes: votes.filter((vote) => vote.judge === judge) }))];
  return panels.flatMap(({ judge, votes: own }) => {
    const opinions = panelOpinions(own);
    return options.heldOutErrors.map((error) => ({ judge, ...heldOut(opinions, reference, { error, confidence: options.confidence }, options) }));
  });
}
