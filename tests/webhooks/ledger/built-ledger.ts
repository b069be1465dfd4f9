import { signCheckpoint } from '../../../webhooks/datasets/ledger/checkpoint.js';
import { LEDGER_SCHEMA, NO_PREVIOUS, entryBytes } from '../../../webhooks/datasets/ledger/entry.js';
import { closingLine, headerLine } from '../../../webhooks/datasets/ledger/ledger-file.js';
import { MerkleFrontier, leafHash } from '../../../webhooks/datasets/ledger/merkle-tree.js';
import { makeSigningKey, parseSigningKey, type SigningKey } from '../../../webhooks/datasets/ledger/signed-note.js';

export function newKey(name = 'pairloop/test'): SigningKey {
  return parseSigningKey(makeSigningKey(name), 'the key of a test');
}

export type Facts = Record<string, string | number | boolean | null | string[]>;

/** A ledger's file with these facts, chained and signed as it should be, and its checkpoint. */
export function buildLedger(facts: readonly Facts[], key: SigningKey): { file: string; checkpoint: string } {
  const frontier = new MerkleFrontier();
  let previous = NO_PREVIOUS;
  const lines = facts.map((one, seq) => {
    const bytes = entryBytes({ v: LEDGER_SCHEMA, seq, kind: 'vote.counted', at: '2026-01-01T00:00:00.000Z', sealed_at: sealedAt(seq), facts: one, previous });
    const hash = leafHash(bytes);
    frontier.append(hash);
    previous = hash.toString('hex');
    return `${bytes.toString()}\n`;
  });
  const checkpoint = signCheckpoint({ size: facts.length, root: frontier.root() }, key);
  return { file: [headerLine(key.verifier), ...lines, closingLine(checkpoint, previous)].join(''), checkpoint };
}

function sealedAt(seq: number): string {
  return new Date(Date.UTC(2026, 0, 2) + Math.floor(seq / 3) * 1_000).toISOString();
}
