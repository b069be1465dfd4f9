import { hashedNgrams } from '../../../ml-backend/embedding/hashed-ngrams.js';
import { pairVector } from '../../../ml-backend/embedding/pair-vector.js';
import type { Matrix } from '../../../ml-backend/numerics/matrix.js';
import type { ComparedPairs } from '../../../ml-backend/uncertainty/votes.js';
import type { LabelledPool } from './judged-pool.js';

/** Pairs with what a head learns from, and the vectors that diversity is measured with. */
export interface EmbeddedPairs extends ComparedPairs {
  readonly vectors: Matrix;
}

/** The built-in featuriser's vectors: of A less of B for the head, the pair's own for diversity. */
export async function embedPool({ prompts, answers, pairs }: LabelledPool): Promise<EmbeddedPairs> {
  const columns = hashedNgrams.dimension;
  const [ofPrompt, ofAnswer] = [await hashedNgrams.embed(prompts), await hashedNgrams.embed(answers)];
  const differences = new Float64Array(pairs.length * columns);
  const vectors = new Float32Array(pairs.length * columns);
  for (const [row, { prompt, a, b }] of pairs.entries()) {
    const [responseA, responseB] = [ofAnswer[a]!, ofAnswer[b]!];
    differences.set(Float64Array.from(responseA, (value, at) => value - responseB[at]!), row * columns);
    vectors.set(pairVector({ prompt: ofPrompt[prompt]!, responseA, responseB }), row * columns);
  }
  return {
    differences: { data: differences, rows: pairs.length, columns },
    vectors: { data: vectors, rows: pairs.length, columns },
    targets: Float64Array.from(pairs, ({ target }) => target),
    prompts: Int32Array.from(pairs, ({ prompt }) => prompt),
  };
}

/** The pairs whose prompt is among those given. */
export function pairsOf(all: EmbeddedPairs, prompts: ReadonlySet<number>): EmbeddedPairs {
  const rows = [...all.prompts.keys()].filter((row) => prompts.has(all.prompts[row]!));
  return {
    differences: takeMatrixRows(all.differences, rows),
    vectors: takeMatrixRows(all.vectors, rows),
    targets: Float64Array.from(rows, (row) => all.targets[row]!),
    prompts: Int32Array.from(rows, (row) => all.prompts[row]!),
  };
}

function takeMatrixRows({ data, columns }: Matrix, rows: readonly number[]): Matrix {
  const taken = data.slice(0, rows.length * columns);
  for (const [at, row] of rows.entries()) taken.set(data.subarray(row * columns, (row + 1) * columns), at * columns);
  return { data: taken, rows: rows.length, columns };
}
