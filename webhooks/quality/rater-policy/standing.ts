import type { Fact, GoldFact, KeptFact } from './facts.js';
import { freshEnd } from './exact-characteristics.js';
import { addGold, addToDrift, EMPTY_TALLY, logLikelihoodRatio, reaches, type Tally } from './likelihood.js';
import type { RaterPolicy, SequentialPolicy } from './policy.js';

/*
 *             trained            a reason to look closer
 *   training ──────────▶ active ────────────────────────▶ warned
 *      │                 │    ▲ ◀──enough passed gold────── │
 *      │                 ▼    │                             │
 *      └─────────────▶ paused │ ◀───────────────────────────┘
 *                      │    ▲ │ passed: new tests, the raised share of gold
 *    calibration begun │    │ │
 *                      ▼    │ failed
 *                     retraining
 *
 * A person can pause from anywhere, and let a rater go on from paused and retraining; then the tests begin anew too. Training
 * ends in warned when there was a reason to look closer that is not cleared yet. With strict, that reason is the first failed
 * gold item of a batch; everything that is one for sequential pauses there.
 */
export const RATER_STATES = ['training', 'active', 'warned', 'paused', 'retraining'] as const;
export type RaterState = (typeof RATER_STATES)[number];

/** Where a rater stands in a project, and all that the policy remembers of the facts so far. */
export interface Standing {
  readonly state: RaterState;
  /** Why the rater is warned or paused, as they may read it; else null. */
  readonly reason: string | null;
  /** Gold items since the tests last began. */
  readonly golds: Tally;
  /** The fresh test, or the strict policy's count of first gold items, is still going on. */
  readonly isFresh: boolean;
  /** The CUSUM's gold items. */
  readonly drift: Tally;
  /** Failed gold items by batch, since the tests last began. */
  readonly goldFailed: ReadonlyMap<number, number>;
  /** Passed gold items since the last reason for a warning; null without a warning. */
  readonly passedSinceWarning: number | null;
}

/** Where everybody begins. */
export const NEW_RATER: Standing = {
  state: 'training',
  reason: null,
  golds: EMPTY_TALLY,
  isFresh: true,
  drift: EMPTY_TALLY,
  goldFailed: new Map(),
  passedSinceWarning: null,
};

/** A change of state and what brought it about. */
export interface Transition {
  readonly from: RaterState;
  readonly to: RaterState;
  readonly at: Date;
  readonly factId: string;
  readonly reason: string;
}

/**
 * Where a rater stands after the given facts, and every change of state on the way. The facts may come in any order and
 * repeatedly: of several under one id the last one given counts, and they are gone through by time, then id. No facts: training.
 */
export function deriveStanding(policy: RaterPolicy, facts: readonly KeptFact[]): { standing: Standing; transitions: Transition[] } {
  const unique = [...new Map(facts.map((fact) => [fact.id, fact])).values()];
  const inOrder = unique.sort((one, other) => one.at.getTime() - other.at.getTime() || (one.id < other.id ? -1 : 1));
  const transitions: Transition[] = [];
  let standing = NEW_RATER;
  for (const { id, at, fact } of inOrder) {
    const next = advance(policy, standing, fact);
    if (next.state !== standing.state) transitions.push({ from: standing.state, to: next.state, at, factId: id, reason: explain(fact, standing, next) });
    standing = next;
  }
  return { standing, transitions };
}

/** Where a rater stands after one more fact. While the rater is paused or in retraining, answers change nothing. */
export function advance(policy: RaterPolicy, standing: Standing, fact: Fact): Standing {
  if (fact.kind === 'decision') {
    if (fact.to === 'paused') return { ...standing, state: 'paused', reason: fact.reason };
    return isStopped(standing) ? RESTARTED : standing;
  }
  if (fact.kind === 'calibration') return calibrated(standing, fact.step);
  if (isStopped(standing)) return standing;
  const seen = fact.kind === 'gold' ? counted(policy, standing, fact) : standing;
  const pause = policy.policy === 'strict' ? reasonOf(policy, seen, fact, 'paused') : testResult(policy, seen, fact);
  if (pause !== null) return { ...seen, state: 'paused', reason: pause };
  return settled(policy, seen, fact, reasonOf(policy, seen, fact, 'warned'));
}

const isStopped = ({ state }: Standing): boolean => state === 'paused' || state === 'retraining';

/** After a calibration session or a person's decision: back to work, from a clean sheet. */
const RESTARTED: Standing = { ...NEW_RATER, state: 'active' };

function calibrated(standing: Standing, step: 'begun' | 'passed' | 'failed'): Standing {
  if (step === 'begun') return standing.state === 'paused' ? { ...standing, state: 'retraining' } : standing;
  if (standing.state !== 'retraining') return standing;
  return step === 'passed' ? RESTARTED : { ...standing, state: 'paused' };
}

function counted(policy: RaterPolicy, standing: Standing, { batchId, passed }: GoldFact): Standing {
  const goldFailed = new Map(standing.goldFailed);
  if (!passed) goldFailed.set(batchId, (goldFailed.get(batchId) ?? 0) + 1);
  const drift = policy.policy === 'sequential' ? addToDrift(standing.drift, passed, policy.hypotheses) : standing.drift;
  return { ...standing, golds: addGold(standing.golds, passed), drift, goldFailed };
}

/**
 * What a fact is a reason for, in words for the rater; null for none. With strict all of it pauses and the first failed gold
 * item of a batch warns; with sequential all of it warns.
 */
function reasonOf(policy: RaterPolicy, standing: Standing, fact: Fact, to: 'warned' | 'paused'): string | null {
  const strictWarning = policy.policy === 'strict' && to === 'warned';
  if (fact.kind === 'gold' && !fact.passed) {
    const failed = standing.goldFailed.get(fact.batchId)!;
    const enough = strictWarning ? failed >= 1 : failed > policy.gold_failed_max;
    return enough ? `Answers of this batch that differ from the experts': ${failed}.` : null;
  }
  if (strictWarning) return null;
  if (fact.kind === 'attention' && !fact.passed) return 'An answer did not follow what its text asked for.';
  if (fact.kind === 'impossible' && !fact.passed) return 'A pair that cannot be judged was judged.';
  if (fact.kind === 'too_fast') return 'A verdict was given faster than the pair can be read.';
  if (fact.kind === 'kappa' && isKappaLow(policy, fact)) return `Agreement with the other annotators is low: κ ${fact.value.toFixed(2)}.`;
  return null;
}

/** Strict takes the value itself, sequential wants its whole interval below the limit. */
function isKappaLow(policy: RaterPolicy, { golds, value, high }: Extract<Fact, { kind: 'kappa' }>): boolean {
  return golds >= policy.kappa_golds && (policy.policy === 'strict' ? value : high) < policy.kappa_min;
}

/** Why the fresh test or the CUSUM pauses after this fact; null when neither does. */
function testResult({ hypotheses, thresholds }: SequentialPolicy, standing: Standing, fact: Fact): string | null {
  if (fact.kind !== 'gold') return null;
  const { golds, drift } = standing;
  if (standing.isFresh && freshEnd(golds, hypotheses, thresholds) === 'paused') return answersDiffer(golds);
  return reaches(logLikelihoodRatio(drift, hypotheses), thresholds.driftPause) ? answersDiffer(drift) : null;
}

const answersDiffer = ({ passed, failed }: Tally): string => `Of your last ${passed + failed} checked answers ${failed} differ from the experts'.`;

/** The state of a rater who goes on: a new reason warns, enough passed gold items end a warning, enough evidence ends training. */
function settled(policy: RaterPolicy, standing: Standing, fact: Fact, warning: string | null): Standing {
  const isFresh = standing.isFresh && !isTrained(policy, standing.golds);
  const passed = warning === null ? afterGold(standing.passedSinceWarning, fact) : 0;
  const passedSinceWarning = passed === null || passed >= policy.cleared_after ? null : passed;
  const isTraining = standing.state === 'training' && isFresh;
  const state = isTraining ? 'training' : passedSinceWarning === null ? 'active' : 'warned';
  const reason = passedSinceWarning === null ? null : (warning ?? standing.reason);
  return { ...standing, isFresh, passedSinceWarning, state, reason };
}

/** A failed gold item that is no reason for a warning by itself leaves the count as it is. */
function afterGold(passedSinceWarning: number | null, fact: Fact): number | null {
  return passedSinceWarning !== null && fact.kind === 'gold' && fact.passed ? passedSinceWarning + 1 : passedSinceWarning;
}

function isTrained(policy: RaterPolicy, golds: Tally): boolean {
  if (policy.policy === 'strict') return golds.passed + golds.failed >= policy.training_golds;
  return freshEnd(golds, policy.hypotheses, policy.thresholds) === 'passed';
}

/** Why the state changed: a person's words, the session's step, or the reason the new standing gives. */
function explain(fact: Fact, before: Standing, { reason }: Standing): string {
  if (fact.kind === 'decision') return fact.reason;
  if (fact.kind === 'calibration') return `Calibration session ${fact.step}.`;
  if (reason !== null) return reason;
  return before.state === 'training' ? 'Trained: the first gold items were passed.' : 'Enough gold items were passed since the warning.';
}

/** The share of gold items that a rater with this standing should get. */
export function goldShareOf({ gold_share }: RaterPolicy, { state, isFresh }: Standing): number {
  return state === 'active' && !isFresh ? gold_share.usual : gold_share.raised;
}
