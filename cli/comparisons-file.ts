import { basename } from 'node:path';
import type { z } from 'zod';
import { comparedItemLineSchema, comparisonLineSchema } from '../core/domain/comparison.js';
import type { JudgedPair } from '../core/domain/judged-pair.js';
import { Faults } from '../core/files/faults.js';
import { readJsonl } from '../core/files/jsonl.js';
import { openFile } from '../core/files/open-file.js';

const COMPARISONS_MAX = 2_000_000;
const SHAPES = 'a line needs item, model_a, model_b and value, or id, model_a, model_b and votes';
const EXPECTED: Readonly<Record<string, string>> = {
  item: 'a text that is not empty, or a number',
  id: 'a text that is not empty, or a number',
  model_a: 'a text that is not empty',
  model_b: 'a text that is not empty',
  response_a: 'a text',
  response_b: 'a text',
  length_a: 'a whole number of characters',
  length_b: 'a whole number of characters',
};
const VERDICT = '"a", "b", "tie", "both_bad", or null for a missing vote';
const ORDER = '"ab", "ba", or null where it is unknown';

/**
 * The judged pairs of a file: `{"item", "model_a", "model_b", "value"}` a line, or `{"id", "model_a", "model_b", "votes": {rater: value}}`, also mixed;
 * with `displayed` and `response_a`, `response_b` (or `length_a`, `length_b`, in characters) where they are known.
 * At most 512 MiB and 2,000,000 votes.
 *
 * @throws PairloopError (usage) naming line, field, value and fix.
 */
export async function readComparisonsFile(path: string): Promise<JudgedPair[]> {
  const bytes = await openFile(path, 'comparisons');
  const faults = new Faults(basename(path), 'nothing was computed');
  const pairs: JudgedPair[] = [];
  for await (const { where, value } of readJsonl(bytes, faults)) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      faults.add({ where, problem: `is not a JSON object; ${SHAPES}` });
      continue;
    }
    const parsed = 'votes' in value ? readItem(value) : readLine(value);
    if (Array.isArray(parsed)) pairs.push(...parsed);
    else addIssues(faults, where, value, parsed.issues);
    if (pairs.length <= COMPARISONS_MAX) continue;
    faults.add({ where, problem: `is past ${COMPARISONS_MAX} votes, the most that are read at once; split the file` });
    break;
  }
  faults.assertNone();
  return pairs;
}

function readLine(line: object): JudgedPair[] | z.ZodError {
  const { data, error } = comparisonLineSchema.safeParse(line);
  if (error !== undefined) return error;
  return data.value === null ? [] : [{ item: data.item, ...modelsAndLengths(data), verdict: data.value, displayed: data.displayed ?? null }];
}

function readItem(line: object): JudgedPair[] | z.ZodError {
  const { data, error } = comparedItemLineSchema.safeParse(line);
  if (error !== undefined) return error;
  const shared = { item: data.id, ...modelsAndLengths(data) };
  return Object.entries(data.votes).flatMap(([rater, verdict]) => (verdict === null ? [] : [{ ...shared, verdict, displayed: data.displayed?.[rater] ?? null }]));
}

type Models = Pick<z.infer<typeof comparisonLineSchema>, 'model_a' | 'model_b' | 'response_a' | 'response_b' | 'length_a' | 'length_b'>;

function modelsAndLengths(line: Models): Pick<JudgedPair, 'modelA' | 'modelB' | 'lengths'> {
  const a = line.length_a ?? charactersOf(line.response_a);
  const b = line.length_b ?? charactersOf(line.response_b);
  return { modelA: line.model_a, modelB: line.model_b, lengths: a === undefined || b === undefined ? null : [a, b] };
}

/** Code points, as PostgreSQL counts them. */
function charactersOf(response: Models['response_a']): number | undefined {
  return response === undefined || response === null ? undefined : Array.from(String(response)).length;
}

function addIssues(faults: Faults, where: string, line: object, issues: readonly z.core.$ZodIssue[]): void {
  for (const { path } of issues) {
    const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], line);
    const field = path.join('.');
    const expected = EXPECTED[field] ?? (path[0] === 'displayed' ? ORDER : VERDICT);
    faults.add({ where, field, value, problem: value === undefined ? `is missing; ${SHAPES}` : `must be ${expected}` });
  }
}
