import { defineCommand } from 'citty';
import { PairloopError } from '../../core/errors.js';
import { DEFAULT_WEIGHT, selectHybrid } from '../../ml-backend/selection/hybrid.js';
import { readNpy, type NpyArray } from '../../ml-backend/selection/npy.js';
import type { Matrix } from '../../ml-backend/numerics/matrix.js';
import { parseNumber } from '../number-argument.js';

export const selectCommand = defineCommand({
  meta: {
    name: 'select',
    description: 'Rank embeddings for labelling: from .npy files, without a server. Row numbers count from 0; the first is most worth a human.',
  },
  args: {
    embeddings: { type: 'string', required: true, valueHint: 'X.npy', description: 'float32 or float64, C order, one row per pair' },
    uncertainty: { type: 'string', valueHint: 'u.npy', description: 'one number per row, higher is less certain; without it diversity alone decides' },
    k: { type: 'string', alias: 'k', required: true, description: 'how many rows to pick' },
    weight: { type: 'string', default: String(DEFAULT_WEIGHT), description: 'weight of uncertainty against diversity, 0 to 1' },
    strategy: { type: 'string', default: 'hybrid', description: 'hybrid' },
    json: { type: 'boolean', description: 'print {"indices", "scores", "elapsed_ms"}; elapsed_ms is the selection itself, without reading the files' },
  },
  async run({ args }) {
    if (args.strategy !== 'hybrid') {
      throw new PairloopError(`--strategy ${args.strategy} is not there; the one strategy of this version is hybrid.`, 'usage');
    }
    const embeddings = toMatrix(await readNpy(args.embeddings), args.embeddings);
    const uncertainty = await readUncertainty(args.uncertainty, embeddings.rows);
    const k = parseNumber('-k', args.k);
    const weight = parseNumber('--weight', args.weight);
    const startedAt = performance.now();
    const { indices, scores } = selectHybrid({ embeddings, uncertainty, k, weight });
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

async function readUncertainty(path: string | undefined, rows: number): Promise<Float32Array | Float64Array> {
  if (path === undefined) {
    process.stderr.write('No --uncertainty (cold start): every uncertainty is 0, diversity alone decides.\n');
    return new Float64Array(rows);
  }
  const { data, shape } = await readNpy(path);
  const isColumn = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  if (!isColumn || shape[0] !== rows) {
    throw new PairloopError(`${path} has the shape (${shape.join(', ')}); for ${rows} rows of embeddings it must be (${rows}).`, 'usage');
  }
  return data;
}
