import { sql, type Kysely } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { up as core } from '../../core/database/migrations/0001-core.js';
import { up as mlBackend } from '../../core/database/migrations/0002-ml-backend.js';
import { up as webhooks } from '../../core/database/migrations/0003-webhooks.js';
import { up as frontendPlugin } from '../../core/database/migrations/0004-frontend-plugin.js';
import { up as asInstalled } from '../../core/database/migrations/0005-as-installed.js';
import { up as acceptedMarks } from '../../core/database/migrations/0006-accepted-marks.js';
import { settleVotes } from '../../webhooks/intake/settle-votes.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

const RATER = '00000000-0000-4000-8000-000000000001';
const META = { view: '1.2.0', displayed: 'ba', guideline_version: '1', guideline_sha256: 'abc', verdict_ms: 812.5, active_ms: 900 };
let database: TestDatabase;
const untyped = () => database.db as unknown as Kysely<unknown>;

/** A database as it was before: a vote that the view made, one by native controls, a skip and one whose result is no list. */
beforeAll(async () => {
  database = await createEmptyDatabase();
  for (const up of [core, mlBackend, webhooks, frontendPlugin]) await up(untyped());
  const verdict = (meta: object | undefined) => [
    { from_name: 'rationale', type: 'textarea', value: { text: ['So.'] }, meta: null },
    { from_name: 'verdict', type: 'choices', value: { choices: ['a'] }, meta: meta === undefined ? null : { pairloop: meta } },
  ];
  const results = [verdict(META), verdict(undefined), [], null];
  for (const statement of [
    `insert into pair_import (file_name, content_sha256, pair_count) values ('x', 'x', 4)`,
    `insert into project (label_studio_id, title, rubric, guideline_version, guideline_sha256, label_config_hash, journal_required) values (7, 'Old', 'support', '1', 'abc', 'h', false)`,
    `insert into batch (project_id, state) values (1, 'shipped')`,
    `insert into rater (id, label_studio_user_id) values ('${RATER}', 41)`,
    ...results.flatMap((result, index) => {
      const id = index + 1;
      const vote = result === null ? [] : [voteRow(id, result.length === 0 ? undefined : id === 1 ? META : null)];
      return [
        `insert into pair (id, opaque_id, import_id, domain, prompt, response_a, response_b, sides_swapped, content_sha256)
          values ('p${id}', gen_random_uuid(), 1, 'support', 'q', 'x', 'y', false, 'x')`,
        `insert into batch_item (batch_id, pair_id, kind, position, task_id) values (1, 'p${id}', 'pair', ${id}, ${100 + id})`,
        `insert into annotation (id, task_id, label_studio_user_id, result, was_cancelled, updated_at)
          values (${id}, ${100 + id}, 41, ${result === null ? 'null' : `'${JSON.stringify(result)}'`}, ${result?.length === 0}, '2026-01-02 03:04:05Z')`,
        ...vote,
      ];
    }),
  ]) {
    await sql.raw(statement).execute(database.db);
  }
});
afterAll(() => database.drop());

/** As it was stored then. Without `meta`: a skip. */
function voteRow(id: number, meta: typeof META | null | undefined): string {
  const cast = meta !== undefined;
  const text = (value: string | undefined): string => (value === undefined ? 'null' : `'${value}'`);
  return `insert into vote (annotation_id, project_id, batch_item_id, pair_id, rater_id, state, verdict, likert, rationale, displayed_order, guideline_version,
      guideline_sha256, view_version, active_ms, submitted_at, counted, not_counted_reason)
    values (${id}, 1, ${id}, 'p${id}', '${RATER}', '${cast ? 'cast' : 'skipped'}', ${cast ? "'a', '{}', 'So.'" : 'null, null, null'}, ${text(meta?.displayed)},
      ${text(meta?.guideline_version)}, ${text(meta?.guideline_sha256)}, ${text(meta?.view)}, ${meta?.active_ms ?? 'null'}, '2026-01-02 03:04:05Z', ${cast}, ${cast ? 'null' : "'skipped'"})`;
}

const votes = () => database.db.selectFrom('vote').selectAll().orderBy('annotation_id').execute();

test('votes get their new parts, and deriving them again finds nothing to change', async () => {
  await asInstalled(untyped());
  await acceptedMarks(untyped());
  const before = await votes();
  const none = { strength: null, stale_source: null, stale_date: null };
  expect(before).toMatchObject([
    { ...none, flags: { a: [], b: [] }, meta: META, rationale: 'So.' },
    { ...none, flags: { a: [], b: [] }, meta: null },
    { ...none, flags: null, meta: null, state: 'skipped' },
  ]);
  const [project] = await database.db.selectFrom('project').selectAll().execute();
  expect(project).toMatchObject({ rubric: 'support', rubric_definition: null });
  let told = 0;
  const queue = { send: async () => void (told += 1) };
  const written = await sql<{ xmin: string }>`select xmin::text from vote order by annotation_id`.execute(database.db);
  for (const taskId of [101, 102, 103, 104]) await database.db.transaction().execute((tx) => settleVotes(tx, { taskId, userId: 41 }, queue));
  expect(await votes()).toEqual(before);
  expect((await sql<{ xmin: string }>`select xmin::text from vote order by annotation_id`.execute(database.db)).rows).toEqual(written.rows);
  expect(told).toBe(0);
});
