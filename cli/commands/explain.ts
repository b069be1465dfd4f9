import { defineCommand } from 'citty';
import { explainPair } from '../../webhooks/reports/explain.js';
import { renderStory } from '../story-lines.js';
import { withDatabase } from '../system/connected.js';

export const explainCommand = defineCommand({
  meta: { name: 'explain', description: "One pair's whole story, from its import to the accepted folder." },
  args: {
    pair: { type: 'positional', description: "The pair's id, or its opaque id.", required: true },
    json: { type: 'boolean', description: 'Print one JSON document.' },
  },
  run: ({ args }) =>
    withDatabase(async (db) => {
      const story = await explainPair(db, args.pair);
      process.stdout.write(args.json === true ? `${JSON.stringify(story)}\n` : renderStory(story));
    }),
});
