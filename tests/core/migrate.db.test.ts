import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from 'kysely';
import { connect } from '../../core/database/connect.js';
import { migrate } from '../../core/database/migrate.js';
import { ensureSecrets } from '../../core/database/secrets.js';
import { TABLE_WRITERS } from '../../core/database/tables.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('migrating again, also twice at once, changes nothing', async () => {
  const other = connect(database.url, 2);
  const runs = await Promise.all([migrate(database.db), migrate(other)]);
  await other.destroy();
  expect(runs).toEqual([[], []]);
});

test('every table has a writer room, and every named table exists', async () => {
  const { rows } = await sql<{ name: string }>`select case table_schema when 'public' then '' else table_schema || '.' end || table_name as name from information_schema.tables
    where table_schema in ('public', 'ledger') and table_type = 'BASE TABLE' and table_name not like 'kysely%'`.execute(database.db);
  expect(rows.map((row) => row.name).sort()).toEqual(Object.keys(TABLE_WRITERS).sort());
});

test('two processes that start at once share the same secrets', async () => {
  const [first, second] = await Promise.all([ensureSecrets(database.db), ensureSecrets(database.db)]);
  expect(first).toEqual(second);
  expect(new Set(Object.values(first)).size).toBe(6);
  for (const secret of Object.values(first)) expect(secret).toMatch(/^[0-9a-f]{64}$/);
});
