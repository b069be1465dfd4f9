import { createHmac, randomBytes } from 'node:crypto';
import type { Tx } from './connect.js';

/** Rows per statement, far below PostgreSQL's 65,535 parameters. */
const CHUNK = 5_000;

export interface PairText {
  readonly pairId: string;
  readonly text: string;
}

/**
 * What stands for a text in the ledger: HMAC-SHA-256 with the salt of the pair it belongs to, hex, in the order given. Who has the text and the
 * salt can show that it was this text; who has neither can try no guesses, and once the salt is destroyed nobody can.
 */
export async function saltedHashes(tx: Tx, texts: readonly PairText[]): Promise<string[]> {
  const salts = new Map<string, Buffer>();
  const pairIds = [...new Set(texts.map(({ pairId }) => pairId))].sort();
  for (let start = 0; start < pairIds.length; start += CHUNK) {
    const ids = pairIds.slice(start, start + CHUNK);
    const made = ids.map((pair_id) => ({ pair_id, salt: randomBytes(32) }));
    await tx.insertInto('pair_salt').values(made).onConflict((conflict) => conflict.doNothing()).execute();
    const stored = await tx.selectFrom('pair_salt').selectAll().where('pair_id', 'in', ids).execute();
    for (const { pair_id: pairId, salt } of stored) salts.set(pairId, salt);
  }
  return texts.map(({ pairId, text }) => createHmac('sha256', salts.get(pairId)!).update(text).digest('hex'));
}
