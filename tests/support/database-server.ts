import type { TestProject } from 'vitest/node';
import { connect } from '../../core/database/connect.js';
import { migrate } from '../../core/database/migrate.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of a PostgreSQL server on which tests may create databases. */
    databaseServerUrl: string;
    databaseTemplate: string;
  }
}

/** Name of the migrated database that each test file clones. */
const TEMPLATE = `pairloop_template_${process.pid}`;

/**
 * Gives the database tests a server: the one at PAIRLOOP_TEST_DATABASE_URL, else an embedded one.
 * One migrated template is made; `createTestDatabase` clones it.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const serverUrl = process.env['PAIRLOOP_TEST_DATABASE_URL'];
  if (serverUrl === undefined) throw new Error('set PAIRLOOP_TEST_DATABASE_URL');
  const admin = connect(serverUrl, 1);
  const { sql } = await import('kysely');
  await sql`create database ${sql.id(TEMPLATE)}`.execute(admin);
  const template = connect(databaseUrl(serverUrl, TEMPLATE), 2);
  await migrate(template);
  await template.destroy();
  project.provide('databaseServerUrl', serverUrl);
  project.provide('databaseTemplate', TEMPLATE);
  return async () => {
    await sql`drop database ${sql.id(TEMPLATE)} with (force)`.execute(admin);
    await admin.destroy();
  };
}

/** The same server's URL for another database. */
export function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
