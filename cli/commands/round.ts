import { defineCommand } from 'citty';
import { createRound, runRound } from '../../ml-backend/rounds/round.js';
import { DEFAULT_WEIGHT } from '../../ml-backend/selection/hybrid.js';
import { findProject } from '../find-project.js';
import { parseNumber } from '../number-argument.js';
import { createSteps } from '../step-lines.js';
import { withDatabase } from '../system/connected.js';

const DEFAULT_K = 1_200;

const runSubcommand = defineCommand({
  meta: { name: 'run', description: 'Rank the pool for a project: the pairs most worth a human first.' },
  args: {
    project: { type: 'string', valueHint: 'PROJECT', description: "The project's number in Label Studio, or its title; needed when there are several." },
    k: { type: 'string', alias: 'k', default: String(DEFAULT_K), valueHint: 'N', description: 'How many pairs to pick.' },
    weight: { type: 'string', default: String(DEFAULT_WEIGHT), description: 'Weight of uncertainty against diversity, 0 to 1.' },
    json: { type: 'boolean', description: 'Print one JSON document.' },
  },
  async run({ args }) {
    const k = parseNumber('-k', args.k);
    const weight = parseNumber('--weight', args.weight);
    const steps = createSteps(process.stderr);
    await withDatabase(async (db) => {
      const project = await findProject(db, args.project);
      const roundId = await createRound(db, { projectId: project.id, k, weight });
      const ranking = steps.begin(`Round ${roundId}`);
      const onProgress = (doing: string, done: number, total: number): void => ranking.report(`${doing} ${done} of ${total}`);
      const result = await runRound(db, roundId, { now: () => new Date(), clockMs: () => performance.now(), onProgress });
      ranking.done('done');
      const elapsedMs = Math.round(result.elapsedMs);
      const document = { round: roundId, project: project.labelStudioId, pool: result.poolSize, picked: result.picked, embedder: result.embedder, uncertainty: result.uncertaintySource, elapsed_ms: elapsedMs };
      const words = `Round ${roundId} picked ${result.picked} of ${result.poolSize} pairs for ${project.title} in ${elapsedMs} ms (embeddings: ${result.embedder}; uncertainty: ${result.uncertaintySource}).`;
      process.stdout.write(args.json === true ? `${JSON.stringify(document)}\n` : `${words}\n`);
    }).finally(() => steps.close());
  },
});

export const roundCommand = defineCommand({
  meta: { name: 'round', description: 'Selection rounds: which pairs are labelled next.' },
  subCommands: { run: runSubcommand },
});
