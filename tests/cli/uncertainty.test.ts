import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { uncertaintyCommand } from '../../cli/commands/uncertainty.js';
import { readNpy } from '../../ml-backend/selection/npy.js';
import { writeNpy } from '../../ml-backend/selection/npy-writer.js';
import { runInProcess } from '../support/run-command.js';

const folder = mkdtempSync(join(tmpdir(), 'pairloop-uncertainty-'));
const out = join(folder, 'u.npy');

/** A version 1.0 `.npy` file. */
function saveNpy(name: string, shape: string, numbers: Float64Array | BigInt64Array): string {
  const header = `{'descr': '<${numbers instanceof Float64Array ? 'f8' : 'i8'}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117) + '\n';
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  writeFileSync(join(folder, name), Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(header), new Uint8Array(numbers.buffer)]));
  return join(folder, name);
}
function saveLines(name: string, ...lines: unknown[]): string {
  writeFileSync(join(folder, name), lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
  return join(folder, name);
}
const run = (...args: string[]): Promise<{ stdout: string; stderr: string }> => runInProcess(uncertaintyCommand, [...args, '--out', out]);

// Along the one column A wins as often as it is ahead; the last two rows wait for a verdict.
const x = saveNpy('x.npy', '(8, 1)', Float64Array.of(2, -2, 3, -3, 2.5, -1, 0.1, 4));
const y = saveNpy('y.npy', '(8,)', Float64Array.of(1, 0, 1, 0, 1, 0.5, NaN, NaN));

describe('pairloop uncertainty', () => {
  test('learns from the rows that have a verdict, and says how uncertain all are', async () => {
    const { stdout, stderr } = await run('--differences', x, '--targets', y, '--json');
    const figures = z.object({ n: z.literal(6), logLoss: z.number(), brier: z.number(), ece: z.number() });
    const facts = z.object({ rows: z.literal(8), head: z.literal('reward-head-1'), votes: z.literal(6), prompts: z.literal(6), temperature: z.number(), held_out: z.object({ uncalibrated: figures, calibrated: figures }) }).parse(JSON.parse(stdout));
    expect(facts.held_out.calibrated.logLoss).toBeLessThan(Math.LN2);
    expect(stderr).toBe('');
    const { data, shape } = await readNpy(out);
    expect(shape).toEqual([8]);
    // Turned round it is as uncertain; the nearest to even the most, the farthest the least.
    expect(data[0]).toBe(data[1]);
    expect([...data].indexOf(Math.max(...data))).toBe(6);
    expect([...data].indexOf(Math.min(...data))).toBe(7);
  });

  test('says in words what was learned; the prompts are heeded', async () => {
    const prompts = saveNpy('p.npy', '(8,)', BigInt64Array.of(2n ** 40n, 2n ** 40n, 5n, 5n, 6n, 6n, 7n, 7n));
    const { stdout } = await run('--differences', x, '--targets', y, '--prompts', prompts, '--measure', 'information-gain');
    expect(stdout).toMatch(/^Learned from 6 votes on 3 prompts, C = .*\nOn prompts left out:\n +log-loss +Brier +ECE\nuncalibrated .*\ncalibrated .*\n$/);
  });

  test('no verdict yet: every uncertainty is 0, and it says so', async () => {
    const none = saveNpy('none.npy', '(8,)', new Float64Array(8).fill(NaN));
    expect((await run('--differences', x, '--targets', none)).stdout).toBe('No head yet: there is no vote to learn from. Every uncertainty is 0 (cold start).\n');
    expect((await readNpy(out)).data).toEqual(new Float64Array(8));
    expect(JSON.parse((await run('--differences', x, '--targets', none, '--json')).stdout)).toEqual({ out, rows: 8, head: null, reason: 'No head yet: there is no vote to learn from.' });
  });

  test('one prompt: nothing to test on, and it says so', async () => {
    const one = saveNpy('one.npy', '(8,)', new BigInt64Array(8));
    expect((await run('--differences', x, '--targets', y, '--prompts', one)).stdout).toMatch(/temperature 1\.000\. One prompt: nothing could be left out/);
  });

  test('from samples: token log-probabilities, or repeated answers; too few are 0, and counted', async () => {
    const tokens = saveLines('tokens.jsonl', { token_logprobs_a: [-1, -3], token_logprobs_b: [-1] }, { token_logprobs_a: [], token_logprobs_b: [-1] });
    expect((await run('--samples', tokens)).stdout).toBe('Uncertainties of 2 pairs. 1 have too few samples to tell: 0.\n');
    expect((await readNpy(out)).data).toEqual(Float64Array.of(1.5, 0));
    const answers = saveLines('answers.jsonl', { samples: ['a', 'b', 'a', 'b'] }, { samples: ['tie', 'tie'] }, { samples: [0.2, 0.4] });
    expect(JSON.parse((await run('--samples', answers, '--json')).stdout)).toEqual({ out, rows: 3, unknown: 0 });
    expect([...(await readNpy(out)).data]).toEqual([0.25, 0, expect.closeTo(0.01, 12)]);
  });

  test.each<[string, string[], RegExp]>([
    ['nothing to learn from', [], /nothing to learn from; give --differences X\.npy with --targets y\.npy, or --samples/],
    ['both sources', ['--samples', x, '--differences', x], /two sources; give one/],
    ['a measure that is not there', ['--measure', 'guess'], /--measure guess is not there; take one of least-confident, margin, entropy, information-gain\./],
    ['differences of one dimension', ['--differences', y, '--targets', y], /y\.npy has the shape \(8\); differences need two/],
    ['targets of another length', ['--differences', x, '--targets', saveNpy('y3.npy', '(3,)', Float64Array.of(1, 0, 1))], /y3\.npy has the shape \(3\); for 8 pairs/],
    ['a target of 2', ['--differences', x, '--targets', saveNpy('y2.npy', '(8,)', new Float64Array(8).fill(2))], /target of row 0 .* is 2/],
    ['NaN in a row without a verdict', ['--differences', saveNpy('nan.npy', '(8, 1)', Float64Array.of(1, 2, 3, 4, 5, 6, 7, NaN)), '--targets', y], /nan\.npy holds NaN at row 7, column 0/],
    ['prompts too few', ['--differences', x, '--targets', y, '--prompts', saveNpy('p2.npy', '(2,)', BigInt64Array.of(1n, 2n))], /names 2 prompts for 8 pairs/],
    ['samples that are none', ['--samples', saveLines('wrong.jsonl', { samples: ['a', 'c'] }, '{"samples": [NaN]}')], /wrong\.jsonl has 2 faults; nothing was computed:\n {2}line 1: is not one pair's samples.*\n {2}line 2, samples\[0\]/],
    ['kinds mixed', ['--samples', saveLines('mixed.jsonl', { samples: [1, 2] }, { token_logprobs_a: [-1], token_logprobs_b: [-1] })], /line 2: has token_logprobs where earlier lines have samples/],
    ['a log-probability above 0', ['--samples', saveLines('above.jsonl', { token_logprobs_a: [0.5], token_logprobs_b: [-1] })], /line 1: Token 0 of response A has the log-probability 0\.5/],
  ])('refuses %s as wrong usage', async (_, args, message) => {
    await expect(run(...args)).rejects.toMatchObject({ kind: 'usage', message: expect.stringMatching(message) as string });
  });

  test('a file is complete or not there', async () => {
    const absent = join(folder, 'absent', 'u.npy');
    await expect(writeNpy(absent, Float64Array.of(1))).rejects.toThrow(/cannot be written .* give a path in a folder that is there/);
    expect(existsSync(absent)).toBe(false);
    await writeNpy(out, Float64Array.of(-0, 1e300));
    expect((await readNpy(out)).data).toEqual(Float64Array.of(-0, 1e300));
    expect(readFileSync(out).length % 64).toBe(16);
  });
});
