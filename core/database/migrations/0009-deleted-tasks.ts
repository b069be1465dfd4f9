import { sql, type Kysely } from 'kysely';

/** Tombstones of Label Studio's tasks: what is annotated on one of them ends with it, also when it comes to be known later. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table deleted_task (
    task_id integer primary key,
    deleted_at timestamptz not null
  )`.execute(db);
}
