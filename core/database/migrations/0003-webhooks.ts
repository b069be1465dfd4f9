import { sql, type Kysely } from 'kysely';

/** Projects, batches, raters, votes, gold and accepted pairs. Written by `webhooks`. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table project (
    id bigint generated always as identity primary key,
    label_studio_id integer not null unique,
    title text not null,
    rubric text not null,
    guideline_version text not null,
    guideline_sha256 text not null,
    label_config_hash text not null,
    votes_min integer not null default 2 check (votes_min >= 1),
    votes_max integer not null default 3 check (votes_max >= votes_min),
    -- A pair is accepted when at least votes_min were cast and this share of them agrees; 0.66 is two of three.
    agreement_min double precision not null default 0.66 check (agreement_min > 0.5 and agreement_min <= 1),
    -- Only votes that came through the gateway's journal count.
    journal_required boolean not null default true,
    -- When reconciliation last began to list what had changed in Label Studio, and when all of it.
    listed_at timestamptz,
    fully_listed_at timestamptz,
    created_at timestamptz not null default now()
  )`,
  `create table batch (
    id bigint generated always as identity primary key,
    project_id bigint not null references project (id),
    -- A round becomes one batch, however often that is asked for.
    round_id bigint unique,
    state text not null default 'building' check (state in ('building', 'shipped')),
    created_at timestamptz not null default now(),
    shipped_at timestamptz
  )`,
  `create index batch_project on batch (project_id)`,
  `create table batch_item (
    id bigint generated always as identity primary key,
    batch_id bigint not null references batch (id),
    pair_id text not null references pair (id),
    kind text not null check (kind in ('pair', 'gold')),
    position integer not null,
    -- The Label Studio task; null until it was created there.
    task_id integer unique,
    -- Set before the task is created: with a null task_id it says that Label Studio may have it already.
    released_at timestamptz,
    -- The pair is accepted or disputed: nobody is asked any more. Never true for gold.
    settled boolean not null default false,
    unique (batch_id, position),
    unique (batch_id, pair_id)
  )`,
  `create index batch_item_unsettled on batch_item (batch_id, position) where not settled`,
  `create index batch_item_pair on batch_item (pair_id)`,
  `create table rater (
    id uuid primary key,
    label_studio_user_id integer not null unique,
    state text not null default 'active' check (state in ('active', 'paused')),
    state_reason text,
    created_at timestamptz not null default now()
  )`,
  `create table rater_state_change (
    id bigint generated always as identity primary key,
    rater_id uuid not null references rater (id),
    from_state text not null,
    to_state text not null,
    reason text not null,
    decided_by text not null,
    changed_at timestamptz not null default now()
  )`,
  `create table assignment (
    batch_item_id bigint not null references batch_item (id),
    rater_id uuid not null references rater (id),
    leased_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (batch_item_id, rater_id)
  )`,
  `create index assignment_rater on assignment (rater_id, expires_at)`,
  // What Label Studio posted, without the task's text. Applied once by the worker.
  `create table delivery (
    id bigint generated always as identity primary key,
    received_at timestamptz not null default now(),
    action text not null,
    label_studio_project_id integer,
    body jsonb not null,
    body_sha256 text not null,
    applied_at timestamptz,
    -- Why nothing had to be done: the event changes no annotation, or the project is not Pairloop's.
    ignored_reason text,
    failure text
  )`,
  `create index delivery_unapplied on delivery (id) where applied_at is null`,
  // The newest known state of each annotation, from deliveries and from Label Studio's API alike.
  `create table annotation (
    id integer primary key,
    task_id integer,
    label_studio_project_id integer,
    label_studio_user_id integer,
    unique_id uuid,
    result jsonb,
    was_cancelled boolean not null default false,
    lead_time_s double precision,
    created_at timestamptz,
    updated_at timestamptz,
    -- A tombstone: nothing takes it back.
    deleted_at timestamptz,
    -- Why no vote can be read from it, although its task is an item of a batch.
    unusable_reason text,
    -- Which witnesses have shown it.
    seen_in_delivery boolean not null default false,
    seen_in_api boolean not null default false
  )`,
  `create index annotation_task on annotation (task_id)`,
  `create index annotation_unique_id on annotation (unique_id)`,
  `create table vote (
    annotation_id integer primary key references annotation (id),
    project_id bigint not null references project (id),
    batch_item_id bigint not null references batch_item (id),
    pair_id text not null references pair (id),
    rater_id uuid not null references rater (id),
    state text not null check (state in ('cast', 'skipped')),
    verdict text check (verdict in ('a', 'b', 'tie', 'both_bad')),
    likert jsonb,
    rationale text,
    critique text,
    policy_reference text,
    skip_reason text,
    displayed_order text check (displayed_order in ('ab', 'ba')),
    guideline_version text,
    guideline_sha256 text,
    label_config_hash text,
    view_version text,
    started_at timestamptz,
    submitted_at timestamptz not null,
    active_ms double precision,
    lead_time_s double precision,
    counted boolean not null,
    not_counted_reason text,
    check ((state = 'cast') = (verdict is not null))
  )`,
  `create index vote_item on vote (batch_item_id, rater_id)`,
  `create index vote_pair on vote (project_id, pair_id, rater_id)`,
  // The answers live here and nowhere else: Label Studio shows everything to everybody.
  `create table gold_item (
    pair_id text primary key references pair (id),
    accepted_verdicts jsonb not null,
    explanation text not null,
    author text not null,
    state text not null default 'active' check (state in ('active', 'suspended', 'retired')),
    created_at timestamptz not null default now()
  )`,
  `create table gold_check (
    annotation_id integer primary key references annotation (id),
    pair_id text not null references gold_item (pair_id),
    rater_id uuid not null references rater (id),
    verdict text not null,
    passed boolean not null,
    checked_at timestamptz not null default now()
  )`,
  `create table consensus (
    project_id bigint not null references project (id),
    pair_id text not null references pair (id),
    state text not null check (state in ('open', 'accepted', 'disputed')),
    vote_counts jsonb not null,
    verdict text,
    agreement double precision,
    updated_at timestamptz not null default now(),
    primary key (project_id, pair_id)
  )`,
  `create table accepted_pair (
    project_id bigint not null references project (id),
    pair_id text not null references pair (id),
    verdict text not null check (verdict in ('a', 'b', 'tie', 'both_bad')),
    vote_count integer not null,
    agreement double precision not null,
    rule text not null,
    accepted_at timestamptz not null default now(),
    -- Which file of the accepted folder holds it.
    part integer not null,
    primary key (project_id, pair_id)
  )`,
];
