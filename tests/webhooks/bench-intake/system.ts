import { sql } from 'kysely';
import { loadConfig } from '../../../core/config.js';
import { connect, type Db } from '../../../core/database/connect.js';
import { migrate } from '../../../core/database/migrate.js';
import { ensureSecrets, type Secrets } from '../../../core/database/secrets.js';
import { createSupervisor } from '../../../core/running/supervise.js';
import { roleProcess } from '../../../cli/system/role-process.js';
import { databaseUrl, startDatabaseServer } from '../../support/database-server.js';
import { freePortRun } from '../../support/free-ports.js';
import { buildPairloop, newDataFolder, removeDataFolder } from '../../support/pairloop-process.js';

const PORTS = 6;

/** A database of the benchmark's own and the roles as `pairloop up` runs them: processes of their own, as built. */
export interface IntakeSystem {
  readonly db: Db;
  readonly url: string;
  readonly secrets: Secrets;
  readonly port: number;
  /** Starts a role; its process id. */
  start(role: 'webhooks' | 'worker'): Promise<number>;
  stop(): Promise<void>;
}

/** Label Studio is out of reach: what the roles ask of it fails, and is tried again in vain. */
export async function startIntakeSystem(): Promise<IntakeSystem> {
  buildPairloop();
  const server = await startDatabaseServer();
  const name = `pairloop_bench_${process.pid}`;
  const admin = connect(server.serverUrl, 1);
  await sql`create database ${sql.id(name)}`.execute(admin);
  const url = databaseUrl(server.serverUrl, name);
  const db = connect(url, 4);
  await migrate(db);
  const dataDir = newDataFolder();
  const [first] = await freePortRun(PORTS);
  const config = loadConfig({ PAIRLOOP_DATA: dataDir, PAIRLOOP_PORT: String(first), PAIRLOOP_LOG_LEVEL: 'warn' });
  const supervisor = createSupervisor({ dataDir, say: (line) => console.error(line) });
  const connections = { databaseUrl: url, labelStudio: { url: 'http://127.0.0.1:1', apiKey: 'none' }, publicUrl: config.publicUrl };
  return {
    db,
    url,
    secrets: await ensureSecrets(db),
    port: config.webhooksPort,
    async start(role) {
      await supervisor.start(roleProcess(role, config, connections));
      return supervisor.pidOf(role) ?? 0;
    },
    async stop() {
      await supervisor.stop();
      await db.destroy();
      await sql`drop database ${sql.id(name)} with (force)`.execute(admin);
      await admin.destroy();
      await server.stop();
      removeDataFolder(dataDir);
    },
  };
}
