import { sql, type Kysely } from 'kysely';

/** The gateway's journal: every submission, committed before it was forwarded. Written by `frontend-plugin`. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table journal (
    id bigint generated always as identity primary key,
    received_at timestamptz not null default now(),
    label_studio_user_id integer not null,
    kind text not null check (kind in ('submit', 'skip', 'update', 'delete')),
    task_id integer,
    annotation_id integer,
    unique_id uuid,
    -- The request's judgement: result, lead_time, started_at, was_cancelled, comment; never the pair's text.
    body jsonb not null,
    -- pending: not known yet whether Label Studio stored it.
    outcome text not null default 'pending' check (outcome in ('pending', 'stored', 'refused')),
    status integer,
    completed_at timestamptz
  )`.execute(db);
  await sql`create index journal_unique_id on journal (unique_id)`.execute(db);
  await sql`create index journal_annotation on journal (annotation_id)`.execute(db);
  await sql`create index journal_user_task on journal (label_studio_user_id, task_id)`.execute(db);
  await sql`create index journal_pending on journal (id) where outcome = 'pending'`.execute(db);
}
