import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Db, Tx } from '../../../core/database/connect.js';
import { record } from '../../../core/database/ledger-record.js';
import { PairloopError } from '../../../core/errors.js';
import { writePrivateFile } from '../../../core/running/private-file.js';
import { entrySchema } from './entry.js';
import { makeSigningKey, parseSigningKey, type SigningKey } from './signed-note.js';

const FILE = 'ledger-signing-key';

/**
 * The key that signs this ledger: made at the first call, kept in the data folder for its owner only, and announced in the ledger itself.
 *
 * @throws PairloopError when the ledger announces a key and the folder has none, or another.
 */
export async function ensureSigningKey(db: Db, dataDir: string): Promise<SigningKey> {
  const path = join(dataDir, FILE);
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('pairloop.ledger_key'))`.execute(tx);
    const announced = await readAnnounced(tx);
    if (announced !== undefined && !existsSync(path)) {
      throw new PairloopError(`The ledger's signing key ${path} is missing; bring that file back from a backup. The ledger goes on without it, and can be exported again once it is back (public key ${announced}).`);
    }
    if (!existsSync(path)) writePrivateFile(path, makeSigningKey(`pairloop/${randomBytes(8).toString('hex')}`));
    const key = parseSigningKey(readFileSync(path, 'utf8'), path);
    if (announced === undefined) await record(tx, 'ledger.key_made', [{ key: key.verifier.text }]);
    else if (announced !== key.verifier.text) {
      throw new PairloopError(`${path} is the key ${key.verifier.text}, but this ledger is signed with ${announced}; bring that key back from a backup, or set PAIRLOOP_DATA to the folder it is in.`);
    }
    return key;
  });
}

async function readAnnounced(tx: Tx): Promise<string | undefined> {
  const entry = await tx.selectFrom('ledger.entry').select('bytes').where('kind', '=', 'ledger.key_made').orderBy('seq').limit(1).executeTakeFirst();
  const waiting = await tx.selectFrom('ledger.record').select('facts').where('kind', '=', 'ledger.key_made').orderBy('id').limit(1).executeTakeFirst();
  const facts = entry === undefined ? waiting?.facts : entrySchema.parse(JSON.parse(entry.bytes.toString())).facts;
  return facts === undefined ? undefined : String(facts['key']);
}
