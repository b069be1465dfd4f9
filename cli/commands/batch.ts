import { defineCommand } from 'citty';
import { PairloopError } from '../../core/errors.js';
import { findProject } from '../find-project.js';
import { parseNumber, parseWholeNumber } from '../number-argument.js';
import { withProjectParts } from '../system/connected.js';
import { launchBatch } from '../system/project.js';

const createCommand = defineCommand({
  meta: { name: 'create', description: 'Rank the pool, mix gold in, and send the batch to annotators in Label Studio.' },
  args: {
    project: { type: 'string', valueHint: 'PROJECT', description: "The project's number in Label Studio, or its title; needed when there are several." },
    k: { type: 'string', alias: 'k', valueHint: 'N', description: 'How many pairs; 1,200 unless given.' },
    weight: { type: 'string', valueHint: 'W', description: 'Weight of uncertainty against diversity, 0 to 1; 0.6 unless given.' },
    round: { type: 'string', valueHint: 'ROUND', description: 'The picks of this selection round instead of a new one.' },
    'gold-share': { type: 'string', default: '0.1', description: 'Share of gold items in the batch, 0 to 0.5.' },
    json: { type: 'boolean', description: 'Print one JSON document.' },
  },
  run: ({ args }) =>
    withProjectParts(async (parts) => {
      const project = await findProject(parts.db, args.project);
      const settings = {
        projectId: project.id,
        round: roundOf(args),
        goldShare: parseNumber('--gold-share', args['gold-share']),
      };
      const batch = await launchBatch(parts, settings, (done, total) => process.stderr.write(`${done} of ${total} tasks in Label Studio\n`));
      const words = `Batch ${batch.batchId} for ${project.title}: ${batch.pairCount} pairs and ${batch.goldCount} gold items (uncertainty: ${batch.uncertaintySource}).`;
      process.stdout.write(args.json === true ? `${JSON.stringify(batch)}\n` : `${words}\n`);
    }),
});

/** The round that is there, or the options of a new one. */
function roundOf({ k, weight, round }: { k?: string | undefined; weight?: string | undefined; round?: string | undefined }): number | { k?: number; weight?: number } {
  if (round === undefined) return { ...(k === undefined ? {} : { k: parseNumber('-k', k) }), ...(weight === undefined ? {} : { weight: parseNumber('--weight', weight) }) };
  if (k !== undefined || weight !== undefined) throw new PairloopError('--round takes the picks of a round as they are; leave out -k and --weight.', 'usage');
  return parseWholeNumber('--round', round, Number.MAX_SAFE_INTEGER);
}

export const batchCommand = defineCommand({
  meta: { name: 'batch', description: 'Batches: what is sent to annotators.' },
  subCommands: { create: createCommand },
});
