import { Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import { PairloopError, messageOf } from '../errors.js';
import type { Database } from './tables.js';

/** A connection pool, or a transaction on it: what a query function takes. */
export type Db = Kysely<Database>;
export type Tx = Transaction<Database>;

const INT8_OID = 20;

/** int8 comes as a number: counts and identities here stay far below 2^53, and a larger one must not be rounded silently. */
function parseInt8(value: string): number {
  const parsed = Number(value);
  if (!Number.isSafeInteger(parsed)) throw new RangeError(`int8 ${value} does not fit a JavaScript number`);
  return parsed;
}

/** Opens a pool of at most `connectionsMax` connections. Nothing is contacted before the first query. */
export function connect(databaseUrl: string, connectionsMax = 10): Db {
  const types = new pg.TypeOverrides();
  types.setTypeParser(INT8_OID, parseInt8);
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: connectionsMax,
    connectionTimeoutMillis: 5_000,
    types,
    application_name: 'pairloop',
  });
  // An idle connection that breaks (the server restarts) is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  // The same for one that breaks in the middle of a query or transaction: the query is rejected, which is where it is dealt with.
  pool.on('connect', (client) => client.on('error', () => {}));
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}

/** Hides the password of a database URL, for messages. */
export function withoutPassword(databaseUrl: string): string {
  return databaseUrl.replace(/(\/\/[^:/@]*):[^@]*@/, '$1:***@');
}

/** @throws PairloopError naming the address when the database does not answer. */
export async function assertReachable(db: Db, databaseUrl: string): Promise<void> {
  try {
    await db.selectNoFrom((eb) => eb.val(1).as('one')).execute();
  } catch (error) {
    throw new PairloopError(
      `The database at ${withoutPassword(databaseUrl)} cannot be used: ${messageOf(error)}. Check DATABASE_URL and that the server runs.`,
      'failure',
      { cause: error },
    );
  }
}
