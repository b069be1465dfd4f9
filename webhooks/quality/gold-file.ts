import { createReadStream } from 'node:fs';
import { basename, extname } from 'node:path';
import { z } from 'zod';
import { verdictSchema, type Verdict } from '../../core/domain/verdict.js';
import { PairloopError, messageOf } from '../../core/errors.js';
import { Faults } from '../../core/files/faults.js';
import { readJsonl } from '../../core/files/jsonl.js';

/**
 * What a line of a gold file says beside its pair (the fields of a pair are read by the import): which
 * verdicts pass, in the file's sides, why, and who says so.
 */
const goldLineSchema = z
  .object({
    id: z.string().min(1),
    accepted_verdicts: z
      .array(verdictSchema)
      .min(1, 'is empty; name at least one verdict that passes')
      .max(3, 'accepts every verdict; a gold item must be able to fail'),
    explanation: z.string().refine((value) => value.trim().length > 0, 'is empty; say why, for those who failed it'),
    author: z.string().refine((value) => value.trim().length > 0, 'is empty; say who wrote it'),
  })
  .loose();

/** The answer of one gold item. `acceptedVerdicts` are in the sides of the file it came from. */
export interface GoldAnswer {
  readonly pairId: string;
  readonly acceptedVerdicts: readonly Verdict[];
  readonly explanation: string;
  readonly author: string;
}

/**
 * Reads the answers of a gold file: JSONL, each line a pair as for `pairs import` with
 * `accepted_verdicts`, `explanation` and `author`.
 *
 * @throws PairloopError (usage) when the file cannot be read or any line is wrong.
 */
export async function parseGoldFile(path: string): Promise<GoldAnswer[]> {
  if (!['.jsonl', '.ndjson'].includes(extname(path).toLowerCase())) {
    throw new PairloopError(`${path} is not named .jsonl or .ndjson; a gold file is JSONL, one gold item a line.`, 'usage');
  }
  const faults = new Faults(basename(path), 'nothing was imported');
  const answers: GoldAnswer[] = [];
  try {
    for await (const { where, value } of readJsonl(createReadStream(path), faults)) {
      const parsed = goldLineSchema.safeParse(value);
      if (parsed.success) answers.push(toAnswer(parsed.data));
      else for (const issue of parsed.error.issues) addIssue(faults, where, value, issue);
    }
  } catch (error) {
    throw new PairloopError(`The gold file ${path} cannot be read (${messageOf(error)}); check the path.`, 'usage', { cause: error });
  }
  faults.assertNone();
  if (answers.length === 0) throw new PairloopError(`${path} holds no gold items; give one JSON object a line.`, 'usage');
  return answers;
}

function toAnswer(line: z.infer<typeof goldLineSchema>): GoldAnswer {
  return {
    pairId: line.id,
    acceptedVerdicts: [...new Set(line.accepted_verdicts)],
    explanation: line.explanation,
    author: line.author,
  };
}

function addIssue(faults: Faults, where: string, record: unknown, issue: z.core.$ZodIssue): void {
  if (issue.path.length === 0) {
    faults.add({ where, problem: 'is not a JSON object; each line must be one gold item' });
    return;
  }
  const field = String(issue.path[0]);
  const value = (record as Record<string, unknown>)[field];
  faults.add({ where, field, value, problem: value === undefined ? 'is missing; every gold item needs it' : issue.message });
}
