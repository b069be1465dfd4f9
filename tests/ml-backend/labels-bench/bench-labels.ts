import { execFile } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs, promisify } from 'node:util';
import { z } from 'zod';
import { parseWholeNumber } from '../../../cli/number-argument.js';
import { packagePath } from '../../../core/package-root.js';
import { embedPool, type EmbeddedPairs } from './embedded-pool.js';
import { runFold, splitFold, splitPrompts, tune, type FoldScores } from './experiment.js';
import { figuresOf } from './figures.js';
import { dataFolder, pairAnswers, readJudgedAnswers } from './judged-pool.js';
import { readProtocol, smokeProtocol, withSeeds, type Protocol } from './protocol.js';
import { describeLabels, type LabelsReport } from './report.js';

/** Processes that share the work; the results do not depend on it. */
const WORKERS = Math.min(availableParallelism(), 4);
const SEEDS_MAX = 100;
const OUTPUT_BYTES_MAX = 2 ** 29;

const numbers = z.record(z.string(), z.number()).transform((values) => Float64Array.from(Object.values(values)));
const scoreSchema = z.object({ right: numbers, loss: numbers });
const partsSchema = z.array(z.tuple([z.number(), z.object({ counts: numbers, seeds: z.array(z.object({ curves: z.array(z.array(scoreSchema)), whole: z.object({ byAccuracy: scoreSchema, byLoss: scoreSchema }) })) })]));

const OPTIONS = {
  data: { type: 'string' },
  /** Which of the processes this is; they are started by the first. */
  worker: { type: 'string' },
  seeds: { type: 'string' },
  smoke: { type: 'boolean', default: false },
  tune: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

/**
 * Simulates rounds of labelling on a pool whose labels are known, by the committed protocol (protocol.yaml), and prints how many
 * labels each selection saves: a page of text, with `--json` one JSON document. `--data` names the folder of judged-pool.jsonl.gz, `--seeds N`
 * takes N seeds a fold instead of the protocol's, `--smoke` shows in seconds that all parts work, `--tune` tries every C on the development prompts instead. Progress goes to stderr.
 *
 * @throws Error where the data is not there.
 */
export async function benchLabels(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const whole = values.smoke ? smokeProtocol(readProtocol()) : readProtocol();
  const protocol = values.seeds === undefined ? whole : withSeeds(whole, parseWholeNumber('--seeds', values.seeds, SEEDS_MAX));
  const startedAt = performance.now();
  const pool = pairAnswers(readJudgedAnswers(dataFolder(values.data)), protocol.pairs_per_prompt_max, protocol.split_seed);
  const all = await embedPool(pool);
  process.stderr.write(`${all.targets.length} pairs embedded in ${((performance.now() - startedAt) / 1000).toFixed(0)} s.\n`);
  if (values.tune) {
    const tried = tune(all, protocol, progress(protocol.arms.length * protocol.inverse_regularisations.length * protocol.tuning.folds * protocol.tuning.seeds));
    process.stdout.write(values.json ? `${JSON.stringify(tried, null, 2)}\n` : describeTuning(tried));
    return 0;
  }
  const splits = splitPrompts(all, protocol);
  if (values.worker !== undefined) {
    process.stdout.write(JSON.stringify(runParts(all, splits, protocol, Number(values.worker))));
    return 0;
  }
  const scores = await runWorkers(args, protocol);
  const rows = Math.min(...splits.folds.map((_, fold) => splitFold(all, splits, fold).pool.targets.length));
  const report: LabelsReport = {
    pool: { prompts: pool.prompts.length, pairs: pool.pairs.length, development: splits.development.size },
    seconds: (performance.now() - startedAt) / 1000,
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, load ${loadavg()[0]!.toFixed(1)}, Node ${process.versions.node}`,
    conditions: protocol.conditions.map(({ name }, at) => ({ name, figures: figuresOf(scores.slice(at * protocol.test_folds, (at + 1) * protocol.test_folds), protocol, rows) })),
  };
  process.stdout.write(values.json ? `${JSON.stringify({ ...report, protocol }, null, 2)}\n` : describeLabels(report, protocol));
  return 0;
}

/** Of the parts, one per condition and fold in that order, those whose number leaves this remainder. */
function runParts(all: EmbeddedPairs, splits: ReturnType<typeof splitPrompts>, protocol: Protocol, worker: number): (readonly [number, FoldScores])[] {
  const parts = protocol.conditions.flatMap((condition) => splits.folds.map((_, fold) => ({ condition, fold }))).map((part, number) => ({ ...part, number })).filter(({ number }) => number % WORKERS === worker);
  const done = progress(parts.reduce((runs, { condition }) => runs + condition.seeds, 0) * protocol.arms.length);
  return parts.map(({ condition, fold, number }) => [number, runFold(splitFold(all, splits, fold), condition, protocol, fold, done)] as const);
}

/** The scores of all parts, in order, from processes that share them out: each reads and embeds the pool for itself. */
async function runWorkers(args: readonly string[], protocol: Protocol): Promise<FoldScores[]> {
  const run = promisify(execFile);
  const outputs = await Promise.all(
    Array.from({ length: WORKERS }, async (_, worker) => {
      const child = run(process.execPath, [packagePath('scripts', 'bench-labels.mjs'), ...args.filter((arg) => arg !== '--json'), '--worker', String(worker)], { maxBuffer: OUTPUT_BYTES_MAX });
      child.child.stderr?.pipe(process.stderr);
      return partsSchema.parse(JSON.parse((await child).stdout));
    }),
  );
  const scores = new Map(outputs.flat());
  return Array.from({ length: protocol.conditions.length * protocol.test_folds }, (_, number) => scores.get(number)!);
}

/** Says on stderr, now and then, how many runs are done. */
function progress(total: number): () => void {
  let [runs, said] = [0, performance.now()];
  return () => {
    runs += 1;
    if (performance.now() - said < 10_000) return;
    said = performance.now();
    process.stderr.write(`${runs} of ${total} runs\n`);
  };
}

function describeTuning(tried: ReturnType<typeof tune>): string {
  const best = (arm: string): number => Math.max(...tried.filter((one) => one.arm === arm).map(({ accuracy }) => accuracy));
  const lines = tried.map(({ arm, c, accuracy, logLoss }) => `${arm.padEnd(36)}${String(c).padStart(8)}${(100 * accuracy).toFixed(2).padStart(10)} %${logLoss.toFixed(4).padStart(10)}${accuracy === best(arm) ? '  best' : ''}`);
  return `${[`${'development prompts: arm'.padEnd(36)}${'C'.padStart(8)}${'accuracy'.padStart(12)}${'log-loss'.padStart(10)}`, ...lines].join('\n')}\n`;
}

