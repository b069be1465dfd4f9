import { sql } from 'kysely';
import { PairloopError, messageOf } from '../errors.js';
import { connect, withoutPassword } from './connect.js';

/**
 * Makes sure that a database with this name is on the same server as `databaseUrl`, and returns its URL.
 *
 * @throws PairloopError when it is missing and the role may not make databases.
 */
export async function ensureSisterDatabase(databaseUrl: string, name: string): Promise<string> {
  const db = connect(databaseUrl, 1);
  try {
    const found = await sql`select 1 from pg_database where datname = ${name}`.execute(db);
    if (found.rows.length === 0) await sql`create database ${sql.id(name)}`.execute(db);
  } catch (error) {
    throw new PairloopError(
      `The database ${name} for the managed Label Studio could not be made on ${withoutPassword(databaseUrl)}: ${messageOf(error)}. Make it there for the same role, or set LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY to a Label Studio of your own.`,
      'failure',
      { cause: error },
    );
  } finally {
    await db.destroy();
  }
  const url = new URL(databaseUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}
