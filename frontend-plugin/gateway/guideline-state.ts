import { sql } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import { LABEL_NAMES, META_KEY } from '../../core/domain/label-names.js';
import type { InstalledProject } from './installed-project.js';

/** What one annotator knows of a project's current guideline. */
export interface GuidelineState {
  /** Version they judged by before, when it is another and the current one is not yet confirmed; else null. */
  readonly changed_from: string | null;
  /** When they confirmed the current one; ISO 8601. */
  readonly acknowledged_at: string | null;
}

/** Votes are applied within seconds; this long the journal speaks for one that is not. */
const UNAPPLIED_VOTE_AGE_MAX_MS = 3_600_000;

/**
 * Reads whether an annotator has to confirm a project's guideline: when their last judgement there names
 * another version and they have not confirmed this one. Who judges here for the first time, or so far
 * only by native controls, which name no version, has nothing to confirm.
 *
 * Cost: one query; the last vote by an index, the last hour of the journal by another.
 */
export async function readGuidelineState(db: Db, { projectId, guideline }: InstalledProject, userId: number, now: Date): Promise<GuidelineState> {
  const since = new Date(now.getTime() - UNAPPLIED_VOTE_AGE_MAX_MS);
  const meta = `$.result[*] ? (@.from_name == "${LABEL_NAMES.verdict}").meta.${META_KEY}`;
  const { rows } = await sql<{ sha256: string | null; version: string | null; acknowledged_at: Date | null }>`
    with judged as (
      (select submitted_at as at, guideline_sha256 as sha256, guideline_version as version
        from vote join rater on rater.id = vote.rater_id
        where rater.label_studio_user_id = ${userId} and vote.project_id = ${projectId} and guideline_sha256 is not null
        order by submitted_at desc limit 1)
      union all
      (select received_at, noted.meta ->> 'guideline_sha256', noted.meta ->> 'guideline_version'
        from journal join batch_item on batch_item.task_id = journal.task_id join batch on batch.id = batch_item.batch_id,
          jsonb_path_query_first(journal.body, ${meta}::jsonpath) as noted (meta)
        where journal.label_studio_user_id = ${userId} and received_at > ${since} and batch.project_id = ${projectId}
          and journal.outcome <> 'refused' and noted.meta ->> 'guideline_sha256' is not null
        order by received_at desc limit 1)
    ), last as (select sha256, version from judged order by at desc limit 1)
    select last.sha256, last.version, known.acknowledged_at
    from (select) as one left join last on true
    left join guideline_acknowledgement known on known.label_studio_user_id = ${userId} and known.guideline_sha256 = ${guideline.sha256}`.execute(db);
  const { sha256, version, acknowledged_at } = rows[0]!;
  const changed = sha256 !== null && sha256 !== guideline.sha256 && acknowledged_at === null;
  return { changed_from: changed ? (version ?? sha256.slice(0, 12)) : null, acknowledged_at: acknowledged_at?.toISOString() ?? null };
}

/** Records that an annotator has read a guideline. The first time is kept, and returned. */
export async function acknowledgeGuideline(db: Db, userId: number, guidelineSha256: string, now: Date): Promise<Date> {
  const row = await db
    .insertInto('guideline_acknowledgement')
    .values({ label_studio_user_id: userId, guideline_sha256: guidelineSha256, acknowledged_at: now })
    .onConflict((conflict) =>
      // Changes nothing; without it an existing row would not be returned.
      conflict.columns(['label_studio_user_id', 'guideline_sha256']).doUpdateSet((eb) => ({ acknowledged_at: eb.ref('guideline_acknowledgement.acknowledged_at') })),
    )
    .returning('acknowledged_at')
    .executeTakeFirstOrThrow();
  return row.acknowledged_at;
}
