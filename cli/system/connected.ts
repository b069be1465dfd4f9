import { loadConfig } from '../../core/config.js';
import { assertReachable, connect, type Db } from '../../core/database/connect.js';
import { ensureSecrets } from '../../core/database/secrets.js';
import { resolveConnections, resolveDatabaseUrl } from '../../core/running/running-file.js';
import type { ProjectParts } from './project.js';

/** Runs a command's work with the running system's database, and lets go of it after. */
export function withDatabase<T>(work: (db: Db) => Promise<T>): Promise<T> {
  return onDatabase(resolveDatabaseUrl(loadConfig()), work);
}

/** The same for work that needs Label Studio too. */
export function withSystem<T>(work: (system: Omit<ProjectParts, 'secrets'>) => Promise<T>): Promise<T> {
  const { databaseUrl, labelStudio, publicUrl } = resolveConnections(loadConfig());
  return onDatabase(databaseUrl, (db) => work({ db, labelStudio, publicUrl }));
}

/** The same for work that needs the shared secrets too; they are made if the database has none. */
export function withProjectParts<T>(work: (parts: ProjectParts) => Promise<T>): Promise<T> {
  return withSystem(async (system) => work({ ...system, secrets: await ensureSecrets(system.db) }));
}

async function onDatabase<T>(databaseUrl: string, work: (db: Db) => Promise<T>): Promise<T> {
  const db = connect(databaseUrl, 4);
  try {
    await assertReachable(db, databaseUrl);
    return await work(db);
  } finally {
    await db.destroy();
  }
}
