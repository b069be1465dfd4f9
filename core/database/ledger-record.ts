import type { Tx } from './connect.js';

/** Everything the ledger tells of. */
export type LedgerKind =
  | 'pair.imported'
  | 'pair.consented'
  | 'round.finished'
  | 'gold.assigned'
  | 'vote.stored'
  | 'vote.removed'
  | 'pair.decided'
  | 'rater.state_changed'
  | 'accepted.pushed'
  | 'ledger.key_made';

type Scalar = string | number | boolean | null;
/** Ids, numbers and salted hashes (`saltedHashes`); never text of a pair or a person. */
export type LedgerFacts = Readonly<Record<string, Scalar | readonly Scalar[]>>;

/** Rows per statement, far below PostgreSQL's 65,535 parameters. */
const CHUNK = 5_000;

/** Records what this transaction did: on the ledger exactly when the transaction commits. One record for each of the facts; none for an empty list. */
export async function record(tx: Tx, kind: LedgerKind, facts: readonly LedgerFacts[]): Promise<void> {
  for (let start = 0; start < facts.length; start += CHUNK) {
    const rows = facts.slice(start, start + CHUNK).map((one) => ({ kind, facts: JSON.stringify(one) }));
    await tx.insertInto('ledger.record').values(rows).execute();
  }
}

/** Removes records that have become entries; the database refuses any other. */
export async function removeRecords(tx: Tx, ids: readonly number[]): Promise<void> {
  await tx.deleteFrom('ledger.record').where((eb) => eb('id', '=', eb.fn.any(eb.val([...ids])))).execute();
}
