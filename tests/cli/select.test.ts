import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { selectCommand } from '../../cli/commands/select.js';
import { runInProcess } from '../support/run-command.js';

const folder = mkdtempSync(join(tmpdir(), 'pairloop-select-'));

/** A version 1.0 `.npy` file of float32, or int32. */
function saveNpy(name: string, shape: string, numbers: number[], type: 'f4' | 'i4' = 'f4'): string {
  const header = `{'descr': '<${type}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117) + '\n';
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(header), new Uint8Array((type === 'f4' ? Float32Array : Int32Array).from(numbers).buffer)]));
  return path;
}

const x = saveNpy('x.npy', '(4, 1)', [0, 1, 10, 4]);
const u = saveNpy('u.npy', '(4,)', [0, 0.5, 0, 0.2]);

describe('pairloop select', () => {
  test('prints exactly one JSON document with --json', async () => {
    const { stdout, stderr } = await runInProcess(selectCommand, ['--embeddings', x, '--uncertainty', u, '-k', '3', '--json']);
    const result = JSON.parse(stdout) as Record<string, unknown>;
    // Seed: row 1. Then row 2 with .6 · 0 + .4 · 1 against row 3 with .6 · .4 + .4 · .25; then row 3 with .6 · .4 + .4 · 1 against row 0 with 0.
    expect(result).toEqual({ indices: [1, 2, 3], scores: [expect.closeTo(0.6, 8), expect.closeTo(0.4, 8), expect.closeTo(0.64, 8)], elapsed_ms: expect.any(Number) as number });
    expect(Object.keys(result)).toEqual(['indices', 'scores', 'elapsed_ms']);
    expect(stderr).toBe('');
  });

  test('without uncertainty says that diversity alone decides; without --json prints a line per pick', async () => {
    const { stdout, stderr } = await runInProcess(selectCommand, ['--embeddings', x, '-k', '9']);
    expect(stderr).toContain('No --uncertainty (cold start): every uncertainty is 0, diversity alone decides.');
    expect(stdout.split('\n').map((line) => line.split('\t')[0])).toEqual(['0', '2', '3', '1', '']);
  });

  test.each<[string, number[], string]>([
    ['k-center', [1, 2, 3], ''],
    ['facility-location', [1, 2, 3], '--uncertainty has no part in the strategy facility-location.\n'],
    ['uncertainty', [1, 3, 0], ''],
  ])('--strategy %s', async (strategy, picks, said) => {
    const { stdout, stderr } = await runInProcess(selectCommand, ['--embeddings', x, '--uncertainty', u, '-k', '3', '--strategy', strategy, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ indices: picks, scores: [expect.any(Number), expect.any(Number), expect.any(Number)] });
    expect(stderr).toBe(said);
  });

  test('k-center without uncertainty begins with row 0, and says so', async () => {
    const { stdout, stderr } = await runInProcess(selectCommand, ['--embeddings', x, '-k', '3', '--strategy', 'k-center', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ indices: [0, 2, 3], scores: [0, 10, 4] });
    expect(stderr).toBe('No --uncertainty (cold start): the first pick is row 0.\n');
  });

  test.each(['kmeans++', 'random'])('%s: one --seed picks the same each time, another otherwise', async (strategy) => {
    const pick = async (seed: string): Promise<number[]> => {
      const { stdout } = await runInProcess(selectCommand, ['--embeddings', x, '-k', '3', '--strategy', strategy, '--seed', seed, '--json']);
      return (JSON.parse(stdout) as { indices: number[] }).indices;
    };
    const runs: number[][] = [];
    for (let seed = 0; seed < 12; seed += 1) runs.push(await pick(String(seed)));
    for (const [seed, run] of runs.entries()) expect(await pick(String(seed))).toEqual(run);
    expect(new Set(runs.map(String)).size).toBeGreaterThan(2);
  });

  test('--centers, --priority, --min-distance, --metric', async () => {
    const run = async (...args: string[]): Promise<unknown> => JSON.parse((await runInProcess(selectCommand, ['--embeddings', x, '--uncertainty', u, '-k', '4', '--json', ...args])).stdout) as unknown;
    const centers = saveNpy('centers.npy', '(2,)', [1, 3], 'i4');
    expect(await run('--centers', centers)).toMatchObject({ indices: [2, 0] });
    expect(await run('--centers', centers, '--strategy', 'k-center')).toMatchObject({ indices: [2, 0], scores: [6, 1] });
    expect(await run('--min-distance', '1.5')).toMatchObject({ indices: [1, 2, 3], left_out: 1 });
    const priority = saveNpy('p.npy', '(4,)', [9, 1, 2, 3]);
    expect(await run('--priority', priority, '--weight', '0', '--priority-weight', '1')).toMatchObject({ indices: [0, 3, 2, 1] });
    // Rows 1, 10 and 4 have the same direction; 0 has none.
    expect(await run('--metric', 'cosine', '--strategy', 'k-center')).toMatchObject({ indices: [1, 0, 2, 3], scores: [0, 1, 0, 0] });
  });

  test('prompt-balanced-margin: --prompts, --candidates, --centers', async () => {
    const prompts = saveNpy('prompts.npy', '(4,)', [8, 8, 9, 9], 'i4');
    const run = async (...args: string[]): Promise<{ indices: number[]; stderr: string }> => {
      const { stdout, stderr } = await runInProcess(selectCommand, ['--embeddings', x, '--strategy', 'prompt-balanced-margin', '--prompts', prompts, '-k', '3', '--json', ...args]);
      return { indices: (JSON.parse(stdout) as { indices: number[] }).indices, stderr };
    };
    // The most uncertain row of each prompt first, whichever prompt begins; then what is left of the one that began.
    const { indices, stderr } = await run('--uncertainty', u);
    expect(new Set(indices.slice(0, 2))).toEqual(new Set([1, 3]));
    expect(indices[2]).toBe(indices[0] === 1 ? 0 : 2);
    expect(stderr).toBe('');
    expect((await run('--uncertainty', u, '--centers', saveNpy('labelled.npy', '(1,)', [1], 'i4'))).indices[0]).toBe(3);
    const random = new Set<string>();
    for (let seed = 0; seed < 12; seed += 1) random.add(String((await run('--uncertainty', u, '--candidates', '1', '--seed', String(seed))).indices));
    expect(random.size).toBeGreaterThan(2);
    expect((await run()).stderr).toBe('No --uncertainty (cold start): every uncertainty is 0, the choice is random within prompts.\n');
  });

  test('says how many rows were left out, and that a priority without weight has no part', async () => {
    const { stderr } = await runInProcess(selectCommand, ['--embeddings', x, '--uncertainty', u, '-k', '4', '--min-distance', '1.5', '--priority', u]);
    expect(stderr).toContain('1 were left out for being nearer to a pick than 1.5.');
    expect(stderr).toContain('--priority has no part: --priority-weight is 0.');
  });

  test.each<[string, string[], RegExp]>([
    ['a metric that is not there', ['--embeddings', x, '-k', '1', '--metric', 'manhattan'], /--metric manhattan is not there; take euclidean or cosine/],
    ['centers in a strategy without', ['--embeddings', x, '-k', '1', '--strategy', 'random', '--centers', x], /--centers has no part in the strategy random/],
    ['prompts in the hybrid', ['--embeddings', x, '-k', '1', '--prompts', x], /--prompts has no part in the strategy hybrid/],
    ['prompt-balanced-margin without prompts', ['--embeddings', x, '-k', '1', '--strategy', 'prompt-balanced-margin'], /needs the number of each row's prompt; give it with --prompts/],
    ['a priority in k-center', ['--embeddings', x, '-k', '1', '--strategy', 'k-center', '--priority', u], /--priority has no part in the strategy k-center/],
    ['centers that are no whole numbers', ['--embeddings', x, '-k', '1', '--centers', u], /u\.npy holds numbers of type <f4 .* not whole numbers/],
    ['a center that is no row', ['--embeddings', x, '-k', '1', '--centers', saveNpy('far.npy', '(1,)', [4], 'i4')], /centers name row 4; there are rows 0 to 3/],
    ['a strategy that is not there', ['--embeddings', x, '-k', '1', '--strategy', 'best'], /--strategy best is not there; take one of hybrid, prompt-balanced-margin, k-center, facility-location, kmeans\+\+, uncertainty, random\./],
    ['a seed that is no whole number', ['--embeddings', x, '-k', '1', '--seed', '1.5'], /--seed is "1\.5"/],
    ['the strategy uncertainty without uncertainties', ['--embeddings', x, '-k', '1', '--strategy', 'uncertainty'], /needs one number per row; give it with --uncertainty/],
    ['k that is no number', ['--embeddings', x, '-k', 'many'], /-k is "many"; give a number/],
    ['k = 0', ['--embeddings', x, '-k', '0'], /k is 0/],
    ['a weight above 1', ['--embeddings', x, '-k', '1', '--weight', '1.5'], /weight is 1.5/],
    ['embeddings of one dimension', ['--embeddings', u, '-k', '1'], /u\.npy has the shape \(4\); embeddings need two dimensions/],
    ['uncertainties of another length', ['--embeddings', x, '--uncertainty', saveNpy('u3.npy', '(3,)', [0, 1, 2]), '-k', '1'], /u3\.npy has the shape \(3\); for 4 rows/],
    ['NaN', ['--embeddings', saveNpy('nan.npy', '(2, 2)', [0, 1, NaN, 3]), '-k', '1'], /hold NaN at row 1, column 0/],
    ['a file that is not there', ['--embeddings', join(folder, 'absent.npy'), '-k', '1'], /absent\.npy cannot be read/],
  ])('refuses %s as wrong usage', async (_, args, message) => {
    await expect(runInProcess(selectCommand, args)).rejects.toMatchObject({ kind: 'usage', message: expect.stringMatching(message) as string });
  });
});
