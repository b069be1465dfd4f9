import { sql, type Kysely } from 'kysely';

/**
 * What is known about each rater, with the vote it comes from, and where that leaves the rater in each project. Written by
 * `webhooks`. Gold checks that are there become facts; standings follow at the rater's next vote.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  // By which policy raters are paused, thresholds included; null: sequential with its defaults.
  `alter table project add column rater_policy jsonb`,
  `create table rater_fact (
    -- Its kind and the annotation, or for a person's decision an id of its own: told again it is the same fact.
    id text primary key,
    rater_id uuid not null references rater (id),
    -- Null: a person's decision, which holds in every project.
    project_id bigint references project (id),
    -- The vote it comes from; the vote may be gone.
    annotation_id integer,
    -- When the vote was submitted, or the decision made.
    at timestamptz not null,
    fact jsonb not null,
    check ((project_id is null) = (annotation_id is null))
  )`,
  `create index rater_fact_rater on rater_fact (rater_id, project_id)`,
  `create index rater_fact_annotation on rater_fact (annotation_id)`,
  `create table rater_standing (
    rater_id uuid not null references rater (id),
    project_id bigint not null references project (id),
    state text not null check (state in ('training', 'active', 'warned', 'paused', 'retraining')),
    reason text,
    -- The share of gold items that the policy asks for.
    gold_share double precision not null,
    updated_at timestamptz not null default now(),
    primary key (rater_id, project_id)
  )`,
  // Which project's policy changed the state, and by which fact; both null for a person's decision.
  `alter table rater_state_change add column project_id bigint references project (id), add column fact_id text`,
  `insert into rater_fact (id, rater_id, project_id, annotation_id, at, fact)
    select 'gold:' || g.annotation_id, g.rater_id, v.project_id, g.annotation_id, v.submitted_at,
      jsonb_build_object('kind', 'gold', 'batchId', i.batch_id, 'passed', g.passed)
    from gold_check g join vote v on v.annotation_id = g.annotation_id join batch_item i on i.id = v.batch_item_id`,
];
