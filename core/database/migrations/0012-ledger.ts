import { sql, type Kysely } from 'kysely';

/**
 * The ledger, in a schema of its own that another role can own (`separateLedger`). `record` is written by any room in the transaction
 * that it tells of; one writer at a time gives records their place as `entry`. Nothing there is ever changed or removed, but for records
 * that have become entries.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema ledger`.execute(db);
  await sql`create table ledger.record (
    id bigint generated always as identity primary key,
    kind text not null,
    facts jsonb not null,
    recorded_at timestamptz not null default now()
  )`.execute(db);
  await sql`create table ledger.entry (
    seq bigint primary key,
    record_id bigint not null unique,
    kind text not null,
    -- canonical JSON, as it was hashed
    bytes bytea not null,
    leaf_hash bytea not null
  )`.execute(db);
  await sql`create index entry_signing_key on ledger.entry (seq) where kind = 'ledger.key_made'`.execute(db);
  // The complete subtrees above the leaves.
  await sql`create table ledger.node (
    level smallint not null,
    index bigint not null,
    hash bytea not null,
    primary key (level, index)
  )`.execute(db);
  await sql`create table ledger.checkpoint (
    size bigint primary key,
    note text not null,
    signed_at timestamptz not null
  )`.execute(db);
  await refuseChanges(db);
  // Not of the ledger: a pair that is withdrawn loses its salt, and its hashes then say nothing any more.
  await sql`create table pair_salt (
    pair_id text primary key,
    salt bytea not null
  )`.execute(db);
}

async function refuseChanges(db: Kysely<unknown>): Promise<void> {
  await sql`create function ledger.refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception 'the ledger is append-only: % of ledger.% is refused', lower(tg_op), tg_table_name using errcode = 'restrict_violation';
    end $$`.execute(db);
  await sql`create function ledger.refuse_loss() returns trigger language plpgsql as $$
    begin
      if exists (select from ledger.entry where record_id = old.id) then return old; end if;
      raise exception 'the ledger is append-only: record % is no entry yet', old.id using errcode = 'restrict_violation';
    end $$`.execute(db);
  for (const table of ['entry', 'node', 'checkpoint']) {
    await sql`create trigger append_only before update or delete or truncate on ledger.${sql.id(table)} for each statement execute function ledger.refuse_change()`.execute(db);
  }
  await sql`create trigger append_only before update or truncate on ledger.record for each statement execute function ledger.refuse_change()`.execute(db);
  await sql`create trigger no_loss before delete on ledger.record for each row execute function ledger.refuse_loss()`.execute(db);
}
