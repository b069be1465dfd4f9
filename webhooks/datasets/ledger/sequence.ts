import { sql } from 'kysely';
import type { Db, Tx } from '../../../core/database/connect.js';
import { removeRecords, type LedgerKind } from '../../../core/database/ledger-record.js';
import { PairloopError } from '../../../core/errors.js';
import { LEDGER_SCHEMA, NO_PREVIOUS, entryBytes, entrySchema } from './entry.js';
import { MerkleFrontier, leafHash, type TreeNode } from './merkle-tree.js';
import { readFrontier } from './stored-tree.js';

const BATCH = 1_000;
/** Clocks of several machines differ a little; by more than this, one of them is wrong. */
const CLOCK_TOLERANCE_MS = 60_000;

/** The end of the ledger, to which entries are added. */
interface Tail {
  readonly frontier: MerkleFrontier;
  readonly previous: string;
  readonly sealedAt: string;
}
interface NewEntry {
  readonly seq: number;
  readonly record_id: number;
  readonly kind: LedgerKind;
  readonly bytes: Buffer;
  readonly leaf_hash: Buffer;
}

/**
 * Gives every record that is committed its place in the ledger, in batches of one transaction each, and returns how many there were. One
 * writer at a time, on whatever machine; killed anywhere, the next run goes on.
 *
 * @throws PairloopError when this machine's clock is more than a minute behind the last entry; nothing is lost, the records wait.
 */
export async function sequenceRecords(db: Db, now: () => Date): Promise<number> {
  for (let total = 0; ; ) {
    const count = await db.transaction().execute((tx) => sequenceBatch(tx, now()));
    total += count;
    if (count < BATCH) return total;
  }
}

async function sequenceBatch(tx: Tx, now: Date): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtext('pairloop.ledger'))`.execute(tx);
  const records = await tx.selectFrom('ledger.record').selectAll().orderBy('id').limit(BATCH).execute();
  if (records.length === 0) return 0;
  const tail = await readTail(tx);
  const sealedAt = sealingTime(tail.sealedAt, now);
  let previous = tail.previous;
  const nodes: TreeNode[] = [];
  const entries = records.map((one): NewEntry => {
    const seq = tail.frontier.size;
    const bytes = entryBytes(entrySchema.parse({ v: LEDGER_SCHEMA, seq, kind: one.kind, at: one.recorded_at.toISOString(), sealed_at: sealedAt, facts: one.facts, previous }));
    const hash = leafHash(bytes);
    nodes.push(...tail.frontier.append(hash));
    previous = hash.toString('hex');
    return { seq, record_id: one.id, kind: one.kind, bytes, leaf_hash: hash };
  });
  await store(tx, entries, nodes);
  return records.length;
}

async function readTail(tx: Tx): Promise<Tail> {
  const last = await tx.selectFrom('ledger.entry').select(['seq', 'bytes', 'leaf_hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst();
  if (last === undefined) return { frontier: new MerkleFrontier(), previous: NO_PREVIOUS, sealedAt: '' };
  const { sealed_at: sealedAt } = entrySchema.parse(JSON.parse(last.bytes.toString()));
  return { frontier: await readFrontier(tx, last.seq + 1), previous: last.leaf_hash.toString('hex'), sealedAt };
}

/** Now, or the last entry's time where this clock is a little behind it. Both are ISO 8601 in UTC, which sort as text. */
function sealingTime(last: string, now: Date): string {
  const own = now.toISOString();
  if (own >= last) return own;
  if (new Date(last).getTime() - now.getTime() <= CLOCK_TOLERANCE_MS) return last;
  throw new PairloopError(`The clock went back: here it is ${own}, and the ledger's last entry was made at ${last}. Set this machine's clock; until then records wait, none is lost.`);
}

async function store(tx: Tx, entries: readonly NewEntry[], nodes: readonly TreeNode[]): Promise<void> {
  await tx.insertInto('ledger.entry').values([...entries]).execute();
  if (nodes.length > 0) await tx.insertInto('ledger.node').values([...nodes]).execute();
  await removeRecords(tx, entries.map((one) => one.record_id));
}
