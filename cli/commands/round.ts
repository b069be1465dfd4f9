import { defineCommand } from 'citty';
import { loadConfig } from '../../core/config.js';
import type { Db } from '../../core/database/connect.js';
import { PairloopError } from '../../core/errors.js';
import { createLogger } from '../../core/logging.js';
import { startQueue } from '../../core/queue.js';
import { resolveDatabaseUrl } from '../../core/running/running-file.js';
import { repeatRound } from '../../ml-backend/rounds/repeat-round.js';
import { roundJson } from '../../ml-backend/rounds/round-json.js';
import { createRound, runRound } from '../../ml-backend/rounds/round.js';
import { startRound } from '../../ml-backend/rounds/start-round.js';
import { cancelRound, listRounds, readRound } from '../../ml-backend/rounds/stored-round.js';
import { findProject, type FoundProject } from '../find-project.js';
import { parseWholeNumber } from '../number-argument.js';
import { ROUND_ARGUMENTS, readRoundOptions } from '../round-arguments.js';
import { renderRepetition, renderRound, renderRounds } from '../round-lines.js';
import { createSteps } from '../step-lines.js';
import { withDatabase } from '../system/connected.js';
import { runOptions } from '../system/run-options.js';

/** Rounds listed, newest first. */
const LISTED_MAX = 50;

const json = { type: 'boolean', description: 'Print one JSON document.' } as const;
const projectArgument = { type: 'string', valueHint: 'PROJECT', description: "The project's number in Label Studio, or its title; needed when there are several." } as const;
const id = { type: 'positional', required: true, valueHint: 'ROUND', description: "The round's number." } as const;

const runSubcommand = defineCommand({
  meta: { name: 'run', description: 'Rank the pool for a project: the pairs most worth a human first.' },
  args: {
    project: projectArgument,
    ...ROUND_ARGUMENTS,
    background: { type: 'boolean', description: 'Leave it to the worker of the running system; round show says how far it is.' },
    json,
  },
  async run({ args }) {
    const options = readRoundOptions(args);
    await withDatabase(async (db) => {
      const project = await findProject(db, args.project);
      if (args.background !== true) return runHere(db, project, options, args.json === true);
      const roundId = await leaveToWorker(db, project, options);
      print(args.json, { round: roundId, project: project.labelStudioId }, `Round ${roundId} waits for the worker; pairloop round show ${roundId} says how far it is.\n`);
    });
  },
});

async function runHere(db: Db, project: FoundProject, options: Record<string, unknown>, asJson: boolean): Promise<void> {
  const steps = createSteps(process.stderr);
  try {
    const roundId = await createRound(db, { projectId: project.id, options });
    const ranking = steps.begin(`Round ${roundId}`);
    const onProgress = (doing: string, done: number, total: number): void => ranking.report(`${doing} ${done} of ${total}`);
    const result = await runRound(db, roundId, { ...runOptions(loadConfig()), onProgress });
    ranking.done('done');
    const elapsedMs = Math.round(result.elapsedMs);
    const document = { round: roundId, project: project.labelStudioId, pool: result.poolSize, picked: result.picked, embedder: result.embedder, uncertainty: result.uncertaintySource, elapsed_ms: elapsedMs };
    const words = `Round ${roundId} picked ${result.picked} of ${result.poolSize} pairs for ${project.title} in ${elapsedMs} ms (embeddings: ${result.embedder}; uncertainty: ${result.uncertaintySource}).`;
    print(asJson, document, `${words}\n`);
  } finally {
    steps.close();
  }
}

async function leaveToWorker(db: Db, project: FoundProject, options: Record<string, unknown>): Promise<number> {
  const queue = await startQueue(resolveDatabaseUrl(loadConfig()), createLogger('round', 'warn'));
  try {
    return await startRound(db, queue, { projectId: project.id, options });
  } finally {
    await queue.stop();
  }
}

const listSubcommand = defineCommand({
  meta: { name: 'list', description: `The newest ${LISTED_MAX} rounds.` },
  args: { project: { ...projectArgument, description: "Only this project's: its number in Label Studio, or its title." }, json },
  run: ({ args }) =>
    withDatabase(async (db) => {
      const projectId = args.project === undefined ? undefined : (await findProject(db, args.project)).id;
      const rounds = await listRounds(db, { projectId, limit: LISTED_MAX });
      print(args.json, { rounds: rounds.map(roundJson) }, renderRounds(rounds));
    }),
});

const showSubcommand = defineCommand({
  meta: { name: 'show', description: 'One round: what it was asked for, what it looked at, how far it is.' },
  args: { round: id, json },
  run: ({ args }) =>
    withDatabase(async (db) => {
      const round = await readRound(db, readId(args.round));
      print(args.json, roundJson(round), renderRound(round));
    }),
});

const cancelSubcommand = defineCommand({
  meta: { name: 'cancel', description: 'End a round that waits or runs; it keeps no picks.' },
  args: { round: id },
  run: ({ args }) =>
    withDatabase(async (db) => {
      await cancelRound(db, readId(args.round), new Date());
      process.stdout.write(`Round ${args.round} is cancelled.\n`);
    }),
});

const repeatSubcommand = defineCommand({
  meta: { name: 'repeat', description: 'Rank again what a finished round looked at, and compare bit for bit; exit code 1 when they differ.' },
  args: { round: id, json },
  async run({ args }) {
    const steps = createSteps(process.stderr);
    await withDatabase(async (db) => {
      const roundId = readId(args.round);
      const step = steps.begin(`Round ${roundId} again`);
      const repetition = await repeatRound(db, roundId, (done, total) => step.report(`picked ${done} of ${total}`));
      step.done('compared');
      print(args.json, { round: roundId, equal: repetition.first === undefined, picks: repetition.picks, first: repetition.first ?? null }, renderRepetition(roundId, repetition));
      if (repetition.first !== undefined) process.exitCode = 1;
    }).finally(() => steps.close());
  },
});

function readId(text: string): number {
  const roundId = parseWholeNumber('ROUND', text, Number.MAX_SAFE_INTEGER);
  if (roundId === 0) throw new PairloopError('ROUND is 0; rounds count from 1.', 'usage');
  return roundId;
}

function print(asJson: boolean | undefined, document: object, words: string): void {
  process.stdout.write(asJson === true ? `${JSON.stringify(document)}\n` : words);
}

export const roundCommand = defineCommand({
  meta: { name: 'round', description: 'Selection rounds: which pairs are labelled next.' },
  subCommands: { run: runSubcommand, list: listSubcommand, show: showSubcommand, cancel: cancelSubcommand, repeat: repeatSubcommand },
});
