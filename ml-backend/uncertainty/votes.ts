import type { Verdict } from '../../core/domain/verdict.js';
import { PairloopError } from '../../core/errors.js';
import type { Matrix } from '../numerics/matrix.js';

/** What a reward head learns from: one row, target and prompt per vote or accepted pair. */
export interface ComparedPairs {
  /** Features of response A less those of response B. */
  readonly differences: Matrix;
  /** From 0 (B won) to 1 (A won); ½ is a tie, what lies between a consensus that is not sure. */
  readonly targets: Float64Array;
  /** Number of the prompt: pairs of one prompt are never on both sides of a split. */
  readonly prompts: Int32Array;
}

/**
 * What a verdict teaches a head. A tie is half a win for each (as draws in a Bradley–Terry model usually are): that two
 * answers are about equal draws their scores together, and leaving ties out would make a head too sure of pairs
 * that people cannot tell apart. `both_bad` teaches nothing (undefined): it compares the two with a standard, not with each other.
 */
export function targetOf(verdict: Verdict): number | undefined {
  const targets = { a: 1, b: 0, tie: 0.5, both_bad: undefined } as const satisfies Record<Verdict, number | undefined>;
  return targets[verdict];
}

/** @throws PairloopError (usage) for lengths that differ, numbers that are not finite, targets outside [0, 1]. Names the first. */
export function assertCompared({ differences: { data, rows, columns }, targets, prompts }: ComparedPairs): void {
  if (data.length !== rows * columns) refuse(`The differences hold ${data.length} numbers; ${rows} × ${columns} need ${rows * columns}.`);
  if (targets.length !== rows) refuse(`There are ${targets.length} targets for ${rows} pairs; give one for each.`);
  if (prompts.length !== rows) refuse(`There are ${prompts.length} prompts for ${rows} pairs; give one for each.`);
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong !== -1) refuse(`The differences hold ${data[wrong]} at row ${Math.floor(wrong / columns)}, column ${wrong % columns} (counted from 0); every number must be finite.`);
  const outside = targets.findIndex((target) => !(target >= 0 && target <= 1));
  if (outside !== -1) refuse(`The target of row ${outside} (counted from 0) is ${targets[outside]}; it must be from 0 (B won) to 1 (A won).`);
}

/** The rows named, in that order. */
export function takeRows({ differences, targets, prompts }: ComparedPairs, rows: ArrayLike<number>): ComparedPairs {
  const { data, columns } = differences;
  const taken = new Float64Array(rows.length * columns);
  for (let at = 0; at < rows.length; at += 1) taken.set(data.subarray(rows[at]! * columns, (rows[at]! + 1) * columns), at * columns);
  return {
    differences: { data: taken, rows: rows.length, columns },
    targets: Float64Array.from(rows, (row) => targets[row]!),
    prompts: Int32Array.from(rows, (row) => prompts[row]!),
  };
}

function refuse(message: string): never {
  throw new PairloopError(message, 'usage');
}
