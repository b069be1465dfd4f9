import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { simulateCommand } from '../../cli/commands/simulate.js';
import { packagePath } from '../../core/package-root.js';
import type { PolicyCharacteristics } from '../../webhooks/quality/rater-policy/operating-characteristics.js';
import { runInProcess } from '../support/run-command.js';

const folder = mkdtempSync(join(tmpdir(), 'pairloop-simulate-'));

async function printed(...rawArgs: string[]): Promise<string> {
  return (await runInProcess(simulateCommand, rawArgs)).stdout;
}

function policyFile(text: string): string {
  const path = join(folder, 'policy.yaml');
  writeFileSync(path, text);
  return path;
}

async function simulated(...rawArgs: string[]): Promise<PolicyCharacteristics[]> {
  return (JSON.parse(await printed(...rawArgs, '--json')) as { policies: PolicyCharacteristics[] }).policies;
}

test('the tables of raters.md are what the command prints', { timeout: 120_000 }, async () => {
  expect(readFileSync(packagePath('docs', 'raters.md'), 'utf8')).toContain(await printed());
});

describe('pairloop simulate', () => {
  test('the default holds what it promises, and the simulated figures agree with the exact ones', { timeout: 120_000 }, async () => {
    const [{ promises }] = (await simulated('--policy', 'sequential', '--raters', '1000', '--seed', '7')) as [PolicyCharacteristics];
    expect(promises).toHaveLength(5);
    for (const { what, wanted, simulated: share, exact } of promises) {
      const holds = wanted.relation === '≤' ? share.value! <= wanted.share : share.value! >= wanted.share;
      // The simulated raters do not fall from the slowest start.
      const agrees = what === 'paused after a fall' ? share.high! > exact! : Math.abs(share.value! - exact!) < 0.03;
      expect({ what, holds, agrees }).toEqual({ what, holds: true, agrees: true });
    }
  });

  test('the same seed prints the same, another seed something else', async () => {
    const few = ['--raters', '40', '--golds', '60'];
    const once = await printed(...few);
    expect(await printed(...few)).toBe(once);
    expect(await printed(...few, '--seed', '2')).not.toBe(once);
  });

  test('a policy file, with hypotheses of its own and the raters to them', async () => {
    const path = policyFile('policy: sequential\nhypotheses: {good: 0.95, bad: 0.8}\ncleared_after: 20\n');
    const [{ policy, kinds, promises }] = (await simulated('--policy', path, '--raters', '20', '--golds', '45')) as [PolicyCharacteristics];
    expect(policy).toMatchObject({ hypotheses: { good: 0.95, bad: 0.8 }, cleared_after: 20, thresholds: { freshFailedMax: 5 } });
    expect(kinds.map(({ kind }) => kind.what)).toEqual(expect.arrayContaining(['95 % right', '80 % right', '95 % right for 200 golds, then 80 %']));
    expect(kinds[0]!.pausedWithin.map(({ golds }) => golds)).toEqual([8, 25, 45]);
    expect(promises.map(({ within }) => within)).toEqual([25, 25, 45, 8]);
  });

  test('a strict policy that counts no failures still stops noisy raters by κ', async () => {
    const path = policyFile('policy: strict\ngold_failed_max: 100\n');
    const [{ kinds }] = (await simulated('--policy', path, '--raters', '50', '--golds', '100')) as [PolicyCharacteristics];
    const byKappa = kinds.find(({ kind }) => kind.name === 'noisy')!.pausedWithin.at(-1)!.share.value!;
    expect(byKappa).toBeGreaterThan(0.5);
  });

  test.each([
    [['--policy', 'lenient'], /lenient cannot be read .* give strict, sequential or a YAML file/],
    [['--raters', '0'], /at least 1/],
    [['--golds', 'many'], /--golds is "many"; give a whole number from 0 to 5000/],
  ])('%j is refused', async (args, message) => {
    await expect(printed(...args)).rejects.toThrow(message);
  });

  test('a wrong policy file is refused by its field', async () => {
    await expect(printed('--policy', policyFile('policy: sequential\nkappa_min: high\n'))).rejects.toThrow(/kappa_min is "high"/);
  });
});
