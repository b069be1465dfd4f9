import { createReadStream, existsSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { sql } from 'kysely';
import type { Db, Tx } from '../../../core/database/connect.js';
import { PairloopError, messageOf } from '../../../core/errors.js';
import { openCheckpoint, signCheckpoint } from './checkpoint.js';
import { NO_PREVIOUS } from './entry.js';
import { closingLine, headerLine } from './ledger-file.js';
import { planConsistency, provesConsistency } from './merkle-tree.js';
import { sequenceRecords } from './sequence.js';
import type { SigningKey, VerifierKey } from './signed-note.js';
import { ensureSigningKey } from './signing-key.js';
import { readFrontier, readNodes } from './stored-tree.js';
import { LedgerVerifier, type Consistent } from './verify-ledger.js';

const ENTRIES_PER_READ = 2_000;

export interface LedgerDeps {
  readonly db: Db;
  readonly dataDir: string;
  readonly now: () => Date;
}

/** The ledger at one moment. */
interface Signed {
  readonly key: SigningKey;
  readonly size: number;
  readonly note: string;
  /** The checkpoint before this one, if there is one. */
  readonly earlier: string | undefined;
}

/**
 * Writes the whole ledger to a new file, with a checkpoint signed now. The file is verified, also against the checkpoint before, and only
 * then given its name: what is exported verifies.
 *
 * @returns what verifying it said, and the checkpoint's note.
 * @throws PairloopError when the file is there already or cannot be written, the signing key is lost, the clock went back, or the stored
 * ledger was changed.
 */
export async function exportLedger(deps: LedgerDeps, path: string): Promise<Consistent & { checkpoint: string }> {
  if (existsSync(path)) throw new PairloopError(`${path} is there already; give a new path, an exported ledger is not written over.`, 'usage');
  const key = await ensureSigningKey(deps.db, deps.dataDir);
  await sequenceRecords(deps.db, deps.now);
  const signed = await signStored(deps, key);
  const draft = `${path}.${process.pid}.unfinished`;
  try {
    await writeFile(deps.db, draft, signed);
    const found = await verifyFile(draft, key.verifier, signed.earlier);
    await rename(draft, path);
    return { ...found, checkpoint: signed.note };
  } catch (error) {
    if (error instanceof PairloopError) throw error;
    throw new PairloopError(`The ledger could not be exported to ${path} (${messageOf(error)}); make its folder writable, or free its disk.`, 'failure', { cause: error });
  } finally {
    await rm(draft, { force: true });
  }
}

/** Signs what is stored, once it is shown to begin with what was signed before. */
async function signStored({ db, now }: LedgerDeps, key: SigningKey): Promise<Signed> {
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('pairloop.ledger'))`.execute(tx);
    const last = await tx.selectFrom('ledger.entry').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
    const size = (last?.seq ?? -1) + 1;
    const earlier = await tx.selectFrom('ledger.checkpoint').select('note').orderBy('size', 'desc').limit(1).executeTakeFirst();
    const checkpoint = { size, root: (await readFrontier(tx, size)).root() };
    if (earlier !== undefined) await assertGrown(tx, earlier.note, checkpoint, key.verifier);
    const note = signCheckpoint(checkpoint, key);
    await tx.insertInto('ledger.checkpoint').values({ size, note, signed_at: now() }).onConflict((conflict) => conflict.doNothing()).execute();
    return { key, size, note, earlier: earlier?.note };
  });
}

async function assertGrown(tx: Tx, note: string, tree: { size: number; root: Buffer }, key: VerifierKey): Promise<void> {
  const earlier = openCheckpoint(note, key);
  if (earlier !== undefined && earlier.size <= tree.size) {
    const plan = planConsistency(earlier.size, tree.size);
    if (provesConsistency(earlier, tree, plan.make(await readNodes(tx, plan.nodes)))) return;
  }
  throw new PairloopError('The stored ledger does not begin with what was signed before: somebody changed it. Nothing was signed; compare it with an earlier export, and bring the database back from a backup.');
}

async function writeFile(db: Db, path: string, { key, size, note }: Signed): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.write(headerLine(key.verifier));
    const previous = await writeEntries(db, file, size);
    await file.write(closingLine(note, previous));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Writes the first `size` entries; returns the hash of the last. */
async function writeEntries(db: Db, file: FileHandle, size: number): Promise<string> {
  let previous = NO_PREVIOUS;
  for (let start = 0; start < size; start += ENTRIES_PER_READ) {
    const end = Math.min(start + ENTRIES_PER_READ, size);
    const rows = await db.selectFrom('ledger.entry').select(['bytes', 'leaf_hash']).where('seq', '>=', start).where('seq', '<', end).orderBy('seq').execute();
    const newline = Buffer.from('\n');
    await file.write(Buffer.concat(rows.flatMap(({ bytes }) => [bytes, newline])));
    previous = rows.at(-1)?.leaf_hash.toString('hex') ?? previous;
  }
  return previous;
}

async function verifyFile(path: string, key: VerifierKey, checkpoint: string | undefined): Promise<Consistent> {
  const verifier = new LedgerVerifier({ key, checkpoint });
  for await (const bytes of createReadStream(path)) verifier.feed(Buffer.from(bytes));
  const found = verifier.finish();
  if (found.ok) return found;
  throw new PairloopError(`The stored ledger was changed: ${found.problem}. Nothing was exported; bring the database back from a backup.`);
}
