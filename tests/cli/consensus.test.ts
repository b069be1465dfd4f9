import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { consensusCommand } from '../../cli/commands/consensus.js';
import { runInProcess } from '../support/run-command.js';

const folder = mkdtempSync(join(tmpdir(), 'pairloop-consensus-'));

function write(...lines: unknown[]): string {
  const path = join(folder, 'votes.jsonl');
  writeFileSync(path, lines.map((one) => `${JSON.stringify(one)}\n`).join(''));
  return path;
}

async function printed(...rawArgs: string[]): Promise<string> {
  return (await runInProcess(consensusCommand, rawArgs)).stdout;
}

/** Ann and bo agree but for p3; cy says the other in every third item. */
const votes = [...'aabbabab'].map((value, item) => {
  const other = value === 'a' ? 'b' : 'a';
  return { id: `p${item}`, votes: { ann: value, bo: item === 3 ? other : value, 'cy\u001B[31m': item % 3 === 0 ? other : value } };
});

describe('pairloop consensus', () => {
  test('prints raters from the least accurate and the least certain items, without control characters of the file', async () => {
    const text = await printed(write(...votes));
    expect(text).toMatch(/^8 items, 24 votes, 3 raters, 2 values \(a, b\)\n\nRater +accuracy +right on a +right on b +votes\ncy�\[31m +0\.\d{3}/);
    expect(text).toMatch(/Least certain +probable +posterior +next +posterior +votes\np\d +[ab] +[01]\.\d{3} +[ab] +0\.\d{3} +3\n/);
    expect(text).toMatch(/Share of items by true value: a 0\.\d{3}, b 0\.\d{3}\.\nDawid–Skene \(full\), converged after \d+ iterations\.\n$/);
    expect(await printed(write(...votes), '--model', 'one-coin')).toMatch(/Rater +accuracy +votes\n[^]*Dawid–Skene \(one-coin\), converged/);
  });

  test('prints one JSON document', async () => {
    const document = JSON.parse(await printed(write(...votes), '--json', '--model', 'one-coin')) as Record<string, unknown>;
    expect(document).toMatchObject({
      model: 'one-coin',
      n: { items: 8, votes: 24, raters: 3 },
      values: ['a', 'b'],
      converged: true,
      reason: null,
      items: votes.map(({ id }) => ({ item: id, votes: 3, posterior: [expect.any(Number), expect.any(Number)] })),
    });
    const [ann, bo, cy] = document['raters'] as { rater: string; accuracy: number; confusion: number[][] }[];
    expect([ann!.rater, bo!.rater, cy!.rater]).toEqual(['ann', 'bo', 'cy\u001B[31m']);
    expect(cy!.accuracy).toBeLessThan(bo!.accuracy);
    expect(ann!.confusion[0]![0]).toBeCloseTo(ann!.accuracy, 6);
  });

  test('says what is undefined and why', async () => {
    expect(await printed(write())).toBe('0 items, 0 votes, 0 raters, 0 values\n\nUndefined: there are no votes. The shares of the votes stand for the posteriors.\n\n');
    const one = await printed(write({ id: 'p1', votes: { ann: 'a' } }));
    expect(one).toContain('Undefined: there is only one rater.');
    expect(one).toMatch(/\nann +– +– +1\n/);
    expect(one).toMatch(/\np1 +a +1\.000 +– +– +1\n/);
    expect(one).not.toContain('converged');
  });

  test('refuses a model it does not have', async () => {
    await expect(printed(write(...votes), '--model', 'glad')).rejects.toThrow('--model glad is not a model; give full or one-coin.');
  });
});
