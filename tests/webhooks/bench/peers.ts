import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { packagePath } from '../../../core/package-root.js';
import type { DrawnVotes } from './drawn-votes.js';

const PARTS = packagePath('scripts', 'bench-agreement');
/** Made by the first run; it may be deleted at any time. */
const ENVIRONMENT = packagePath('.pairloop', 'bench-agreement');
const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };

/** Of each call, the seconds of CPU and of the clock. */
const seconds = z.array(z.tuple([z.number(), z.number()]));
const answerSchema = z.object({
  versions: z.record(z.string(), z.string()),
  alpha: z.number(),
  alpha_of_counts: z.number(),
  kappas: z.array(z.number()),
  seconds: z.object({ alpha: seconds, alpha_of_counts: seconds, kappas: seconds, consensus: seconds }),
});

/** What the Python libraries find, and how long each call took. */
export type PeerAnswer = z.infer<typeof answerSchema> & {
  /** Dawid–Skene's posteriors, [item][value]. */
  readonly posterior: Float64Array;
};

/**
 * A Python environment with the pinned libraries, made once.
 *
 * @throws Error saying what is missing, before anything is measured.
 */
export function preparePeers(say: (text: string) => void, environment = ENVIRONMENT): string {
  const python = join(environment, 'bin', 'python');
  if (existsSync(join(environment, 'ready'))) return python;
  const found = spawnSync('python3', ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 11))']);
  if (found.status !== 0) {
    throw new Error('bench:agreement compares with Python libraries and needs python3, version 3.11 or newer, with its venv module; none was found, so nothing was measured.');
  }
  say('Making a Python environment with krippendorff, scikit-learn and crowd-kit (once; most of a gigabyte)…');
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(dirname(environment), { recursive: true });
  execFileSync('python3', ['-m', 'venv', environment], { stdio: ['ignore', 2, 2] });
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '-r', join(PARTS, 'requirements.txt')], { stdio: ['ignore', 2, 2] });
  writeFileSync(join(environment, 'ready'), '');
  return python;
}

/** Has the libraries work on the votes. */
export function askPeers(python: string, votes: DrawnVotes, repeats: number): PeerAnswer {
  const folder = mkdtempSync(join(tmpdir(), 'pairloop-bench-agreement-'));
  try {
    for (const name of ['item', 'rater', 'value'] as const) writeFileSync(join(folder, `${name}.bin`), votes[name]);
    const sizes = [votes.items, votes.raters, votes.values.length, repeats].map(String);
    const out = execFileSync(python, [join(PARTS, 'peers.py'), folder, ...sizes], { env: { ...process.env, ...ONE_THREAD }, maxBuffer: 2 ** 26 });
    const posterior = new Float64Array(new Uint8Array(readFileSync(join(folder, 'posterior.bin'))).buffer);
    return { ...answerSchema.parse(JSON.parse(out.toString())), posterior };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
