import type { VoteTable } from './vote-table.js';

/** A confusion matrix for each rater, or one probability of being right. */
export const CONSENSUS_MODELS = ['full', 'one-coin'] as const;
export type ConsensusModel = (typeof CONSENSUS_MODELS)[number];

/**
 * No expected count of votes, and no share of the items, is taken as less, so that no vote is impossible. It matters only where the
 * count is 0; a row of a confusion matrix without any expected vote comes out even.
 */
const FLOOR = 1e-10;

/**
 * Posteriors are kept in steps of 2^-40. Where two values stand equal EM is on an edge, and would blow the rounding of a sum (1e-16,
 * different in each order of the votes) up to a decision; so equal stays equal, in any order and with the sides swapped.
 */
const STEPS = 2 ** 40;

/** The state of Dawid–Skene's EM. Matrices are flat: posteriors [item][value], errors [rater][given value][true value]. */
export class RaterModel {
  readonly posteriors: Float64Array;
  /** Of the prior and errors that `expect` last used. */
  logLikelihood = 0;
  private readonly width: number;
  private readonly prior: Float64Array;
  private readonly errors: Float64Array;
  private readonly accuracies: Float64Array;

  /** Prior and errors follow from the majority vote. The table has votes of two values or more. */
  constructor(
    private readonly table: VoteTable,
    private readonly model: ConsensusModel,
  ) {
    this.width = table.values.length;
    this.posteriors = labelShares(table);
    this.prior = new Float64Array(this.width);
    this.errors = new Float64Array(table.raters.length * this.width ** 2);
    this.accuracies = new Float64Array(table.raters.length);
    this.maximise();
  }

  accuracyOf(rater: number): number {
    return this.accuracies[rater]!;
  }

  /** The rater's confusion matrix: [true value][given value]. */
  confusionOf(rater: number): number[][] {
    const { width, errors } = this;
    const values = Array.from({ length: width }, (_, value) => value);
    return values.map((truth) => values.map((given) => errors[(rater * width + given) * width + truth]!));
  }

  /** E step: the posteriors that follow from prior and errors. Returns the largest change of one. */
  expect(): number {
    const { table, width, posteriors } = this;
    const { offsets, raterOf, valueOf } = table;
    const logPrior = this.prior.map(Math.log);
    const logErrors = this.errors.map(Math.log);
    const scores = new Float64Array(width);
    let change = 0;
    let likelihood = 0;
    for (let item = 0; item < table.itemCount; item += 1) {
      scores.set(logPrior);
      for (let vote = offsets[item]!; vote < offsets[item + 1]!; vote += 1) {
        const row = (raterOf[vote]! * width + valueOf[vote]!) * width;
        for (let truth = 0; truth < width; truth += 1) scores[truth]! += logErrors[row + truth]!;
      }
      likelihood += exponentiate(scores);
      const start = item * width;
      for (let truth = 0; truth < width; truth += 1) {
        const posterior = Math.round(scores[truth]! * STEPS) / STEPS;
        change = Math.max(change, Math.abs(posterior - posteriors[start + truth]!));
        posteriors[start + truth] = posterior;
      }
    }
    this.logLikelihood = likelihood;
    return change;
  }

  /** M step: the prior and errors that follow from the posteriors. */
  maximise(): void {
    const { table, width, posteriors, errors, prior } = this;
    const { offsets, raterOf, valueOf } = table;
    errors.fill(0);
    prior.fill(0);
    for (let item = 0; item < table.itemCount; item += 1) {
      const start = item * width;
      for (let truth = 0; truth < width; truth += 1) prior[truth]! += posteriors[start + truth]!;
      for (let vote = offsets[item]!; vote < offsets[item + 1]!; vote += 1) {
        const row = (raterOf[vote]! * width + valueOf[vote]!) * width;
        for (let truth = 0; truth < width; truth += 1) errors[row + truth]! += posteriors[start + truth]!;
      }
    }
    for (let truth = 0; truth < width; truth += 1) prior[truth] = Math.max(prior[truth]! / table.itemCount, FLOOR);
    for (let rater = 0; rater < table.raters.length; rater += 1) {
      this.accuracies[rater] = this.shareRight(rater);
      if (this.model === 'full') this.normalise(rater);
      else this.flipOneCoin(rater);
    }
  }

  /** Of the rater's expected counts, the share on the diagonal. */
  private shareRight(rater: number): number {
    const { width, errors } = this;
    const start = rater * width * width;
    let right = 0;
    let all = 0;
    for (let place = 0; place < width * width; place += 1) {
      all += errors[start + place]!;
      if (place % (width + 1) === 0) right += errors[start + place]!;
    }
    return right / all;
  }

  /** Counts to probabilities: for each true value those of the given values sum to 1. */
  private normalise(rater: number): void {
    const { width, errors } = this;
    const start = rater * width * width;
    for (let truth = 0; truth < width; truth += 1) {
      let sum = 0;
      for (let place = start + truth; place < start + width * width; place += width) {
        errors[place] = Math.max(errors[place]!, FLOOR);
        sum += errors[place]!;
      }
      for (let place = start + truth; place < start + width * width; place += width) errors[place]! /= sum;
    }
  }

  /** The probability of being right on the diagonal, the rest shared evenly by the other values. */
  private flipOneCoin(rater: number): void {
    const { width, errors } = this;
    const start = rater * width * width;
    const right = Math.min(Math.max(this.accuracies[rater]!, FLOOR), 1 - FLOOR);
    for (let place = 0; place < width * width; place += 1) {
      errors[start + place] = place % (width + 1) === 0 ? right : (1 - right) / (width - 1);
    }
  }
}

/** The majority vote as posteriors: each item's shares of votes, [item][value]. */
export function labelShares(table: VoteTable): Float64Array {
  const width = table.values.length;
  const shares = new Float64Array(table.itemCount * width);
  for (let item = 0; item < table.itemCount; item += 1) {
    const start = table.offsets[item]!;
    const end = table.offsets[item + 1]!;
    for (let vote = start; vote < end; vote += 1) shares[item * width + table.valueOf[vote]!]! += 1 / (end - start);
  }
  return shares;
}

/** Logarithms to shares that sum to 1, in place; returns the logarithm of the sum before. */
function exponentiate(scores: Float64Array): number {
  let most = -Infinity;
  for (const score of scores) most = Math.max(most, score);
  let sum = 0;
  for (let place = 0; place < scores.length; place += 1) {
    scores[place] = Math.exp(scores[place]! - most);
    sum += scores[place]!;
  }
  for (let place = 0; place < scores.length; place += 1) scores[place]! /= sum;
  return most + Math.log(sum);
}
