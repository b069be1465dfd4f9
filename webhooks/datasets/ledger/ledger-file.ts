import { z } from 'zod';
import { canonicalJson } from './canonical-json.js';
import { LEDGER_SCHEMA } from './entry.js';
import type { VerifierKey } from './signed-note.js';

/*
 * A ledger's file: a line that says what it is, an entry a line from the first on, and a closing line with a checkpoint over all of
 * them. Each line is canonical JSON and ends in a line break, so that no byte can change without a trace.
 */

export const headerSchema = z.strictObject({
  pairloop_ledger: z.literal(LEDGER_SCHEMA),
  /** The public key of the checkpoint; its name is the ledger's. */
  key: z.string(),
});

export const closingSchema = z.strictObject({
  checkpoint: z.string(),
  /** As in an entry: the leaf hash of the one before. */
  previous: z.string(),
});

export function headerLine(key: VerifierKey): string {
  return `${canonicalJson({ pairloop_ledger: LEDGER_SCHEMA, key: key.text })}\n`;
}

export function closingLine(note: string, previous: string): string {
  return `${canonicalJson({ checkpoint: note, previous })}\n`;
}
