import { defineCommand } from 'citty';
import { PairloopError } from '../../core/errors.js';
import { DEFAULT_WEIGHT } from '../../ml-backend/selection/hybrid.js';
import { readNpy, readNpyIntegers, type NpyArray } from '../../ml-backend/selection/npy.js';
import { DEFAULT_CANDIDATES } from '../../ml-backend/selection/prompt-balanced-margin.js';
import { STRATEGIES, unusedOption, type Strategy, type StrategyInput, type UncertaintyRole } from '../../ml-backend/selection/strategies.js';
import { scaleRowsToUnit } from '../../ml-backend/selection/unit-rows.js';
import type { Matrix } from '../../ml-backend/numerics/matrix.js';
import { parseNumber, parseWholeNumber } from '../number-argument.js';

export const selectCommand = defineCommand({
  meta: {
    name: 'select',
    description: 'Rank embeddings for labelling: from .npy files, without a server. Row numbers count from 0; the first is most worth a human.',
  },
  args: {
    embeddings: { type: 'string', required: true, valueHint: 'X.npy', description: 'float32 or float64, C order, one row per pair' },
    uncertainty: { type: 'string', valueHint: 'u.npy', description: 'one number per row, higher is less certain; in the hybrid, without it diversity alone decides' },
    k: { type: 'string', alias: 'k', required: true, description: 'how many rows to pick' },
    weight: { type: 'string', default: String(DEFAULT_WEIGHT), description: 'hybrid: weight of uncertainty against diversity, 0 to 1' },
    strategy: { type: 'string', default: 'hybrid', valueHint: 'NAME', description: [...STRATEGIES.keys()].join(', ') },
    metric: { type: 'string', default: 'euclidean', valueHint: 'NAME', description: 'euclidean, or cosine: every row is divided by its length first' },
    centers: { type: 'string', valueHint: 'rows.npy', description: 'row numbers (int64) that are labelled already: not picked, but distances count from them too, and they count for their prompts' },
    prompts: { type: 'string', valueHint: 'p.npy', description: 'prompt-balanced-margin: the number (int64) of each row’s prompt' },
    candidates: { type: 'string', valueHint: 'N', description: `prompt-balanced-margin: how many rows of a prompt compete for a pick; ${DEFAULT_CANDIDATES} unless given` },
    priority: { type: 'string', valueHint: 'p.npy', description: 'hybrid: one number per row, higher is more urgent' },
    'priority-weight': { type: 'string', default: '0', description: 'hybrid: weight of the priority, 0 to 1 − weight' },
    'min-distance': { type: 'string', default: '0', description: 'leave out rows nearer than this to a pick; --json then says how many, "left_out"' },
    seed: { type: 'string', default: '0', valueHint: 'N', description: 'prompt-balanced-margin, kmeans++, random: the same seed picks the same' },
    json: { type: 'boolean', description: 'print {"indices", "scores", "elapsed_ms"}; elapsed_ms is the selection itself, without reading the files' },
  },
  async run({ args }) {
    const strategy = strategyNamed(args.strategy);
    refuseUnused(args, strategy);
    const cosine = parseMetric(args.metric) === 'cosine';
    const embeddings = toMatrix(await readNpy(args.embeddings), args.embeddings);
    const uncertainty = await readPerRow(args.uncertainty, embeddings.rows);
    const k = parseNumber('-k', args.k);
    const weight = parseNumber('--weight', args.weight);
    const seed = parseWholeNumber('--seed', args.seed, Number.MAX_SAFE_INTEGER);
    const options = await readOptions(args, embeddings.rows);
    sayRoleOfUncertainty(strategy.uncertainty, args.strategy, uncertainty !== undefined);
    const startedAt = performance.now();
    if (cosine) scaleRowsToUnit(embeddings);
    const { indices, scores, leftOut } = strategy.select({ embeddings, uncertainty, k, weight, seed, ...options });
    const elapsed_ms = Math.round((performance.now() - startedAt) * 10) / 10;
    if (args.json) {
      process.stdout.write(`${JSON.stringify({ indices, scores, elapsed_ms, left_out: leftOut })}\n`);
      return;
    }
    process.stdout.write(indices.map((index, rank) => `${index}\t${scores[rank]}\n`).join(''));
    process.stderr.write(`Picked ${indices.length} of ${embeddings.rows} rows in ${elapsed_ms} ms (row, score).${leftOut === undefined ? '' : ` ${leftOut} were left out for being nearer to a pick than ${args['min-distance']}.`}\n`);
  },
});

function toMatrix({ data, shape }: NpyArray, path: string): Matrix {
  const [rows, columns] = shape;
  if (rows === undefined || columns === undefined || shape.length !== 2) {
    throw new PairloopError(`${path} has the shape (${shape.join(', ')}); embeddings need two dimensions, rows and columns.`, 'usage');
  }
  return { data, rows, columns };
}

function strategyNamed(name: string): Strategy {
  const strategy = STRATEGIES.get(name);
  if (strategy === undefined) throw new PairloopError(`--strategy ${name} is not there; take one of ${[...STRATEGIES.keys()].join(', ')}.`, 'usage');
  return strategy;
}

function parseMetric(name: string): 'euclidean' | 'cosine' {
  if (name !== 'euclidean' && name !== 'cosine') throw new PairloopError(`--metric ${name} is not there; take euclidean or cosine.`, 'usage');
  return name;
}

/** The options as typed, before anything is read. */
interface OptionTexts {
  readonly strategy: string;
  readonly metric: string;
  readonly centers?: string | undefined;
  readonly prompts?: string | undefined;
  readonly candidates?: string | undefined;
  readonly priority?: string | undefined;
  readonly 'priority-weight': string;
  readonly 'min-distance': string;
}

/** An option that a strategy would pass over is refused: its picks would not be what was asked for. */
function refuseUnused(args: OptionTexts, strategy: Strategy): void {
  const unused = unusedOption(strategy, {
    metric: args.metric !== 'euclidean',
    centers: args.centers !== undefined,
    priority: args.priority !== undefined || Number(args['priority-weight']) !== 0,
    'min-distance': Number(args['min-distance']) !== 0,
    prompts: args.prompts !== undefined,
    candidates: args.candidates !== undefined,
  });
  if (unused !== undefined) throw new PairloopError(`--${unused} has no part in the strategy ${args.strategy}; leave it out, or take another strategy.`, 'usage');
}

async function readOptions(args: OptionTexts, rows: number): Promise<Omit<StrategyInput, 'embeddings' | 'uncertainty' | 'k' | 'weight' | 'seed'>> {
  const priorityWeight = parseNumber('--priority-weight', args['priority-weight']);
  if (args.priority !== undefined && priorityWeight === 0) process.stderr.write('--priority has no part: --priority-weight is 0.\n');
  return {
    priorityWeight,
    priority: await readPerRow(args.priority, rows),
    centers: args.centers === undefined ? undefined : await readNpyIntegers(args.centers),
    prompts: args.prompts === undefined ? undefined : await readNpyIntegers(args.prompts),
    candidates: args.candidates === undefined ? undefined : parseNumber('--candidates', args.candidates),
    minDistance: parseNumber('--min-distance', args['min-distance']),
  };
}

async function readPerRow(path: string | undefined, rows: number): Promise<Float32Array | Float64Array | undefined> {
  if (path === undefined) return undefined;
  const { data, shape } = await readNpy(path);
  const isColumn = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  if (!isColumn || shape[0] !== rows) {
    throw new PairloopError(`${path} has the shape (${shape.join(', ')}); for ${rows} rows of embeddings it must be (${rows}).`, 'usage');
  }
  return data;
}

/** On stderr: what comes of an uncertainty that is absent, or that the strategy has no use for. */
function sayRoleOfUncertainty(role: UncertaintyRole, strategy: string, given: boolean): void {
  if (!given && role === 'weighs') process.stderr.write('No --uncertainty (cold start): every uncertainty is 0, diversity alone decides.\n');
  if (!given && role === 'decides within prompts') process.stderr.write('No --uncertainty (cold start): every uncertainty is 0, the choice is random within prompts.\n');
  if (!given && role === 'decides the first') process.stderr.write('No --uncertainty (cold start): the first pick is row 0.\n');
  if (given && role === 'unused') process.stderr.write(`--uncertainty has no part in the strategy ${strategy}.\n`);
}
