import { sigmoid, softplus } from '../../core/logistic.js';

/** How often two models tie, given how strong they are: Davidson's, or Rao and Kupper's. */
export const TIE_MODELS = ['davidson', 'rao-kupper'] as const;
export type TieModelName = (typeof TIE_MODELS)[number];

export const OUTCOMES = ['a', 'b', 'tie'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * The logarithm of an outcome's probability and its derivatives by θ (the log odds of A's win against B's where nothing ties) and by the tie
 * parameter. Second derivatives have their sign turned, so that they add up to the information.
 */
export interface OutcomeTerms {
  logProbability: number;
  byTheta: number;
  byTie: number;
  thetaTheta: number;
  thetaTie: number;
  tieTie: number;
}

export interface TieModel {
  /** The tie parameter with which nothing ever ties. */
  readonly never: number;
  /** Where Newton's method starts, when this share of all comparisons are ties. */
  start(tieShare: number): number;
  isAllowed(tie: number): boolean;
  /** The probability that two equal models tie. */
  shareBetweenEquals(tie: number): number;
  terms(outcome: number, theta: number, tie: number, into: OutcomeTerms): void;
}

/**
 * P(A), P(B), P(tie) are as e^(θ/2) : e^(−θ/2) : ν, the tie parameter being ln ν.
 * Source: R. Davidson, "On extending the Bradley-Terry model to accommodate ties in paired comparison experiments" (1970).
 */
const davidson: TieModel = {
  never: -Infinity,
  start: (tieShare) => Math.log((2 * tieShare) / (1 - tieShare)),
  isAllowed: () => true,
  shareBetweenEquals: (tie) => 1 / (1 + 2 * Math.exp(-tie)),
  terms(outcome, theta, tie, into) {
    const [forA, forB] = [theta / 2, -theta / 2];
    const most = Math.max(forA, forB, tie);
    const [a, b, equal] = [Math.exp(forA - most), Math.exp(forB - most), Math.exp(tie - most)];
    const sum = a + b + equal;
    const lead = (a - b) / sum;
    const ties = equal / sum;
    into.logProbability = (outcome === 0 ? forA : outcome === 1 ? forB : tie) - most - Math.log(sum);
    into.byTheta = ((outcome === 0 ? 1 : outcome === 1 ? -1 : 0) - lead) / 2;
    into.byTie = (outcome === 2 ? 1 : 0) - ties;
    into.thetaTheta = (1 - ties - lead * lead) / 4;
    into.thetaTie = (-ties * lead) / 2;
    into.tieTie = ties * (1 - ties);
  },
};

/**
 * P(A) = σ(θ − η), P(B) = σ(−θ − η), the rest are ties; the tie parameter is η ≥ 0.
 * Source: P. Rao and L. Kupper, "Ties in paired-comparison experiments: a generalization of the Bradley-Terry model" (1967).
 */
const raoKupper: TieModel = {
  never: 0,
  start: (tieShare) => Math.log((1 + tieShare) / (1 - tieShare)),
  isAllowed: (tie) => tie > 0,
  shareBetweenEquals: (tie) => Math.tanh(tie / 2),
  terms(outcome, theta, tie, into) {
    const [notA, notB] = [sigmoid(tie - theta), sigmoid(tie + theta)];
    const spreadA = outcome === 1 ? 0 : notA * (1 - notA);
    const spreadB = outcome === 0 ? 0 : notB * (1 - notB);
    const missA = outcome === 1 ? 0 : notA;
    const missB = outcome === 0 ? 0 : notB;
    const open = outcome === 2 ? -Math.expm1(-2 * tie) : 1;
    into.logProbability = (outcome === 1 ? 0 : -softplus(tie - theta)) + (outcome === 0 ? 0 : -softplus(tie + theta)) + (outcome === 2 ? 2 * tie + Math.log(open) : 0);
    into.byTheta = missA - missB;
    into.byTie = (outcome === 2 ? 2 / open : 0) - missA - missB;
    into.thetaTheta = spreadA + spreadB;
    into.thetaTie = spreadB - spreadA;
    into.tieTie = spreadA + spreadB + (outcome === 2 ? (4 * Math.exp(-2 * tie)) / (open * open) : 0);
  },
};

export const TIE_MODEL: Readonly<Record<TieModelName, TieModel>> = { davidson, 'rao-kupper': raoKupper };
