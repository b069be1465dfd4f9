import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connect, type Db } from '../../../core/database/connect.js';
import { separateLedger } from '../../../core/database/ledger-owner.js';
import { record } from '../../../core/database/ledger-record.js';
import { saltedHashes } from '../../../core/database/salted-hash.js';
import { exportLedger } from '../../../webhooks/datasets/ledger/export-ledger.js';
import { sequenceRecords } from '../../../webhooks/datasets/ledger/sequence.js';
import { parseVerifierKey } from '../../../webhooks/datasets/ledger/signed-note.js';
import { assignTask } from '../../../webhooks/quality/assignment.js';
import { changeRaterState } from '../../../webhooks/quality/rater.js';
import { pushAccepted } from '../../../webhooks/datasets/accepted-folder.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { castVote, insertProject, newUserId, withdrawVote } from '../example-project.js';
import { verify } from './mutations.js';

let database: TestDatabase;
let dataDir: string;
let db: Db;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterAll(() => database.drop());
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'pairloop-ledger-'));
});

const now = (): Date => new Date();
const recordOne = (pair: string): Promise<void> => db.transaction().execute((tx) => record(tx, 'pair.imported', [{ pair }]));

async function entries(kind?: string): Promise<{ seq: number; kind: string; facts: Record<string, unknown> }[]> {
  await sequenceRecords(db, now);
  const rows = await db.selectFrom('ledger.entry').select('bytes').orderBy('seq').execute();
  const all = rows.map(({ bytes }) => JSON.parse(bytes.toString()) as { seq: number; kind: string; facts: Record<string, unknown> });
  return kind === undefined ? all : all.filter((one) => one.kind === kind);
}

describe('what is recorded', () => {
  test('votes, decisions, gold, states and pushes, without a word of text', async () => {
    const project = await insertProject(db, ['kinds-1', 'gold-kinds']);
    const [ann, bob] = [newUserId(), newUserId()];
    const annotation = await castVote(db, project, { pairId: 'kinds-1', userId: ann, verdict: 'a' });
    await castVote(db, project, { pairId: 'kinds-1', userId: bob, verdict: 'a' });
    await pushAccepted({ db, acceptedDir: dataDir, now }, project.id);
    await pushAccepted({ db, acceptedDir: dataDir, now }, project.id);
    await assignTask(db, { labelStudioUserId: ann, labelStudioProjectId: project.labelStudioId }, now());
    await assignTask(db, { labelStudioUserId: ann, labelStudioProjectId: project.labelStudioId }, now());
    await changeRaterState(db, { labelStudioUserId: ann, to: 'paused', reason: 'Too fast for words.', decidedBy: 'lead' });
    await withdrawVote(db, project, annotation);
    const told = (await entries()).map(({ kind }) => kind);
    expect(told.slice(-9)).toEqual(['vote.stored', 'vote.stored', 'pair.decided', 'accepted.pushed', 'gold.assigned', 'rater.state_changed', 'vote.removed', 'pair.decided'].slice(-9));
    expect((await entries('vote.stored')).at(-1)?.facts).toMatchObject({ pair: 'kinds-1', verdict: 'a', counted: true, said: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect((await entries('pair.decided')).map(({ facts }) => [facts['pair'], facts['state'], facts['verdict']])).toEqual([['kinds-1', 'accepted', 'a'], ['kinds-1', 'open', null]]);
    expect((await entries('gold.assigned'))[0]?.facts).toMatchObject({ pair: 'gold-kinds' });
    const { rows } = await sql<{ found: number }>`select count(*) as found from ledger.entry where position('Too fast'::bytea in bytes) > 0`.execute(db);
    expect(rows).toEqual([{ found: 0 }]);
  });

  test('is there exactly when its transaction committed, and once', async () => {
    const before = (await entries()).length;
    await expect(
      db.transaction().execute(async (tx) => {
        await record(tx, 'pair.imported', [{ pair: 'undone' }]);
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    await Promise.all(Array.from({ length: 30 }, (_, index) => recordOne(`many-${index}`).then(() => sequenceRecords(db, now))));
    const found = await entries();
    expect(found).toHaveLength(before + 30);
    expect(found.map(({ seq }) => seq)).toEqual(found.map((_, index) => index));
    expect(new Set(found.slice(before).map(({ facts }) => facts['pair'])).size).toBe(30);
    expect(await db.selectFrom('ledger.record').selectAll().execute()).toEqual([]);
  });

  test('a salted hash can be shown by its salt, and by nobody once that is gone', async () => {
    const texts = [{ pairId: 'salt-1', text: 'yes' }, { pairId: 'salt-2', text: 'yes' }, { pairId: 'salt-1', text: 'yes' }];
    const [one, other, again] = await db.transaction().execute((tx) => saltedHashes(tx, texts));
    expect(one).toBe(again);
    expect(one).not.toBe(other);
    await db.deleteFrom('pair_salt').where('pair_id', '=', 'salt-1').execute();
    expect((await db.transaction().execute((tx) => saltedHashes(tx, texts)))[0]).not.toBe(one);
  });
});

describe('what the database refuses', () => {
  const changes = [
    "update ledger.entry set kind = 'x'",
    'delete from ledger.entry',
    'truncate ledger.entry',
    'delete from ledger.node',
    "update ledger.checkpoint set note = ''",
    "update ledger.record set kind = 'x'",
    'truncate ledger.record',
    'delete from ledger.record',
  ];

  test('changes of entries, and the loss of a record that is none yet, to anyone', async () => {
    await entries();
    await recordOne('waiting');
    for (const change of changes) await expect(sql.raw(change).execute(db), change).rejects.toThrow('the ledger is append-only');
    expect((await entries()).at(-1)?.facts).toEqual({ pair: 'waiting' });
  });

  test('the service, once the ledger has another owner, also to switch that off', async () => {
    const role = `service_${Date.now()}`;
    await sql`create role ${sql.id(role)} login password 'service'`.execute(db);
    const url = new URL(database.url);
    await sql`alter database ${sql.id(url.pathname.slice(1))} owner to ${sql.id(role)}`.execute(db);
    await sql`grant all on all tables in schema public to ${sql.id(role)}`.execute(db);
    await separateLedger(database.url, role);
    await separateLedger(database.url, role);
    [url.username, url.password] = [role, 'service'];
    const service = connect(url.href, 2);
    try {
      await service.transaction().execute((tx) => record(tx, 'pair.imported', [{ pair: 'by the service' }]));
      expect(await sequenceRecords(service, now)).toBeGreaterThan(0);
      for (const change of [...changes.slice(0, 7), 'alter table ledger.entry disable trigger all', 'drop table ledger.entry', 'drop schema ledger cascade', 'drop function ledger.refuse_change() cascade']) {
        await expect(sql.raw(change).execute(service), change).rejects.toThrow(/permission denied|must be owner|append-only/);
      }
      await expect(sql.raw("set session_replication_role = 'replica'").execute(service)).rejects.toThrow('permission denied');
    } finally {
      await service.destroy();
      await sql`alter database ${sql.id(url.pathname.slice(1))} owner to current_user`.execute(db);
      await sql`drop owned by ${sql.id(role)}`.execute(db);
      await sql`drop role ${sql.id(role)}`.execute(db);
    }
  });
});

describe('exporting', () => {
  const deps = () => ({ db, dataDir: sharedDir, now });
  /** The ledger of this database announces one key: every export here has it. */
  const sharedDir = mkdtempSync(join(tmpdir(), 'pairloop-ledger-key-'));

  test('what is exported verifies, also against every checkpoint before', async () => {
    const first = await exportLedger(deps(), join(dataDir, 'first.jsonl'));
    await db.transaction().execute((tx) => record(tx, 'pair.imported', Array.from({ length: 2_500 }, (_, index) => ({ pair: `grown-${index}`, share: index / 7 }))));
    const second = await exportLedger(deps(), join(dataDir, 'second.jsonl'));
    expect(second).toMatchObject({ ok: true, entries: first.entries + 2_500, key: first.key });
    const pins = { key: parseVerifierKey(first.key, 'the export'), checkpoint: first.checkpoint };
    const file = readFileSync(join(dataDir, 'second.jsonl'));
    expect(verify(file, pins)).toMatchObject({ ok: true, anchor: 'checkpoint', pinnedEntries: first.entries });
    expect(statSync(join(sharedDir, 'ledger-signing-key')).mode & 0o777).toBe(0o600);
    expect(file.toString()).toContain(`"facts":{"key":"${first.key}"},"kind":"ledger.key_made"`);
    await expect(exportLedger(deps(), join(dataDir, 'second.jsonl'))).rejects.toThrow('is there already');
    await expect(exportLedger(deps(), join(dataDir, 'none', 'x.jsonl'))).rejects.toThrow('could not be exported');
  });

  test('a lost or strange key, and a clock that went back, are named, and nothing is done', async () => {
    await exportLedger(deps(), join(dataDir, 'a.jsonl'));
    const path = join(dataDir, 'b.jsonl');
    await expect(exportLedger({ ...deps(), dataDir }, path)).rejects.toThrow(/signing key .* is missing; bring that file back/);
    writeFileSync(join(dataDir, 'ledger-signing-key'), 'broken');
    await expect(exportLedger({ ...deps(), dataDir }, path)).rejects.toThrow('holds no signing key any more');
    await recordOne('late');
    const back = (ms: number) => (): Date => new Date(Date.now() - ms);
    await expect(exportLedger({ ...deps(), now: back(3_600_000) }, path)).rejects.toThrow('The clock went back');
    await expect(async () => readFileSync(path)).rejects.toThrow('ENOENT');
    expect(await exportLedger({ ...deps(), now: back(2_000) }, path)).toMatchObject({ ok: true });
    rmSync(dataDir, { recursive: true });
  });

  test('a stored ledger that was changed by force is not signed', async () => {
    await exportLedger(deps(), join(dataDir, 'before.jsonl'));
    await db.transaction().execute(async (tx) => {
      await sql`alter table ledger.entry disable trigger append_only`.execute(tx);
      await sql`update ledger.entry set leaf_hash = sha256('x') where seq = 0`.execute(tx);
      await sql`update ledger.entry set bytes = bytes || ' '::bytea where seq = 0`.execute(tx);
      await sql`alter table ledger.entry enable trigger append_only`.execute(tx);
    });
    const path = join(dataDir, 'after.jsonl');
    await expect(exportLedger(deps(), path)).rejects.toThrow('The stored ledger was changed: entry 0 is bad');
    await expect(async () => readFileSync(path)).rejects.toThrow('ENOENT');
  });
});
