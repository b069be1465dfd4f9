import { expect } from 'vitest';
import { PairloopError } from '../../core/errors.js';

/** The message with which a promise is rejected; fails unless it is one about wrong usage. */
export async function usageRefusal(run: Promise<unknown>): Promise<string> {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(PairloopError);
  expect((error as PairloopError).kind).toBe('usage');
  return (error as PairloopError).message;
}
