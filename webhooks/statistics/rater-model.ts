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
function inSteps(share: number): number {
  return share + STEP_MAKER - STEP_MAKER;
}

/** Doubles from 2^12 to 2^13 are 2^-40 apart: a share added to this is rounded to that step (Math.round takes three times as long). */
const STEP_MAKER = 1.5 * 2 ** 12;

/** The state of Dawid–Skene's EM. Matrices are flat: posteriors [item][value], errors [rater][given value][true value]. */
export class RaterModel {
  readonly posteriors: Float64Array;
  /** Of the prior and errors that `iterate` last started from. */
  logLikelihood = 0;
  private readonly width: number;
  private readonly prior: Float64Array;
  private errors: Float64Array;
  /** The expected counts that the next errors come from, laid out as these. */
  private counts: Float64Array;
  private readonly accuracies: Float64Array;
  /** Where the errors of each vote's rater and given value start. */
  private readonly rowOf: Uint32Array;

  /** Prior and errors follow from the majority vote. The table has votes of two values or more. */
  constructor(
    private readonly table: VoteTable,
    private readonly model: ConsensusModel,
  ) {
    this.width = table.values.length;
    this.posteriors = labelShares(table);
    this.prior = new Float64Array(this.width);
    this.errors = new Float64Array(table.raters.length * this.width ** 2);
    this.counts = new Float64Array(this.errors.length);
    this.accuracies = new Float64Array(table.raters.length);
    this.rowOf = table.raterOf.map((rater, vote) => (rater * this.width + table.valueOf[vote]!) * this.width);
    this.countAll();
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

  /**
   * One iteration: the posteriors that follow from prior and errors, then the prior and errors that follow from these. Returns the
   * largest change of a posterior. Expected counts are added up as the posteriors are found, so that votes are passed over once.
   */
  iterate(): number {
    const { table, width, posteriors, prior, errors, counts, rowOf } = this;
    counts.fill(0);
    const { offsets } = table;
    const scores = new Float64Array(width);
    const likelihood = new LogProduct();
    let change = 0;
    for (let item = 0; item < table.itemCount; item += 1) {
      for (let truth = 0; truth < width; truth += 1) scores[truth] = prior[truth]!;
      const begin = offsets[item]!;
      const end = offsets[item + 1]!;
      for (let block = begin; block < end; block += VOTES_BETWEEN) {
        const blockEnd = Math.min(block + VOTES_BETWEEN, end);
        for (let truth = 0; truth < width; truth += 1) {
          let score = scores[truth]!;
          for (let vote = block; vote < blockEnd; vote += 1) score *= errors[rowOf[vote]! + truth]!;
          scores[truth] = score;
        }
        if (blockEnd < end) enlarge(scores, likelihood);
      }
      let sum = 0;
      for (let truth = 0; truth < width; truth += 1) sum += scores[truth]!;
      likelihood.times(sum);
      const start = item * width;
      const unit = 1 / sum;
      for (let truth = 0; truth < width; truth += 1) {
        const posterior = inSteps(scores[truth]! * unit);
        const step = Math.abs(posterior - posteriors[start + truth]!);
        if (step > change) change = step;
        posteriors[start + truth] = posterior;
        if (posterior === 0) continue;
        for (let vote = begin; vote < end; vote += 1) counts[rowOf[vote]! + truth]! += posterior;
      }
    }
    this.logLikelihood = likelihood.value();
    this.maximise();
    return change;
  }

  /** The expected counts that follow from the posteriors. */
  private countAll(): void {
    const { table, width, posteriors, counts, rowOf } = this;
    for (let item = 0; item < table.itemCount; item += 1) {
      const end = table.offsets[item + 1]!;
      for (let vote = table.offsets[item]!; vote < end; vote += 1) {
        for (let truth = 0; truth < width; truth += 1) counts[rowOf[vote]! + truth]! += posteriors[item * width + truth]!;
      }
    }
  }

  /** The prior that follows from the posteriors, and the errors that follow from the expected counts. */
  private maximise(): void {
    const { table, width, posteriors, prior } = this;
    prior.fill(0);
    for (let item = 0; item < table.itemCount; item += 1) {
      for (let truth = 0; truth < width; truth += 1) prior[truth]! += posteriors[item * width + truth]!;
    }
    for (let truth = 0; truth < width; truth += 1) prior[truth] = Math.max(prior[truth]! / table.itemCount, FLOOR);
    [this.errors, this.counts] = [this.counts, this.errors];
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

/**
 * Probabilities of an item's votes are multiplied, which is many times as fast as adding their logarithms. Each is at least 2^-60 (the
 * floor over all votes), so that after as many votes a product of at least SMALL is still a normal double; then it is enlarged again.
 */
const VOTES_BETWEEN = 8;
const SMALL = 2 ** -400;

/** Makes scores that are small larger in place by a power of 2, which rounds nothing, and has the likelihood know. */
function enlarge(scores: Float64Array, likelihood: LogProduct): void {
  let sum = 0;
  for (let truth = 0; truth < scores.length; truth += 1) sum += scores[truth]!;
  if (sum >= SMALL) return;
  for (let truth = 0; truth < scores.length; truth += 1) scores[truth]! /= SMALL;
  likelihood.times(SMALL);
}

/** The natural logarithm of a product of factors from 2^-900 to 1, with a logarithm taken only now and then. */
class LogProduct {
  private product = 1;
  private logarithm = 0;

  times(factor: number): void {
    if (this.product < 2 ** -100) this.flush();
    this.product *= factor;
  }

  value(): number {
    this.flush();
    return this.logarithm;
  }

  private flush(): void {
    this.logarithm += Math.log(this.product);
    this.product = 1;
  }
}
