import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Db } from '../../core/database/connect.js';
import { annotationRecordSchema } from '../../webhooks/intake/annotation-record.js';
import { applyAnnotation, applyDeletion, applyTaskDeletion } from '../../webhooks/intake/apply.js';
import { settleVotes } from '../../webhooks/intake/settle-votes.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { seedProject } from '../support/seed-project.js';
import { uuidOf, verdictResult, wire, type ResultParts, type WireOptions } from './annotation-wire.js';

const SEED = 20_260_101;
const queue = { send: async () => {} };
const DELETED_AT = new Date('2026-02-01T00:00:00Z');
const TASK_DELETED_AT = new Date('2026-02-02T00:00:00Z');
let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
  await seedProject(db, 1, [101, 102]);
});
afterAll(() => database.drop());
beforeEach(forget);

async function forget(): Promise<void> {
  await sql`truncate annotation, deleted_task, vote, gold_check, consensus, accepted_pair, journal, rater cascade`.execute(db);
  await db.updateTable('project').set({ journal_required: false }).execute();
}

type Happening = { readonly kind: 'state'; readonly state: WireOptions; readonly witness: 'delivery' | 'api' } | { readonly kind: 'deletion'; readonly ids: number[] } | { readonly kind: 'task deletion'; readonly ids: number[] };

async function apply(one: Happening): Promise<void> {
  await db.transaction().execute(async (tx) => {
    if (one.kind === 'deletion') return applyDeletion(tx, one.ids, DELETED_AT, queue);
    if (one.kind === 'task deletion') return applyTaskDeletion(tx, one.ids, TASK_DELETED_AT, queue);
    const shown = wire(one.state);
    // The API hides unique_id.
    const record = annotationRecordSchema.parse(one.witness === 'api' ? { ...shown, unique_id: null } : shown);
    return applyAnnotation(tx, record, one.witness, queue);
  });
}

/** Everything that follows from the events, without the times at which it was written and the random pseudonyms. */
async function outcome() {
  const raters = new Map((await db.selectFrom('rater').selectAll().execute()).map((one) => [one.id, one.label_studio_user_id]));
  const votes = await db.selectFrom('vote').selectAll().orderBy('annotation_id').execute();
  const consensus = await db.selectFrom('consensus').select(['pair_id', 'state', 'vote_counts', 'verdict', 'agreement']).orderBy('pair_id').execute();
  return {
    annotations: await db.selectFrom('annotation').selectAll().orderBy('id').execute(),
    votes: votes.map(({ rater_id, ...vote }) => ({ ...vote, user: raters.get(rater_id) })),
    // A pair whose last vote was taken back and one that never had a vote are the same.
    consensus: consensus.filter((one) => Object.keys(one.vote_counts).length > 0),
    accepted: await db.selectFrom('accepted_pair').select(['pair_id', 'verdict', 'vote_count', 'agreement']).orderBy('pair_id').execute(),
  };
}

/** What any order of the events must come to: each annotation's newest state, deletions last. */
async function expectedOutcome(happenings: readonly Happening[]) {
  await forget();
  const states = happenings.filter((one) => one.kind === 'state').sort((one, other) => (one.state.version ?? 0) - (other.state.version ?? 0));
  for (const one of states) await apply(one);
  for (const one of happenings) if (one.kind !== 'state') await apply(one);
  return outcome();
}

const PARTS: readonly ResultParts[] = [
  {},
  { strength: 'much', flags: ['unsafe', 'stale'], staleDate: '2026-05' },
  { strength: 'slightly', meta: { view: '1', displayed: 'ba', verdict_ms: 12.5, reading_ms: 4000 } },
];

/** Up to 4 annotations of 3 users on 2 tasks, in up to 4 states each, and what is deleted of both; a state is the same whoever shows it. */
const happenings: fc.Arbitrary<Happening[]> = fc
  .array(fc.record({ verdicts: fc.array(fc.constantFrom('a', 'b', 'tie', 'both_bad', 'left', 'skip'), { minLength: 1, maxLength: 4 }), parts: fc.constantFrom(...PARTS), task: fc.constantFrom(101, 102, 999), user: fc.integer({ min: 1, max: 3 }), deleted: fc.boolean() }), { minLength: 1, maxLength: 4 })
  .chain((annotations) => fc.tuple(fc.constant(annotations), fc.subarray([101, 102, 999], { maxLength: 2 })))
  .chain(([annotations, tasks]) => {
    const told: Happening[] = annotations.flatMap(({ verdicts, parts, task, user, deleted }, index): Happening[] => {
      const id = index + 1;
      const states = verdicts.map((verdict, version): WireOptions => ({ id, task, user, version, ...(verdict === 'skip' ? { cancelled: true } : { verdict, parts: version % 2 === 0 ? parts : {} }) }));
      const shown = states.flatMap((state): Happening[] => [
        { kind: 'state', state, witness: 'delivery' },
        { kind: 'state', state, witness: 'api' },
      ]);
      return deleted ? [...shown, { kind: 'deletion', ids: [id] }] : shown;
    });
    const all: Happening[] = tasks.length === 0 ? told : [...told, { kind: 'task deletion', ids: tasks }];
    return fc.shuffledSubarray(all, { minLength: all.length });
  });

test(`any order and repetition of events comes to the same (seed ${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(happenings, fc.array(fc.nat(), { maxLength: 5 }), async (events, again) => {
      const expected = await expectedOutcome(events);
      await forget();
      for (const one of [...events, ...again.map((index) => events[index % events.length]!)]) await apply(one);
      expect(await outcome()).toEqual(expected);
    }),
    { seed: SEED, numRuns: 25 },
  );
}, 120_000);

test(`applying at once comes to the same as one after another (seed ${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(happenings, async (events) => {
      const expected = await expectedOutcome(events);
      await forget();
      await Promise.all([...events, ...events].map(apply));
      expect(await outcome()).toEqual(expected);
    }),
    { seed: SEED, numRuns: 10 },
  );
}, 120_000);

test('of two annotations by one rater, applied by two workers at once, one counts', async () => {
  await apply({ kind: 'state', witness: 'delivery', state: { id: 9, task: 102 } });
  const record = (id: number) => annotationRecordSchema.parse(wire({ id, task: 101, version: id }));
  let second: Promise<void> | undefined;
  await db.transaction().execute(async (tx) => {
    await applyAnnotation(tx, record(1), 'delivery', queue);
    second = apply({ kind: 'state', witness: 'delivery', state: { id: 2, task: 101, version: 2 } });
    // Long enough for the second worker to read what the first one has not committed yet, if nothing held it back.
    await new Promise((done) => setTimeout(done, 200));
  });
  await second;
  const { votes, consensus } = await outcome();
  expect(votes.filter((one) => one.pair_id === 'seed-1-101').map((one) => one.not_counted_reason)).toEqual(['replaced by annotation 2', null]);
  expect(consensus).toMatchObject([{ vote_counts: { a: 1 } }, { vote_counts: { a: 1 } }]);
});

test('an annotation that moves to another task or user leaves no vote behind', async () => {
  await apply({ kind: 'state', witness: 'delivery', state: { id: 1, task: 101, user: 1, version: 0 } });
  await apply({ kind: 'state', witness: 'delivery', state: { id: 1, task: 102, user: 2, version: 1 } });
  const { votes, consensus } = await outcome();
  expect(votes).toMatchObject([{ pair_id: 'seed-1-102', user: 2 }]);
  expect(consensus).toMatchObject([{ pair_id: 'seed-1-102', vote_counts: { a: 1 } }]);
});

test('two agreeing votes accept the pair, and a deletion takes it back', async () => {
  for (const user of [1, 2]) await apply({ kind: 'state', witness: 'delivery', state: { id: user, task: 101, user } });
  expect((await outcome()).accepted).toMatchObject([{ pair_id: 'seed-1-101', verdict: 'a', vote_count: 2 }]);
  await apply({ kind: 'deletion', ids: [2] });
  expect((await outcome()).accepted).toEqual([]);
});

test('of two states that share a time the same one stays, whatever came first', async () => {
  const states = ['a', 'tie'].map((verdict): Happening => ({ kind: 'state', witness: 'delivery', state: { id: 1, task: 101, verdict } }));
  const outcomes = [];
  for (const order of [states, [...states].reverse()]) {
    await forget();
    for (const one of order) await apply(one);
    outcomes.push(await outcome());
  }
  expect(outcomes[0]).toEqual(outcomes[1]);
});

test('where the journal is required a vote counts only with its row, and says why not', async () => {
  await db.updateTable('project').set({ journal_required: true }).execute();
  const journalled = { label_studio_user_id: 1, kind: 'submit' as const, task_id: 101, unique_id: uuidOf(1), body: JSON.stringify({ result: verdictResult('a'), lead_time: 3.5 }) };
  await db.insertInto('journal').values(journalled).execute();
  await apply({ kind: 'state', witness: 'delivery', state: { id: 1, task: 101, user: 1 } });
  await apply({ kind: 'state', witness: 'delivery', state: { id: 2, task: 101, user: 2 } });
  await apply({ kind: 'state', witness: 'delivery', state: { id: 3, task: 101, user: 1 } });
  const { votes, consensus } = await outcome();
  expect(votes.map((one) => [one.annotation_id, one.counted, one.not_counted_reason])).toEqual([
    [1, true, null],
    [2, false, 'submitted to Label Studio without going through the gateway'],
    [3, false, 'submitted to Label Studio without going through the gateway'],
  ]);
  expect(consensus).toMatchObject([{ vote_counts: { a: 1 } }]);
});

test('strength, flags, a stale claim and all that the view measured are stored; deriving again mends one of them alone', async () => {
  const meta = { view: '1', displayed: 'ba', first_paint_ms: 80, first_interaction_ms: 900, verdict_ms: 4000.5, active_ms: 5000, reading_ms: 3000 };
  const parts: ResultParts = { strength: 'much', flags: ['unsafe', 'stale'], staleDate: '2026-05', meta };
  const state = (version: number, changed: ResultParts) => apply({ kind: 'state', witness: 'delivery', state: { id: 1, task: 101, version, parts: { ...parts, ...changed } } });
  const stored = async () => (await outcome()).votes.map(({ strength, flags, stale_date, meta: noted }) => ({ strength, flags, stale_date, meta: noted }));
  const first = { strength: 'much', flags: { a: [], b: ['stale', 'unsafe'] }, stale_date: '2026-05', meta };
  await state(0, {});
  expect(await stored()).toEqual([first]);
  const changes: [ResultParts, object][] = [
    [{ strength: 'slightly' }, { strength: 'slightly' }],
    [{ flags: ['unsafe'] }, { flags: { a: [], b: ['unsafe'] } }],
    [{ staleDate: '2024' }, { stale_date: '2024' }],
    [{ meta: { ...meta, verdict_ms: 1 } }, { meta: { ...meta, verdict_ms: 1 } }],
  ];
  for (const [index, [change, after]] of changes.entries()) {
    await state(index + 1, change);
    expect(await stored()).toEqual([{ ...first, ...after }]);
  }
  await state(changes.length + 1, {});
  for (const column of ['strength', 'flags', 'stale_date', 'meta']) {
    await sql`update vote set ${sql.ref(column)} = null`.execute(db);
    await db.transaction().execute((tx) => settleVotes(tx, { taskId: 101, userId: 1 }, queue));
    expect(await stored()).toEqual([first]);
  }
});

test('times are kept to the microsecond', async () => {
  await apply({ kind: 'state', witness: 'api', state: { id: 1, task: 101, version: 122 } });
  const { rows } = await sql<{ text: string }>`select to_char(updated_at at time zone 'utc', 'SS.US') as text from annotation`.execute(db);
  expect(rows).toEqual([{ text: '06.000123' }]);
});
