import { sql } from 'kysely';
import { PairloopError, messageOf } from '../errors.js';
import { connect } from './connect.js';

const OWNER = 'pairloop_ledger';

/**
 * Gives the ledger's tables to a role that nobody can log in as, and leaves the service's role to read and append: it can then neither
 * change nor remove entries, nor switch off the triggers that refuse it, nor drop the tables. Safe to repeat.
 *
 * `adminUrl` is Pairloop's database as a superuser.
 *
 * @throws PairloopError when it is not, or there is no such role.
 */
export async function separateLedger(adminUrl: string, serviceRole: string): Promise<void> {
  const db = connect(adminUrl, 1);
  try {
    await db.transaction().execute(async (tx) => {
      await sql`do $$ begin create role ${sql.id(OWNER)} nologin; exception when duplicate_object or unique_violation then null; end $$`.execute(tx);
      await sql`alter schema ledger owner to ${sql.id(OWNER)}`.execute(tx);
      for (const table of ['record', 'entry', 'node', 'checkpoint']) {
        await sql`alter table ledger.${sql.id(table)} owner to ${sql.id(OWNER)}`.execute(tx);
      }
      for (const name of ['refuse_change', 'refuse_loss']) await sql`alter function ledger.${sql.id(name)}() owner to ${sql.id(OWNER)}`.execute(tx);
      await sql`grant usage on schema ledger to ${sql.id(serviceRole)}`.execute(tx);
      await sql`grant select, insert on all tables in schema ledger to ${sql.id(serviceRole)}`.execute(tx);
      await sql`grant delete on ledger.record to ${sql.id(serviceRole)}`.execute(tx);
    });
  } catch (error) {
    throw new PairloopError(`The ledger could not be taken from the role ${serviceRole} (${messageOf(error)}); connect as a superuser, and name the role the service uses.`, 'failure', { cause: error });
  } finally {
    await db.destroy();
  }
}
