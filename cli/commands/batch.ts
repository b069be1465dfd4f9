import { defineCommand } from 'citty';
import { findProject } from '../find-project.js';
import { parseNumber } from '../number-argument.js';
import { withProjectParts } from '../system/connected.js';
import { launchBatch } from '../system/project.js';

const createCommand = defineCommand({
  meta: { name: 'create', description: 'Rank the pool, mix gold in, and send the batch to annotators in Label Studio.' },
  args: {
    project: { type: 'string', valueHint: 'PROJECT', description: "The project's number in Label Studio, or its title; needed when there are several." },
    k: { type: 'string', alias: 'k', default: '1200', valueHint: 'N', description: 'How many pairs.' },
    weight: { type: 'string', default: '0.6', description: 'Weight of uncertainty against diversity, 0 to 1.' },
    'gold-share': { type: 'string', default: '0.1', description: 'Share of gold items in the batch, 0 to 0.5.' },
    json: { type: 'boolean', description: 'Print one JSON document.' },
  },
  run: ({ args }) =>
    withProjectParts(async (parts) => {
      const project = await findProject(parts.db, args.project);
      const settings = {
        projectId: project.id,
        k: parseNumber('-k', args.k),
        weight: parseNumber('--weight', args.weight),
        goldShare: parseNumber('--gold-share', args['gold-share']),
      };
      const batch = await launchBatch(parts, settings, (done, total) => process.stderr.write(`${done} of ${total} tasks in Label Studio\n`));
      const words = `Batch ${batch.batchId} for ${project.title}: ${batch.pairCount} pairs and ${batch.goldCount} gold items (uncertainty: ${batch.uncertaintySource}).`;
      process.stdout.write(args.json === true ? `${JSON.stringify(batch)}\n` : `${words}\n`);
    }),
});

export const batchCommand = defineCommand({
  meta: { name: 'batch', description: 'Batches: what is sent to annotators.' },
  subCommands: { create: createCommand },
});
