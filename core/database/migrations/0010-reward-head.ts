import { sql, type Kysely } from 'kysely';

/** Reward heads, each learned from the accepted pairs that a project had then. Written by `ml-backend`; none is ever changed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table reward_head (
    id bigint generated always as identity primary key,
    project_id bigint not null,
    -- Of the code that learned it.
    version text not null,
    -- Whose vectors of the two responses it weighs.
    embedder text not null,
    -- When the accepted pairs were read.
    trained_at timestamptz not null,
    accepted_seen integer not null,
    prompts integer not null,
    inverse_regularisation double precision not null,
    temperature double precision not null,
    -- float64, little endian
    weights bytea not null,
    -- Calibration on prompts that were left out; null with one prompt.
    held_out jsonb
  )`.execute(db);
  await sql`create index reward_head_project on reward_head (project_id, id)`.execute(db);
}
