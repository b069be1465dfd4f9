import { sql, type Kysely } from 'kysely';

/** The pool and the selection rounds over it. Written by `ml-backend`. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table pair_import (
    id bigint generated always as identity primary key,
    file_name text not null,
    content_sha256 text not null,
    pair_count integer not null,
    imported_at timestamptz not null default now()
  )`.execute(db);
  await sql`create table pair (
    id text primary key,
    opaque_id uuid not null unique,
    import_id bigint not null references pair_import (id),
    -- A gold item is a pair too, but never part of the pool that selection ranks.
    purpose text not null default 'pool' check (purpose in ('pool', 'gold')),
    domain text not null,
    prompt text,
    messages jsonb,
    response_a text not null,
    response_b text not null,
    -- True when canonical A is the side the file called B.
    sides_swapped boolean not null,
    checks_a jsonb,
    checks_b jsonb,
    generation_a jsonb,
    generation_b jsonb,
    difficulty text,
    safety_flags jsonb not null default '[]',
    consent jsonb,
    redaction_version text,
    redaction_counts jsonb,
    source text,
    uncertainty double precision,
    priority double precision,
    -- SHA-256 of the incoming record, to tell a repeated import from a changed pair.
    content_sha256 text not null,
    created_at timestamptz not null default now(),
    check (prompt is not null or messages is not null)
  )`.execute(db);
  await sql`create index pair_purpose_domain on pair (purpose, domain)`.execute(db);
  await sql`create table pair_embedding (
    pair_id text not null references pair (id),
    embedder text not null,
    -- float32, little endian
    vector bytea not null,
    primary key (pair_id, embedder)
  )`.execute(db);
  await sql`create table selection_round (
    id bigint generated always as identity primary key,
    project_id bigint not null,
    state text not null default 'running' check (state in ('running', 'done', 'failed')),
    strategy text not null,
    weight double precision not null,
    k integer not null,
    -- What the run used; null before it ran.
    embedder text,
    uncertainty_source text,
    code_version text,
    inputs_sha256 text,
    pool_size integer,
    elapsed_ms double precision,
    failure text,
    created_at timestamptz not null default now(),
    finished_at timestamptz
  )`.execute(db);
  await sql`create table selection_pick (
    round_id bigint not null references selection_round (id),
    -- 0 is the pair most worth a human
    rank integer not null,
    pair_id text not null references pair (id),
    score double precision not null,
    primary key (round_id, rank),
    unique (round_id, pair_id)
  )`.execute(db);
}
