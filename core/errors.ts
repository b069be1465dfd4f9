/** Who has to act on a failure: the caller (wrong usage, exit code 2) or the situation (exit code 1). */
export type FailureKind = 'usage' | 'failure';

/**
 * An expected failure: something a person can mend. The message is one sentence naming what is wrong,
 * where, and how to fix it; it is shown as it is, without a stack trace.
 */
export class PairloopError extends Error {
  override readonly name = 'PairloopError';
  constructor(
    message: string,
    readonly kind: FailureKind = 'failure',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The message of anything thrown, for a log line or for the sentence shown to a person. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
