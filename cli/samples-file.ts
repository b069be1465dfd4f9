import { basename } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../core/errors.js';
import { Faults } from '../core/files/faults.js';
import { readJsonl } from '../core/files/jsonl.js';
import { openFile } from '../core/files/open-file.js';
import { selfConsistencyVariance, tokenUncertainty } from '../ml-backend/uncertainty/given-samples.js';

const verdictSample = z.enum(['a', 'b', 'tie']).transform((verdict) => ({ a: 1, b: 0, tie: 0.5 })[verdict]);
const tokenLine = z.strictObject({ token_logprobs_a: z.array(z.number()), token_logprobs_b: z.array(z.number()) });
const sampleLine = z.strictObject({ samples: z.array(z.union([z.number(), verdictSample])) });
const SHAPES = 'give {"token_logprobs_a": […], "token_logprobs_b": […]} or {"samples": […]}, of numbers or "a", "b", "tie"';

/**
 * One uncertainty a line, in the file's order, from what came with the pairs: token log-probabilities of both responses, or
 * repeated answers about the pair. Undefined where a line has too little to tell.
 *
 * @throws PairloopError (usage) naming every line that is neither, or mixes the two kinds with other lines: they have different units.
 */
export async function readSampleUncertainties(path: string): Promise<(number | undefined)[]> {
  const faults = new Faults(basename(path), 'nothing was computed');
  const values: (number | undefined)[] = [];
  let kind: string | undefined;
  for await (const { where, value } of readJsonl(await openFile(path, 'samples'), faults)) {
    try {
      const read = readLine(value);
      if (read === undefined) faults.add({ where, problem: `is not one pair's samples; ${SHAPES}` });
      else if (kind !== undefined && kind !== read.kind) faults.add({ where, problem: `has ${read.kind} where earlier lines have ${kind}; give one kind a file` });
      else values.push(read.uncertainty);
      kind ??= read?.kind;
    } catch (error) {
      faults.add({ where, problem: messageOf(error) });
    }
  }
  faults.assertNone();
  return values;
}

function readLine(value: unknown): { kind: string; uncertainty: number | undefined } | undefined {
  const tokens = tokenLine.safeParse(value);
  if (tokens.success) return { kind: 'token_logprobs', uncertainty: tokenUncertainty(tokens.data.token_logprobs_a, tokens.data.token_logprobs_b) };
  const repeated = sampleLine.safeParse(value);
  return repeated.success ? { kind: 'samples', uncertainty: selfConsistencyVariance(repeated.data.samples) } : undefined;
}
