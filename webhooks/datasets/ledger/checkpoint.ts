import { HASH_BYTES } from './merkle-tree.js';
import { openNote, signNote, type SigningKey, type VerifierKey } from './signed-note.js';

/** What a ledger was at one moment: the root of the Merkle tree over its first `size` entries. */
export interface Checkpoint {
  readonly size: number;
  readonly root: Buffer;
}

const TEXT = /^(?<origin>[^\n]+)\n(?<size>0|[1-9]\d{0,14})\n(?<root>[A-Za-z0-9+/]{43}=)\n$/;

/** A checkpoint as a signed note; the ledger's origin is the key's name (https://c2sp.org/tlog-checkpoint). */
export function signCheckpoint({ size, root }: Checkpoint, key: SigningKey): string {
  return signNote(`${key.verifier.name}\n${size}\n${root.toString('base64')}\n`, key);
}

/** The checkpoint in a note; undefined when the note is not signed by this key, is of another ledger or no checkpoint. */
export function openCheckpoint(note: string, key: VerifierKey): Checkpoint | undefined {
  const { origin, size, root } = TEXT.exec(openNote(note, key) ?? '')?.groups ?? {};
  if (origin !== key.name || size === undefined || root === undefined) return undefined;
  const bytes = Buffer.from(root, 'base64');
  return bytes.length === HASH_BYTES ? { size: Number(size), root: bytes } : undefined;
}
