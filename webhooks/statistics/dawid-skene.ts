import type { ItemVote } from '../../core/domain/vote.js';
import { labelShares, RaterModel, type ConsensusModel } from './rater-model.js';
import { countValues } from './value-counts.js';
import { tabulateVotes, type VoteTable } from './vote-table.js';

export interface DawidSkeneOptions {
  /** `full` unless told. */
  readonly model?: ConsensusModel;
  /** EM stops when no posterior changed by more than this; 1e-6 unless told. */
  readonly tolerance?: number;
  /** At most this many iterations; 1,000 unless told. */
  readonly iterationsMax?: number;
}

/** How sure it is which value is true for an item. */
export interface ItemPosterior {
  readonly item: string;
  readonly votes: number;
  /** The probability of each value, in the order of `DawidSkene.values`; sums to 1. */
  readonly posterior: readonly number[];
}

/** What the votes of one rater are worth. */
interface RaterConfusion {
  readonly rater: string;
  readonly votes: number;
  /** The expected share of the rater's votes that give the true value; null when the model is undefined. */
  readonly accuracy: number | null;
  /** `confusion[t][v]`: the probability that the rater gives value v where t is true; each row sums to 1. Null like accuracy. */
  readonly confusion: readonly (readonly number[])[] | null;
}

export interface DawidSkene {
  readonly model: ConsensusModel;
  readonly values: readonly (string | number)[];
  readonly n: { readonly items: number; readonly votes: number; readonly raters: number };
  /** The share of items for which each value is true, in the order of `values`; empty without votes. */
  readonly prior: readonly number[];
  /** By name. */
  readonly items: readonly ItemPosterior[];
  /** By name. */
  readonly raters: readonly RaterConfusion[];
  readonly iterations: number;
  /** False when the limit of iterations came first, and when the model is undefined. */
  readonly converged: boolean;
  /** Natural logarithm of the probability of all votes, with the estimates before the last iteration; null when the model is undefined. */
  readonly logLikelihood: number | null;
  /** Why the model is undefined: the posteriors are then the shares of the votes. */
  readonly reason?: string;
}

/**
 * The true value of each item and the errors of each rater, estimated together from the votes alone. Each item has one true
 * value, drawn from the prior; given it, raters vote independently, each by the rows of a confusion matrix (`full`), or
 * rightly with one probability and otherwise for any other value alike (`one-coin`). EM starts from the majority vote (each
 * item's shares of votes), and then in turn estimates prior and confusion from the posteriors and the posteriors from these.
 * It ends at a local maximum of the likelihood, which need not be the highest one.
 *
 * Nothing is added to the counts but a floor (see RaterModel): a rater with few votes gets an extreme matrix, so read `votes`.
 * Undefined, with a reason, without votes, with one rater, when no item has votes of two raters (no rater's errors can
 * be told from the truth), and when all votes have one value. Votes on items with one vote do count.
 * Raters who err together break the independence: the model then believes them, and takes the better rater for the worse.
 * Source: A. Dawid and A. Skene, "Maximum likelihood estimation of observer error-rates using the EM algorithm" (1979);
 * one-coin: Y. Zhang, X. Chen, D. Zhou, M. Jordan, "Spectral methods meet EM", JMLR 17 (2016).
 * Cost: an iteration is linear in votes × values.
 *
 * @throws PairloopError when a rater has two different values for an item, or a number is not finite.
 */
export function dawidSkene(votes: readonly ItemVote[], options: DawidSkeneOptions = {}): DawidSkene {
  return dawidSkeneOfTable(tabulateVotes(votes), options);
}

/** As `dawidSkene`, of votes that are in a table already. */
export function dawidSkeneOfTable(table: VoteTable, options: DawidSkeneOptions): DawidSkene {
  const { model = 'full', tolerance = 1e-6, iterationsMax = 1000 } = options;
  const reason = whyUndefined(table);
  if (reason !== null) return describe(table, model, labelShares(table), reason);
  const raters = new RaterModel(table, model);
  let iterations = 0;
  let change = Infinity;
  while (iterations < iterationsMax && change > tolerance) {
    change = raters.iterate();
    iterations += 1;
  }
  const described = describe(table, model, raters.posteriors, undefined, raters);
  return { ...described, iterations, converged: change <= tolerance, logLikelihood: raters.logLikelihood };
}

function whyUndefined(table: VoteTable): string | null {
  const { unpairedReason } = countValues(table);
  if (unpairedReason !== null) return unpairedReason;
  if (table.values.length > 1) return null;
  return `every vote has the value ${JSON.stringify(table.values[0])}, so there is no error to tell from the truth`;
}

function describe(table: VoteTable, model: ConsensusModel, posteriors: Float64Array, reason?: string, raters?: RaterModel): DawidSkene {
  const width = table.values.length;
  const prior = table.values.map(() => 0);
  const items = table.items.map((item, index) => {
    const posterior: number[] = [];
    for (let value = 0; value < width; value += 1) {
      posterior.push(posteriors[index * width + value]!);
      prior[value]! += posteriors[index * width + value]!;
    }
    return { item, votes: table.offsets[index + 1]! - table.offsets[index]!, posterior };
  });
  const votesOf = new Uint32Array(table.raters.length);
  for (const rater of table.raterOf) votesOf[rater]! += 1;
  return {
    model,
    values: table.values,
    n: { items: table.itemCount, votes: table.valueOf.length, raters: table.raters.length },
    prior: prior.map((sum) => sum / items.length),
    items: items.sort((a, b) => (a.item < b.item ? -1 : 1)),
    raters: table.raters.map((rater, index) => ({
      rater,
      votes: votesOf[index]!,
      accuracy: raters?.accuracyOf(index) ?? null,
      confusion: raters?.confusionOf(index) ?? null,
    })),
    iterations: 0,
    converged: false,
    logLikelihood: null,
    ...(reason === undefined ? {} : { reason }),
  };
}
