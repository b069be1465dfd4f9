import { z } from 'zod';
import { canonicalJson, type Json } from './canonical-json.js';
import { LEDGER_SCHEMA } from './entry.js';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const versionSchema = z.object({ v: z.number().optional(), pairloop_ledger: z.number().optional() });

interface Parsed {
  readonly text: string;
  readonly json: unknown;
}

/** A line read as what it should be, or what is wrong with it. */
export type ReadLine<T> = { readonly value: T } | { readonly problem: string };

/** Reads one line, without its line break, that must be canonical JSON of this shape. */
export function readCanonicalLine<T extends Json>(line: Buffer, schema: z.ZodType<T>): ReadLine<T> {
  const parsed = parse(line);
  if (parsed === undefined) return { problem: 'is no JSON' };
  const { data, error } = schema.safeParse(parsed.json);
  if (error === undefined) return isPlainlyCanonical(parsed) || isCanonical(data, parsed.text) ? { value: data } : { problem: 'is not written in the one canonical way' };
  const version = versionSchema.safeParse(parsed.json).data;
  const newest = Math.max(version?.v ?? 0, version?.pairloop_ledger ?? 0);
  if (newest > LEDGER_SCHEMA) return { problem: `has schema ${newest}, and this Pairloop reads up to ${LEDGER_SCHEMA}; verify it with the version that wrote it` };
  return { problem: `does not have the form of a ledger's line (${error.issues[0]?.path.join('.') ?? ''}: ${error.issues[0]?.message ?? ''})` };
}

function parse(line: Buffer): Parsed | undefined {
  try {
    const text = UTF8.decode(line);
    return { text, json: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/**
 * A quick yes for nearly every line: the text is what ECMAScript writes, its keys are in order, and no escape could be half a surrogate
 * pair. No says nothing.
 */
function isPlainlyCanonical({ text, json }: Parsed): boolean {
  return JSON.stringify(json) === text && !text.includes('\\ud') && hasSortedKeys(json);
}

function hasSortedKeys(json: unknown): boolean {
  if (typeof json !== 'object' || json === null) return true;
  if (Array.isArray(json)) return json.every(hasSortedKeys);
  let last = '';
  for (const [key, value] of Object.entries(json)) {
    if (key < last || !hasSortedKeys(value)) return false;
    last = key;
  }
  return true;
}

function isCanonical(value: Json, text: string): boolean {
  try {
    return canonicalJson(value) === text;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
