import { expect, test } from 'vitest';
import { agreementPlanCommand } from '../../cli/commands/agreement-plan.js';
import { findCommand } from '../../cli/command-line.js';
import { commands } from '../../cli/commands.js';
import { packagePath } from '../../core/package-root.js';
import { runInProcess } from '../support/run-command.js';

const printed = async (...rawArgs: string[]): Promise<string> => (await runInProcess(agreementPlanCommand, rawArgs)).stdout;

test('`agreement plan` is a command of its own, and any other word behind `agreement` a file', async () => {
  const main = { subCommands: commands };
  expect(await findCommand(main, ['agreement', 'plan', '--json'])).toMatchObject({ words: 'pairloop agreement plan', rawArgs: ['--json'] });
  expect(await findCommand(main, ['agreement', 'votes.jsonl'])).toMatchObject({ words: 'pairloop agreement', rawArgs: ['votes.jsonl'] });
});

test('prints items and votes for each number of raters', async () => {
  const text = await printed('--half-width', '0.1', '--agreement', '0.7', '--shares', '0.5,0.4,0.1', '--raters', '2,3');
  expect(text).toMatch(/^For an α of 0\.700 ± 0\.1 \(95 %\), values in shares of 0\.500, 0\.400, 0\.100:\n\nRaters an item +items +votes +simulated\n2 +\d+ +\d+ +± 0\.\d{3}\n3 +\d+ +\d+ +± 0\.\d{3}\n\nFewest votes: 3 raters an item\./);
});

test('takes what to expect from a pilot, and prints one JSON document', async () => {
  const document = JSON.parse(await printed(packagePath('samples', 'votes.jsonl'), '--half-width', '0.1', '--raters', '3', '--json')) as { expected: { agreement: number; shares: number[] } };
  expect(document).toMatchObject({ half_width: 0.1, coverage: 0.95, seed: 1, plans: [{ raters: 3, items: expect.any(Number), simulated_half_width: expect.any(Number) }] });
  expect(document.expected.agreement).toBeGreaterThan(0.5);
  expect(document.expected.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
});

test.each([
  [['--half-width', '0'], '--half-width is 0; give a number from 0.005 to 0.5.'],
  [['--half-width', '0.1'], 'needs a pilot file, or --agreement and --shares'],
  [['--half-width', '0.1', '--agreement', '0.7', '--shares', '0.5,0.4'], '--shares is 0.5,0.4; give 2 to 8 shares that sum to 1.'],
  [['--half-width', '0.1', '--agreement', '1.2', '--shares', '0.5,0.5'], '--agreement is 1.2; give a number from 0 to 0.99.'],
  [['--half-width', '0.1', '--raters', '1'], '--raters is "1"; give whole numbers from 2 to 10'],
  [['x.jsonl', '--half-width', '0.1', '--agreement', '0.7'], 'leave --agreement and --shares out'],
])('refuses %j', async (args, message) => {
  await expect(printed(...args)).rejects.toThrow(message);
});
