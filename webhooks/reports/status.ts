import { sql } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import type { Strength, Verdict } from '../../core/domain/verdict.js';
import { readGaps, readLastCheck, type Gaps, type LastCheck } from '../intake/gaps.js';
import { agreementReport } from '../statistics/agreement-report.js';
import type { Estimate } from '../statistics/bootstrap.js';
import { readLabelledVotes } from './labelled-votes.js';

/** How one project stands. Counts of votes are of votes that count, one per rater and pair. */
export interface ProjectStatus {
  readonly projectId: number;
  readonly labelStudioProjectId: number;
  readonly title: string;
  readonly guideline: string;
  readonly rule: string;
  readonly batches: { readonly shipped: number; readonly building: number };
  readonly pairs: { readonly total: number; readonly open: number; readonly accepted: number; readonly disputed: number };
  readonly votes: {
    readonly cast: number;
    readonly skipped: number;
    readonly notCounted: number;
    readonly raters: number;
    readonly byVerdict: Partial<Record<Verdict, number>>;
    /** How many verdicts for A or B were said to be how clear. */
    readonly byStrength: Partial<Record<Strength, number>>;
    /** How many votes set a flag, on one side or both, by its name. */
    readonly byFlag: Readonly<Record<string, number>>;
  };
  readonly accepted: Partial<Record<Verdict, number>>;
  readonly gold: { readonly items: number; readonly passed: number; readonly failed: number };
  readonly agreement: { readonly percent: Estimate; readonly alpha: Estimate };
  readonly gaps: Gaps;
  readonly lastCheck: LastCheck;
}

export interface Status {
  /** Pairs that may become part of a batch, and those nobody agreed to the use of. */
  readonly pool: { readonly pairs: number; readonly withoutConsent: number; readonly gold: number };
  readonly raters: { readonly active: number; readonly paused: number };
  readonly projects: readonly ProjectStatus[];
}

/** Intervals in the status are the same at every call on the same votes. */
const BOOTSTRAP = { seed: 1 };

/** Reads how the pool, the raters and every project stand. Nothing is changed. Cost: one pass over the votes. */
export async function readStatus(db: Db): Promise<Status> {
  const pool = await one<Status['pool']>(db, sql`select
    count(*) filter (where purpose = 'pool') as pairs,
    count(*) filter (where purpose = 'pool' and consent is null) as "withoutConsent",
    count(*) filter (where purpose = 'gold') as gold from pair`);
  const raters = await one<Status['raters']>(db, sql`select
    count(*) filter (where not paused) as active, count(*) filter (where paused) as paused from (
      select r.state = 'paused' or exists (select from rater_standing s where s.rater_id = r.id and s.state in ('paused', 'retraining')) as paused from rater r
    ) rater`);
  const ids = await db.selectFrom('project').select('id').orderBy('id').execute();
  const projects: ProjectStatus[] = [];
  for (const { id } of ids) projects.push(await readProjectStatus(db, id));
  return { pool, raters, projects };
}

async function readProjectStatus(db: Db, projectId: number): Promise<ProjectStatus> {
  const project = await db.selectFrom('project').selectAll().where('id', '=', projectId).executeTakeFirstOrThrow();
  const votes = (await readLabelledVotes(db, projectId)).filter(({ dimension, repeat }) => dimension === undefined && repeat === undefined);
  const report = agreementReport(votes, BOOTSTRAP);
  return {
    projectId,
    labelStudioProjectId: project.label_studio_id,
    title: project.title,
    guideline: `${project.guideline_version} (${project.guideline_sha256.slice(0, 12)})`,
    rule: `${project.votes_min} to ${project.votes_max} votes, agreement at least ${project.agreement_min}`,
    batches: await one(db, sql`select count(*) filter (where state = 'shipped') as shipped,
      count(*) filter (where state = 'building') as building from batch where project_id = ${projectId}`),
    pairs: await one(db, sql`select count(*) as total, count(*) filter (where coalesce(c.state, 'open') = 'open') as open,
      count(*) filter (where c.state = 'accepted') as accepted, count(*) filter (where c.state = 'disputed') as disputed
      from (select distinct i.pair_id from batch_item i join batch b on b.id = i.batch_id
            where b.project_id = ${projectId} and i.kind = 'pair') asked
      left join consensus c on c.project_id = ${projectId} and c.pair_id = asked.pair_id`),
    votes: {
      ...(await one<{ skipped: number; notCounted: number }>(db, sql`select
        count(*) filter (where v.state = 'skipped') as skipped,
        count(*) filter (where v.state = 'cast' and not v.counted) as "notCounted"
        from vote v where v.project_id = ${projectId}`)),
      cast: votes.length,
      raters: report.n.raters,
      byVerdict: tally(votes.map((vote) => vote.value as Verdict)),
      ...(await readMarks(db, projectId)),
    },
    accepted: await countAccepted(db, projectId),
    gold: await one(db, sql`select
      (select count(distinct i.pair_id) from batch_item i join batch b on b.id = i.batch_id
        where b.project_id = ${projectId} and i.kind = 'gold') as items,
      count(*) filter (where g.passed) as passed, count(*) filter (where not g.passed) as failed
      from gold_check g join vote v on v.annotation_id = g.annotation_id where v.project_id = ${projectId}`),
    agreement: { percent: report.percentAgreement, alpha: report.krippendorffAlpha },
    gaps: await readGaps(db, projectId),
    lastCheck: await readLastCheck(db, projectId),
  };
}

/** Strengths and flags of the same votes, counted; empty where none was given. */
async function readMarks(db: Db, projectId: number): Promise<Pick<ProjectStatus['votes'], 'byStrength' | 'byFlag'>> {
  return one(db, sql`with counted as (
      select v.strength, v.flags from vote v join batch_item i on i.id = v.batch_item_id
      where v.project_id = ${projectId} and v.state = 'cast' and v.counted and i.kind = 'pair'
    ), flagged as (
      select name, count(*) as votes from counted, lateral (
        select distinct jsonb_array_elements_text((flags -> 'a') || (flags -> 'b')) as name) as each_flag group by name
    ) select
      (select coalesce(jsonb_object_agg(strength, votes), '{}') from (
        select strength, count(*) as votes from counted where strength is not null group by strength) as by_strength) as "byStrength",
      (select coalesce(jsonb_object_agg(name, votes), '{}') from flagged) as "byFlag"`);
}

async function countAccepted(db: Db, projectId: number): Promise<Partial<Record<Verdict, number>>> {
  const rows = await db
    .selectFrom('accepted_pair')
    .select((eb) => ['verdict', eb.fn.countAll<number>().as('count')])
    .where('project_id', '=', projectId)
    .groupBy('verdict')
    .execute();
  return Object.fromEntries(rows.map(({ verdict, count }) => [verdict, count]));
}

function tally(verdicts: readonly Verdict[]): Partial<Record<Verdict, number>> {
  const counts: Partial<Record<Verdict, number>> = {};
  for (const verdict of verdicts) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return counts;
}

async function one<T>(db: Db, query: ReturnType<typeof sql>): Promise<T> {
  const { rows } = await query.execute(db);
  return rows[0] as T;
}
