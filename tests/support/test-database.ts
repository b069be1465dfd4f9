import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { inject } from 'vitest';
import { connect, type Db } from '../../core/database/connect.js';
import { databaseUrl } from './database-server.js';

export interface TestDatabase {
  readonly db: Db;
  readonly url: string;
  drop(): Promise<void>;
}

/** A migrated database of a test file's own, cloned from the template. Call `drop` in `afterAll`. */
export function createTestDatabase(): Promise<TestDatabase> {
  return createFrom(inject('databaseTemplate'));
}

/** The same without any table. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createFrom('template1');
}

async function createFrom(template: string): Promise<TestDatabase> {
  const serverUrl = inject('databaseServerUrl');
  const name = `pairloop_test_${randomUUID().replaceAll('-', '')}`;
  const admin = connect(serverUrl, 1);
  await sql`create database ${sql.id(name)} template ${sql.id(template)}`.execute(admin);
  const url = databaseUrl(serverUrl, name);
  const db = connect(url);
  return {
    db,
    url,
    async drop() {
      await db.destroy();
      await sql`drop database if exists ${sql.id(name)} with (force)`.execute(admin);
      await admin.destroy();
    },
  };
}
