import { defineCommand, type CommandDef } from 'citty';
import { loadConfig } from '../../core/config.js';
import { assertReachable, connect } from '../../core/database/connect.js';
import { migrate } from '../../core/database/migrate.js';
import { PairloopError } from '../../core/errors.js';

export const migrateCommand: CommandDef = defineCommand({
  meta: { name: 'migrate', description: "Bring the database at DATABASE_URL to this version's tables." },
  async run() {
    const { databaseUrl } = loadConfig();
    if (databaseUrl === undefined) {
      throw new PairloopError('DATABASE_URL is not set; the embedded database is migrated by `pairloop up` itself.', 'usage');
    }
    const db = connect(databaseUrl);
    try {
      await assertReachable(db, databaseUrl);
      const ran = await migrate(db);
      process.stdout.write(ran.length === 0 ? 'The database is up to date.\n' : `Ran ${ran.join(', ')}.\n`);
    } finally {
      await db.destroy();
    }
  },
});
