import { defineCommand } from 'citty';
import { loadConfig } from '../../core/config.js';
import { assertReachable, connect } from '../../core/database/connect.js';
import { separateLedger } from '../../core/database/ledger-owner.js';
import { migrate } from '../../core/database/migrate.js';
import { PairloopError } from '../../core/errors.js';

export const migrateCommand = defineCommand({
  meta: { name: 'migrate', description: "Bring the database at DATABASE_URL to this version's tables." },
  args: {
    'ledger-for': { type: 'string', valueHint: 'ROLE', description: 'Take the ledger from this role, which the service uses, but for reading and appending; DATABASE_URL is then a superuser\'s.' },
  },
  async run({ args }) {
    const { databaseUrl } = loadConfig();
    if (databaseUrl === undefined) {
      throw new PairloopError('DATABASE_URL is not set; the embedded database is migrated by `pairloop up` itself.', 'usage');
    }
    const db = connect(databaseUrl);
    try {
      await assertReachable(db, databaseUrl);
      const ran = await migrate(db);
      process.stdout.write(ran.length === 0 ? 'The database is up to date.\n' : `Ran ${ran.join(', ')}.\n`);
      const role = args['ledger-for'];
      if (role === undefined) return;
      await separateLedger(databaseUrl, role);
      process.stdout.write(`The role ${role} can only read the ledger and append to it.\n`);
    } finally {
      await db.destroy();
    }
  },
});
