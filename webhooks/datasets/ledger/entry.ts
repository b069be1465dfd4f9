import { z } from 'zod';
import { canonicalJson } from './canonical-json.js';
import { HASH_BYTES } from './merkle-tree.js';

/** Grows when a reader of entries or of the ledger's file has to change. */
export const LEDGER_SCHEMA = 1;

const HASH = new RegExp(`^[0-9a-f]{${HASH_BYTES * 2}}$`);
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** Ids, numbers and salted hashes; no text of a pair, and nothing nested deeper than a list. */
const factsSchema = z.record(z.string(), z.union([scalar, z.array(scalar)]));

/** One line of the ledger. `previous` is the leaf hash of the entry before, so that the chain and the Merkle tree share their hashes. */
export const entrySchema = z.strictObject({
  v: z.literal(LEDGER_SCHEMA),
  seq: z.int().nonnegative(),
  kind: z.string().min(1),
  /** When it happened: the time of the transaction that recorded it. */
  at: z.iso.datetime(),
  /** When it was given its place; never goes back from one entry to the next. */
  sealed_at: z.iso.datetime(),
  facts: factsSchema,
  previous: z.string().regex(HASH),
});
export type Entry = z.infer<typeof entrySchema>;

/** What stands before the first entry. */
export const NO_PREVIOUS = '0'.repeat(HASH_BYTES * 2);

/** An entry's bytes, which are hashed and exported: canonical JSON, without a line break. */
export function entryBytes(entry: Entry): Buffer {
  return Buffer.from(canonicalJson(entry));
}
