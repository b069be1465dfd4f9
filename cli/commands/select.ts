import { defineCommand } from 'citty';
import { PairloopError } from '../../core/errors.js';
import { DEFAULT_WEIGHT } from '../../ml-backend/selection/hybrid.js';
import { readNpy, type NpyArray } from '../../ml-backend/selection/npy.js';
import { STRATEGIES, type UncertaintyRole } from '../../ml-backend/selection/strategies.js';
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
    seed: { type: 'string', default: '0', valueHint: 'N', description: 'kmeans++, random: the same seed picks the same' },
    json: { type: 'boolean', description: 'print {"indices", "scores", "elapsed_ms"}; elapsed_ms is the selection itself, without reading the files' },
  },
  async run({ args }) {
    const strategy = STRATEGIES.get(args.strategy);
    if (strategy === undefined) throw new PairloopError(`--strategy ${args.strategy} is not there; take one of ${[...STRATEGIES.keys()].join(', ')}.`, 'usage');
    const embeddings = toMatrix(await readNpy(args.embeddings), args.embeddings);
    const uncertainty = await readUncertainty(args.uncertainty, embeddings.rows);
    const k = parseNumber('-k', args.k);
    const weight = parseNumber('--weight', args.weight);
    const seed = parseWholeNumber('--seed', args.seed, Number.MAX_SAFE_INTEGER);
    sayRoleOfUncertainty(strategy.uncertainty, args.strategy, uncertainty !== undefined);
    const startedAt = performance.now();
    const { indices, scores } = strategy.select({ embeddings, uncertainty, k, weight, seed });
    const elapsed_ms = Math.round((performance.now() - startedAt) * 10) / 10;
    if (args.json) {
      process.stdout.write(`${JSON.stringify({ indices, scores, elapsed_ms })}\n`);
      return;
    }
    process.stdout.write(indices.map((index, rank) => `${index}\t${scores[rank]}\n`).join(''));
    process.stderr.write(`Picked ${indices.length} of ${embeddings.rows} rows in ${elapsed_ms} ms (row, score).\n`);
  },
});

function toMatrix({ data, shape }: NpyArray, path: string): Matrix {
  const [rows, columns] = shape;
  if (rows === undefined || columns === undefined || shape.length !== 2) {
    throw new PairloopError(`${path} has the shape (${shape.join(', ')}); embeddings need two dimensions, rows and columns.`, 'usage');
  }
  return { data, rows, columns };
}

async function readUncertainty(path: string | undefined, rows: number): Promise<Float32Array | Float64Array | undefined> {
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
  if (!given && role === 'decides the first') process.stderr.write('No --uncertainty (cold start): the first pick is row 0.\n');
  if (given && role === 'unused') process.stderr.write(`--uncertainty has no part in the strategy ${strategy}.\n`);
}
