import { sql, type Kysely } from 'kysely';

/**
 * What a selection round was asked for and what it looked at, so that it can be watched, cancelled, taken up again
 * after a kill, and repeated bit for bit. Written by `ml-backend`. Rounds that are there keep their picks; what they
 * looked at is not known any more.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `alter table selection_round
    drop constraint selection_round_state_check,
    add constraint selection_round_state_check check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
    alter column state set default 'waiting',
    -- Beside strategy, weight and k; as parsed, every default filled in.
    add column options jsonb not null default '{}',
    -- The batch whose open items are ranked again; null where the pool is ranked.
    add column batch_id bigint,
    -- The id of the reward head that gave the uncertainties, or 'none'.
    add column head text,
    -- When what it looks at was stored. From then on the picks are decided.
    add column prepared_at timestamptz,
    add column progress_step text check (progress_step in ('embedding', 'picking')),
    add column progress_done integer,
    add column progress_total integer`,
  `create index selection_round_project on selection_round (project_id, id)`,
  `create index selection_round_unfinished on selection_round (id) where state in ('waiting', 'running')`,
  `create table selection_input (
    round_id bigint not null references selection_round (id),
    -- Its row, from 0: rows are in code unit order of the ids.
    place integer not null,
    pair_id text not null references pair (id),
    domain text not null,
    -- Labelled or being labelled: never picked, but distances count from it.
    is_center boolean not null,
    -- As it was then; null where nothing was known.
    uncertainty double precision,
    priority double precision,
    -- Of the vector's bytes as stored.
    vector_sha256 bytea not null,
    primary key (round_id, place)
  )`,
];
