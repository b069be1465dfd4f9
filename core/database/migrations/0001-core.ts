import { sql, type Kysely } from 'kysely';

/** Settings and secrets that every role on every machine shares. Written by `core`. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table setting (
    key text primary key,
    value jsonb not null,
    updated_at timestamptz not null default now()
  )`.execute(db);
}
