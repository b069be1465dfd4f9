import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { vectorFromBytes } from '../../../ml-backend/embedding/vector-bytes.js';

const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
const FITTED_DIMENSION = 384;

/** scikit-learn doing the same work, in a Python environment of its own. */
export interface ScikitLearn {
  /** CPU seconds of hashing the texts' words and characters. */
  hash(texts: readonly string[]): number;
  /** Vectors of the texts by TF-IDF whose weights are fitted on the pool, projected to 384 numbers. */
  fitted(pool: readonly string[], texts: readonly string[]): Float32Array[];
}

/** Makes the environment once, under .pairloop/; undefined, and said so, where there is no Python or no pip. */
export function openScikitLearn(root: string, folder: string): ScikitLearn | undefined {
  const parts = join(root, 'scripts', 'bench-embedding');
  const environment = join(root, '.pairloop', 'bench-embedding');
  const python = join(environment, 'bin', 'python');
  if (!existsSync(join(environment, 'ready'))) {
    process.stderr.write('Making a Python environment with scikit-learn (once)…\n');
    mkdirSync(dirname(environment), { recursive: true });
    const made =
      spawnSync('python3', ['-m', 'venv', environment], { stdio: ['ignore', 2, 2] }).status === 0 &&
      spawnSync(python, ['-m', 'pip', 'install', '--quiet', '-r', join(parts, 'requirements.txt')], { stdio: ['ignore', 2, 2] }).status === 0;
    if (!made) {
      process.stderr.write('There is no Python 3 with pip here, or scikit-learn cannot be installed: Pairloop is measured alone.\n');
      return undefined;
    }
    writeFileSync(join(environment, 'ready'), '');
  }
  const write = (name: string, texts: readonly string[]): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(texts));
    return path;
  };
  const run = (...args: string[]): string => execFileSync(python, [join(parts, 'peer.py'), ...args], { env: { ...process.env, ...ONE_THREAD }, stdio: ['ignore', 'pipe', 2] }).toString();
  return {
    hash: (texts) => z.object({ seconds: z.number() }).parse(JSON.parse(run('speed', write('speed.json', texts)))).seconds,
    fitted(pool, texts) {
      const out = join(folder, 'fitted.f32');
      run('fitted', write('pool.json', pool), write('texts.json', texts), out);
      const numbers = vectorFromBytes(readFileSync(out));
      return texts.map((_, at) => numbers.subarray(at * FITTED_DIMENSION, (at + 1) * FITTED_DIMENSION));
    },
  };
}
