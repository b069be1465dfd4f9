import { sql, type Kysely } from 'kysely';
import { LABEL_NAMES, META_KEY } from '../../domain/label-names.js';

/**
 * What a project was installed with, in full; who has confirmed which guideline; and the parts of a vote
 * beside verdict, ratings and texts.
 *
 * Votes that are there get what deriving them again would give, so that it changes none of them: no
 * strength and no claim that aged (nothing asked for them), no flags on a judgement, and the view's
 * measurements from the annotation that is still stored.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  // Written by webhooks. Every version that a project ever used: a vote names its guideline by this hash.
  `create table guideline (
    -- Of the whole file's bytes, hex.
    sha256 text primary key,
    name text not null,
    version text not null,
    -- Without the file's front matter, as annotators read it.
    markdown text not null,
    stored_at timestamptz not null default now()
  )`,
  // The whole rubric as installed; null for projects made before it was kept.
  `alter table project add column rubric_definition jsonb`,
  // Written by frontend-plugin. No reference to guideline: projects made before have none stored.
  `create table guideline_acknowledgement (
    label_studio_user_id integer not null,
    guideline_sha256 text not null,
    acknowledged_at timestamptz not null,
    primary key (label_studio_user_id, guideline_sha256)
  )`,
  `alter table vote
    add column strength text check (strength in ('much', 'slightly')),
    -- Names of the flags on each canonical side: {"a": [], "b": []}. Null for a skip.
    add column flags jsonb,
    add column stale_source text,
    add column stale_date text,
    -- What the view measured and noted, as read.
    add column meta jsonb`,
  `update vote set flags = '{"a": [], "b": []}' where state = 'cast'`,
  `update vote set meta = jsonb_path_query_first(a.result,
      '$[*] ? (@.from_name == "${LABEL_NAMES.verdict}" && @.type == "choices" && @.meta != null).meta.${META_KEY}')
    from annotation a where a.id = vote.annotation_id and vote.state = 'cast' and jsonb_typeof(a.result) = 'array'`,
  // The version an annotator voted under last, and what they did today: both read for every pair that is shown.
  `create index vote_guideline on vote (rater_id, project_id, submitted_at desc) where guideline_sha256 is not null`,
  `create index journal_user_time on journal (label_studio_user_id, received_at)`,
];
