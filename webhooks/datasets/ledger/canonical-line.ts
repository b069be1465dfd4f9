import { z } from 'zod';
import { canonicalJson, type Json } from './canonical-json.js';
import { LEDGER_SCHEMA } from './entry.js';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const versionSchema = z.object({ v: z.number().optional(), pairloop_ledger: z.number().optional() });

/** A line read as what it should be, or what is wrong with it. */
export type ReadLine<T> = { readonly value: T } | { readonly problem: string };

/** Reads one line, without its line break, that must be canonical JSON of this shape. */
export function readCanonicalLine<T extends Json>(line: Buffer, schema: z.ZodType<T>): ReadLine<T> {
  const parsed = parse(line);
  if (parsed === undefined) return { problem: 'is no JSON' };
  const version = versionSchema.safeParse(parsed.json).data;
  const newest = Math.max(version?.v ?? 0, version?.pairloop_ledger ?? 0);
  if (newest > LEDGER_SCHEMA) return { problem: `has schema ${newest}, and this Pairloop reads up to ${LEDGER_SCHEMA}; verify it with the version that wrote it` };
  const { data, error } = schema.safeParse(parsed.json);
  if (error !== undefined) return { problem: `does not have the form of a ledger's line (${error.issues[0]?.path.join('.') ?? ''}: ${error.issues[0]?.message ?? ''})` };
  return isCanonical(data, parsed.text) ? { value: data } : { problem: 'is not written in the one canonical way' };
}

function parse(line: Buffer): { text: string; json: unknown } | undefined {
  try {
    const text = UTF8.decode(line);
    return { text, json: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function isCanonical(value: Json, text: string): boolean {
  try {
    return canonicalJson(value) === text;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
