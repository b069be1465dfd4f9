import { defineCommand } from 'citty';
import { readStatus } from '../../webhooks/reports/status.js';
import { renderStatus } from '../status-lines.js';
import { withDatabase } from '../system/connected.js';

export const statusCommand = defineCommand({
  meta: { name: 'status', description: 'Pool, batches, votes, agreement, gold, accepted pairs, and gaps in the record.' },
  args: { json: { type: 'boolean', description: 'Print one JSON document.' } },
  run: ({ args }) =>
    withDatabase(async (db) => {
      const status = await readStatus(db);
      process.stdout.write(args.json === true ? `${JSON.stringify(status)}\n` : renderStatus(status));
    }),
});
