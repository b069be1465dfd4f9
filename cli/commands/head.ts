import { defineCommand } from 'citty';
import { loadConfig } from '../../core/config.js';
import { trainHead, type NewHead } from '../../ml-backend/rounds/train-head.js';
import { findProject } from '../find-project.js';
import { parseWholeNumber } from '../number-argument.js';
import { createSteps } from '../step-lines.js';
import { withDatabase } from '../system/connected.js';
import { runOptions } from '../system/run-options.js';

const trainSubcommand = defineCommand({
  meta: { name: 'train', description: 'Learn a reward head from the accepted pairs so far; rounds take it with --head newest.' },
  args: {
    project: { type: 'string', valueHint: 'PROJECT', description: "The project's number in Label Studio, or its title; needed when there are several." },
    seed: { type: 'string', default: '0', valueHint: 'N', description: 'Decides which prompts are left out together.' },
    json: { type: 'boolean', description: 'Print one JSON document.' },
  },
  async run({ args }) {
    const seed = parseWholeNumber('--seed', args.seed, Number.MAX_SAFE_INTEGER);
    const steps = createSteps(process.stderr);
    await withDatabase(async (db) => {
      const project = await findProject(db, args.project);
      const step = steps.begin('Reward head');
      const onEmbedded = (done: number, total: number): void => step.report(`embedded ${done} of ${total}`);
      const { now, openEmbeddingSource } = runOptions(loadConfig());
      const head = await trainHead(db, project.id, { now, seed, openEmbeddingSource, onEmbedded });
      step.done('done');
      process.stdout.write(args.json === true ? `${JSON.stringify(toJson(head))}\n` : describe(head));
    }).finally(() => steps.close());
  },
});

export const headCommand = defineCommand({
  meta: { name: 'head', description: 'Reward heads: what the accepted pairs say about the others.' },
  subCommands: { train: trainSubcommand },
});

function toJson({ id, embedder, trained }: NewHead): object {
  return { head: id, embedder, accepted: trained.votes, prompts: trained.prompts, held_out: trained.heldOut?.calibrated ?? null };
}

function describe({ id, embedder, trained: { votes, prompts, heldOut } }: NewHead): string {
  const figures = heldOut?.calibrated;
  const how = figures === undefined ? 'one prompt, nothing to test on' : `log-loss ${figures.logLoss.toFixed(3)}, Brier ${figures.brier.toFixed(3)}, ECE ${figures.ece.toFixed(3)}`;
  return `Reward head ${id} learned from ${votes} accepted pairs of ${prompts} prompts (vectors: ${embedder}). On prompts it had not seen: ${how}.\n`;
}
