import { defineCommand } from 'citty';
import { loadConfig } from '../../core/config.js';
import { assertReachable, connect } from '../../core/database/connect.js';
import { resolveDatabaseUrl } from '../../core/running/running-file.js';
import { readStatus } from '../../webhooks/reports/status.js';
import { renderStatus } from '../status-lines.js';

export const statusCommand = defineCommand({
  meta: { name: 'status', description: 'Pool, batches, votes, agreement, gold, accepted pairs, and gaps in the record.' },
  args: { json: { type: 'boolean', description: 'Print one JSON document.' } },
  async run({ args }) {
    const databaseUrl = resolveDatabaseUrl(loadConfig());
    const db = connect(databaseUrl, 2);
    try {
      await assertReachable(db, databaseUrl);
      const status = await readStatus(db);
      process.stdout.write(args.json === true ? `${JSON.stringify(status)}\n` : renderStatus(status));
    } finally {
      await db.destroy();
    }
  },
});
