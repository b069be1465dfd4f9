import type { z } from 'zod';
import { incomingPairSchema, type IncomingPair } from '../../core/domain/pair.js';
import { Faults } from '../../core/files/faults.js';
import type { FileRecord } from '../../core/files/jsonl.js';

const KNOWN_FIELDS = new Set(Object.keys(incomingPairSchema.shape));

/** Turns records into pairs and notes what is wrong, in one record or between several. */
export class PairCollector {
  readonly pairs: IncomingPair[] = [];
  readonly ignoredFields = new Set<string>();
  readonly faults: Faults;
  private readonly placeById = new Map<string, string>();
  private embeddingLength: { readonly length: number; readonly where: string } | undefined;

  constructor(fileName: string) {
    this.faults = new Faults(fileName, 'nothing was imported');
  }

  take({ where, value }: FileRecord): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.faults.add({ where, problem: 'is not a JSON object; each line must be one pair' });
      return;
    }
    const parsed = incomingPairSchema.safeParse(value);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) this.addIssue(where, value, issue);
      return;
    }
    const unstorable = findUnstorable(parsed.data, '');
    if (unstorable !== undefined) this.faults.add({ where, ...unstorable });
    this.checkId(where, parsed.data.id);
    if (parsed.data.embedding !== undefined) this.checkEmbedding(where, parsed.data.embedding);
    for (const field of Object.keys(value)) if (!KNOWN_FIELDS.has(field)) this.ignoredFields.add(field);
    this.pairs.push(parsed.data);
  }

  private addIssue(where: string, record: object, issue: z.core.$ZodIssue): void {
    const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], record);
    const field = issue.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('').replace(/^\./, '');
    const missing = value === undefined && issue.code === 'invalid_type';
    this.faults.add({ where, field, value, problem: missing ? 'is missing; every pair needs it' : issue.message });
  }

  private checkId(where: string, id: string): void {
    const first = this.placeById.get(id);
    if (first === undefined) this.placeById.set(id, where);
    else this.faults.add({ where, field: 'id', value: id, problem: `is already the id of ${first}; give each pair its own` });
  }

  private checkEmbedding(where: string, embedding: readonly number[]): void {
    this.embeddingLength ??= { length: embedding.length, where };
    const { length, where: first } = this.embeddingLength;
    if (embedding.length !== length) {
      this.faults.add({ where, field: 'embedding', problem: `has ${embedding.length} numbers, that of ${first} has ${length}; all must have the same length` });
    }
    const index = embedding.findIndex((number) => !Number.isFinite(Math.fround(number)));
    if (index !== -1) {
      this.faults.add({ where, field: `embedding[${index}]`, value: embedding[index], problem: 'does not fit float32 (about ±3.4e38)' });
    }
  }
}

/** The first text that PostgreSQL or UTF-8 cannot hold: a NUL character or half a surrogate pair. */
function findUnstorable(value: unknown, path: string): { field: string; problem: string } | undefined {
  if (typeof value === 'string') {
    if (value.includes('\0')) return { field: path, problem: 'contains the character U+0000, which cannot be stored; remove it' };
    if (/\p{Surrogate}/u.test(value)) return { field: path, problem: 'contains half a surrogate pair, which is no character; remove it' };
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = findUnstorable(key, path) ?? findUnstorable(inner, path === '' ? key : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
