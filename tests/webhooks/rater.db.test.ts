import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeRaterState, ensureRater } from '../../webhooks/quality/rater.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('a user has one pseudonym, also when first seen many times at once', async () => {
  const raters = await Promise.all(Array.from({ length: 8 }, () => ensureRater(database.db, 41)));
  expect(new Set(raters.map((rater) => rater.id)).size).toBe(1);
  expect(raters[0]).toMatchObject({ labelStudioUserId: 41, state: 'active', reason: null });
  expect((await ensureRater(database.db, 42)).id).not.toBe(raters[0]!.id);
});

test('pause and resume, with reasons on record', async () => {
  const pause = { labelStudioUserId: 43, to: 'paused' as const, reason: 'Two gold items failed.', decidedBy: 'lead' };
  expect(await changeRaterState(database.db, pause)).toMatchObject({ state: 'paused', reason: 'Two gold items failed.' });
  expect(await ensureRater(database.db, 43)).toMatchObject({ state: 'paused', reason: 'Two gold items failed.' });
  const resumed = await changeRaterState(database.db, { ...pause, to: 'active', reason: 'Calibrated.' });
  expect(await ensureRater(database.db, 43)).toEqual({ id: resumed.id, labelStudioUserId: 43, state: 'active', reason: null });
  const history = await database.db
    .selectFrom('rater_state_change')
    .select(['from_state', 'to_state', 'reason', 'decided_by'])
    .where('rater_id', '=', resumed.id)
    .orderBy('id')
    .execute();
  expect(history).toEqual([
    { from_state: 'active', to_state: 'paused', reason: 'Two gold items failed.', decided_by: 'lead' },
    { from_state: 'paused', to_state: 'active', reason: 'Calibrated.', decided_by: 'lead' },
  ]);
});
