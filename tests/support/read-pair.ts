import type { Db } from '../../core/database/connect.js';
import { toPair } from '../../core/database/pair.js';
import type { Pair } from '../../core/domain/pair.js';

/** The pair with the team's id as it is stored, or undefined when there is none. */
export async function readPair(db: Db, id: string): Promise<Pair | undefined> {
  const row = await db.selectFrom('pair').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toPair(row);
}
