import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { TestProject } from 'vitest/node';
import { connect } from '../../core/database/connect.js';
import { prepareEmbeddedDatabase } from '../../core/database/embedded.js';
import { migrate } from '../../core/database/migrate.js';
import { createSupervisor } from '../../core/running/supervise.js';
import { freePort } from './free-ports.js';

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
  const server = await startDatabaseServer();
  const { serverUrl } = server;
  const admin = connect(serverUrl, 1);
  await sql`create database ${sql.id(TEMPLATE)}`.execute(admin);
  const template = connect(databaseUrl(serverUrl, TEMPLATE), 2);
  await migrate(template);
  await template.destroy();
  project.provide('databaseServerUrl', serverUrl);
  project.provide('databaseTemplate', TEMPLATE);
  return async () => {
    await sql`drop database ${sql.id(TEMPLATE)} with (force)`.execute(admin);
    await admin.destroy();
    await server.stop();
  };
}

/** A PostgreSQL server on which databases may be made. */
interface Server {
  readonly serverUrl: string;
  stop(): Promise<void>;
}

/** The server at PAIRLOOP_TEST_DATABASE_URL, which `stop` leaves running, else an embedded one. */
export async function startDatabaseServer(): Promise<Server> {
  return givenServer() ?? (await embeddedServer());
}

function givenServer(): Server | undefined {
  const serverUrl = process.env['PAIRLOOP_TEST_DATABASE_URL'];
  return serverUrl === undefined ? undefined : { serverUrl, stop: () => Promise.resolve() };
}

/** The embedded PostgreSQL, in a folder that is removed afterwards. */
async function embeddedServer(): Promise<Server> {
  const dataDir = mkdtempSync(join(tmpdir(), 'pairloop-test-database-'));
  chmodSync(dataDir, 0o711);
  const database = await prepareEmbeddedDatabase(dataDir, await freePort());
  const supervisor = createSupervisor({ dataDir, say: (line) => console.error(line) });
  await supervisor.start(database.child);
  return {
    serverUrl: database.serverUrl,
    async stop() {
      await supervisor.stop();
      for (const folder of [dataDir, database.outsideFolder]) if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The same server's URL for another database. */
export function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
