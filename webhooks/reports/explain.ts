import { sql, type RawBuilder } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import { LABEL_NAMES } from '../../core/domain/label-names.js';
import { PairloopError } from '../../core/errors.js';

/** One thing that happened to a pair. `at` is null where only the order is known. */
export interface StoryEvent {
  readonly at: Date | null;
  readonly what: string;
  /** Facts of the event by name, as JSON values. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface PairStory {
  readonly pairId: string;
  readonly opaqueId: string;
  readonly domain: string;
  readonly purpose: 'pool' | 'gold';
  readonly events: readonly StoryEvent[];
}

/** One query a kind of event; each returns the columns at, what, facts. `pairId` is bound. */
const EVENT_QUERIES: readonly ((pairId: string) => RawBuilder<unknown>)[] = [
  (pairId) => sql`select p.created_at as at, 'imported' as what, json_build_object(
      'file', i.file_name, 'source', p.source, 'consent', p.consent, 'redaction_version', p.redaction_version,
      'redactions', p.redaction_counts, 'sides_swapped', p.sides_swapped,
      'model_a', p.generation_a ->> 'model', 'model_b', p.generation_b ->> 'model') as facts
    from pair p join pair_import i on i.id = p.import_id where p.id = ${pairId}`,
  (pairId) => sql`select r.finished_at as at, 'picked' as what, json_build_object('round', r.id, 'rank', k.rank, 'score', k.score,
      'of', r.pool_size, 'strategy', r.strategy, 'weight', r.weight, 'embedder', r.embedder, 'uncertainty', r.uncertainty_source,
      'code_version', r.code_version) as facts
    from selection_pick k join selection_round r on r.id = k.round_id where k.pair_id = ${pairId}`,
  (pairId) => sql`select i.released_at as at, 'released' as what, json_build_object('project', j.title, 'batch', b.id,
      'position', i.position, 'kind', i.kind, 'task', i.task_id) as facts
    from batch_item i join batch b on b.id = i.batch_id join project j on j.id = b.project_id where i.pair_id = ${pairId}`,
  (pairId) => sql`select s.leased_at as at, 'assigned' as what, json_build_object('rater', s.rater_id, 'until', s.expires_at) as facts
    from assignment s join batch_item i on i.id = s.batch_item_id where i.pair_id = ${pairId}`,
  // What Label Studio overwrote when the annotator changed an annotation: only the journal still has it.
  (pairId) => sql`select j.received_at as at, 'earlier vote' as what, jsonb_strip_nulls(jsonb_build_object('annotation', j.annotation_id,
      'rater', r.id, 'verdict', jsonb_path_query_first(j.body, '$.result[*] ? (@.from_name == $name).value.choices[0]',
        jsonb_build_object('name', ${LABEL_NAMES.verdict}::text)))) as facts
    from journal j join annotation a on a.id = j.annotation_id join batch_item i on i.task_id = a.task_id
    left join rater r on r.label_studio_user_id = j.label_studio_user_id
    where i.pair_id = ${pairId} and j.outcome = 'stored' and j.kind in ('submit', 'update') and exists (
      select from journal l where l.annotation_id = j.annotation_id and l.id > j.id and l.outcome = 'stored' and l.kind in ('update', 'skip'))`,
  (pairId) => sql`select v.submitted_at as at, case v.state when 'cast' then 'vote' else 'skip' end as what,
      json_strip_nulls(json_build_object('rater', v.rater_id, 'verdict', v.verdict, 'strength', v.strength, 'displayed', v.displayed_order,
      'annotation', v.annotation_id, 'likert', v.likert, 'flags', nullif(v.flags, '{"a": [], "b": []}'), 'rationale', v.rationale,
      'critique', v.critique, 'policy_reference', v.policy_reference, 'stale_source', v.stale_source, 'stale_date', v.stale_date,
      'skip_reason', v.skip_reason, 'guideline', v.guideline_version, 'guideline_acknowledged_at', v.meta -> 'guideline_acknowledged_at',
      'view', v.view_version, 'counted', v.counted, 'not_counted_reason', v.not_counted_reason,
      'started_at', v.started_at, 'first_paint_ms', v.meta -> 'first_paint_ms',
      'first_interaction_ms', v.meta -> 'first_interaction_ms', 'verdict_ms', v.meta -> 'verdict_ms', 'active_ms', v.active_ms,
      'reading_ms', v.meta -> 'reading_ms', 'lead_time_s', v.lead_time_s)) as facts
    from vote v where v.pair_id = ${pairId}`,
  (pairId) => sql`select a.deleted_at as at, 'annotation deleted' as what, json_build_object('annotation', a.id) as facts
    from annotation a join batch_item i on i.task_id = a.task_id where i.pair_id = ${pairId} and a.deleted_at is not null`,
  (pairId) => sql`select g.checked_at as at, 'gold check' as what, json_build_object('rater', g.rater_id, 'verdict', g.verdict,
      'accepted', m.accepted_verdicts, 'passed', g.passed, 'annotation', g.annotation_id) as facts
    from gold_check g join gold_item m on m.pair_id = g.pair_id where g.pair_id = ${pairId}`,
  (pairId) => sql`select c.updated_at as at, 'consensus' as what, json_build_object('project', j.title, 'state', c.state,
      'votes', c.vote_counts, 'verdict', c.verdict, 'agreement', c.agreement) as facts
    from consensus c join project j on j.id = c.project_id where c.pair_id = ${pairId}`,
  (pairId) => sql`select a.accepted_at as at, 'accepted' as what, json_build_object('project', j.title, 'verdict', a.verdict,
      'votes', a.vote_count, 'agreement', a.agreement, 'rule', a.rule, 'part', a.part) as facts
    from accepted_pair a join project j on j.id = a.project_id where a.pair_id = ${pairId}`,
];

/**
 * One pair's whole story in the order of time: import, redaction, consent, rank, release, each vote and what it
 * replaced, gold checks, consensus, acceptance. Raters appear by pseudonym; the pair's text is not part of it.
 * `pair` is the team's id or the opaque id that Label Studio's task data carries.
 *
 * @throws PairloopError (usage) when no pair has that id.
 */
export async function explainPair(db: Db, pair: string): Promise<PairStory> {
  const row = await db
    .selectFrom('pair')
    .select(['id', 'opaque_id', 'domain', 'purpose'])
    .where((eb) => eb.or([eb('id', '=', pair), eb(sql<string>`opaque_id::text`, '=', pair)]))
    .executeTakeFirst();
  if (row === undefined) {
    throw new PairloopError(`No pair has the id ${JSON.stringify(pair)}; give the id of the imported file, or the opaque id in the task's data.`, 'usage');
  }
  const events: StoryEvent[] = [];
  for (const query of EVENT_QUERIES) {
    const { rows } = await query(row.id).execute(db);
    events.push(...(rows as StoryEvent[]));
  }
  // The queries stand in the order in which things happen, and the sort is stable: equal times keep it.
  const inOrder = events.toSorted((one, other) => (one.at?.getTime() ?? Infinity) - (other.at?.getTime() ?? Infinity) || 0);
  return { pairId: row.id, opaqueId: row.opaque_id, domain: row.domain, purpose: row.purpose, events: inOrder };
}
