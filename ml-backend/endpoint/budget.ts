import { PairloopError } from '../../core/errors.js';

/** The most that may be spent. */
export interface BudgetLimits {
  readonly requests: number;
  readonly tokens: number;
}

/** Thrown when a request would go beyond the budget; nothing was sent for it. */
export class BudgetSpentError extends PairloopError {}

/**
 * What requests cost, kept below limits: each is reserved before it is sent, at the most it can cost, and settled when
 * the endpoint has said what it did cost. Where it does not say, the reservation is taken as spent.
 */
export class Budget {
  private requests = 0;
  private tokens = 0;
  private reserved = 0;

  constructor(private readonly limits: BudgetLimits) {}

  /** Requests sent, and tokens as the endpoint counted them. */
  get spent(): BudgetLimits {
    return { requests: this.requests, tokens: this.tokens };
  }

  /** @throws BudgetSpentError when a request of at most so many tokens does not fit any more. */
  reserve(tokensMost: number): void {
    const { requests, tokens } = this.limits;
    if (this.requests >= requests) throw new BudgetSpentError(`The budget of ${requests} requests is spent.`);
    if (this.tokens + this.reserved + tokensMost > tokens) {
      throw new BudgetSpentError(`The budget of ${tokens} tokens is spent: ${this.tokens} were used, and the next request may take ${tokensMost}.`);
    }
    this.requests += 1;
    this.reserved += tokensMost;
  }

  settle(tokensMost: number, tokensUsed: number): void {
    this.reserved -= tokensMost;
    this.tokens += tokensUsed;
  }
}
