import { defineCommand } from 'citty';
import { loadConfig } from '../../core/config.js';
import { ensureSecrets } from '../../core/database/secrets.js';
import { withDatabase } from '../system/connected.js';

const tokenSubcommand = defineCommand({
  meta: { name: 'token', description: 'Print the token of the HTTP API: PAIRLOOP_API_TOKEN if set, else the one made at the first start.' },
  run: () =>
    withDatabase(async (db) => {
      const token = loadConfig().apiToken ?? (await ensureSecrets(db)).api;
      process.stdout.write(`${token}\n`);
    }),
});

export const apiCommand = defineCommand({
  meta: { name: 'api', description: 'The HTTP API for ML engineers.' },
  subCommands: { token: tokenSubcommand },
});
