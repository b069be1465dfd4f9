import { defineCommand } from 'citty';
import { loadConfig } from '../../core/config.js';
import { assertReachable, connect } from '../../core/database/connect.js';
import { resolveDatabaseUrl } from '../../core/running/running-file.js';
import { explainPair } from '../../webhooks/reports/explain.js';
import { renderStory } from '../story-lines.js';

export const explainCommand = defineCommand({
  meta: { name: 'explain', description: "One pair's whole story, from its import to the accepted folder." },
  args: {
    pair: { type: 'positional', description: "The pair's id, or its opaque id.", required: true },
    json: { type: 'boolean', description: 'Print one JSON document.' },
  },
  async run({ args }) {
    const databaseUrl = resolveDatabaseUrl(loadConfig());
    const db = connect(databaseUrl, 2);
    try {
      await assertReachable(db, databaseUrl);
      const story = await explainPair(db, args.pair);
      process.stdout.write(args.json === true ? `${JSON.stringify(story)}\n` : renderStory(story));
    } finally {
      await db.destroy();
    }
  },
});
