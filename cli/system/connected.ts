import { loadConfig } from '../../core/config.js';
import { assertReachable, connect } from '../../core/database/connect.js';
import { ensureSecrets } from '../../core/database/secrets.js';
import { resolveConnections } from '../../core/running/running-file.js';
import type { ProjectParts } from './project.js';

/** Runs a command's work with the database and Label Studio of the running system, and lets go of them after. */
export async function withProjectParts<T>(work: (parts: ProjectParts) => Promise<T>): Promise<T> {
  const config = loadConfig();
  const { databaseUrl, labelStudio } = resolveConnections(config);
  const db = connect(databaseUrl, 4);
  try {
    await assertReachable(db, databaseUrl);
    return await work({ db, labelStudio, publicUrl: config.publicUrl, secrets: await ensureSecrets(db) });
  } finally {
    await db.destroy();
  }
}
