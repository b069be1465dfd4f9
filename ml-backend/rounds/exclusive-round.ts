import { sql } from 'kysely';
import type { Db } from '../../core/database/connect.js';

/** Runs under a lock that PostgreSQL gives back when this process dies; waits while another process runs the round. */
export async function exclusively<T>(db: Db, roundId: number, work: (db: Db) => Promise<T>): Promise<T> {
  return db.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(hashtext('pairloop.selection_round'), ${roundId}::int)`.execute(connection);
    try {
      return await work(connection);
    } finally {
      await sql`select pg_advisory_unlock(hashtext('pairloop.selection_round'), ${roundId}::int)`.execute(connection);
    }
  });
}
