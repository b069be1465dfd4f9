import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rankingCommand } from '../../cli/commands/ranking.js';
import { readComparisonsFile } from '../../cli/comparisons-file.js';
import { runInProcess } from '../support/run-command.js';

const folder = mkdtempSync(join(tmpdir(), 'pairloop-ranking-'));

function write(...lines: unknown[]): string {
  const path = join(folder, 'comparisons.jsonl');
  writeFileSync(path, lines.map((one) => `${JSON.stringify(one)}\n`).join(''));
  return path;
}

async function printed(...rawArgs: string[]): Promise<string> {
  return (await runInProcess(rankingCommand, rawArgs)).stdout;
}

/** Model x wins more often than it loses against y, and y against the third. */
const lines = [...'aabatbaab', 'both_bad'].flatMap((value, item) => [
  { item: `p${item}`, model_a: 'x', model_b: 'y', value: value === 't' ? 'tie' : value, displayed: item % 2 === 0 ? 'ab' : 'ba' },
  { id: `q${item}`, model_a: 'y', model_b: 'z\u001B[31m', votes: { ann: value === 't' ? 'tie' : value, bo: null } },
]);

describe('a file of comparisons', () => {
  test('is read in both shapes, with orders and lengths where they are known', async () => {
    const path = write(
      { item: 1, model_a: 'x', model_b: 'y', value: 'a', displayed: 'ba', response_a: 'añ😀', response_b: '' },
      { id: 'p', model_a: 'x', model_b: 'y', votes: { ann: 'tie', bo: 'both_bad', cy: null }, displayed: { bo: 'ab' }, length_a: 7, response_b: true },
    );
    const shared = { modelA: 'x', modelB: 'y' };
    expect(await readComparisonsFile(path)).toEqual([
      { ...shared, item: '1', verdict: 'a', displayed: 'ba', lengths: [3, 0] },
      { ...shared, item: 'p', verdict: 'tie', displayed: null, lengths: [7, 4] },
      { ...shared, item: 'p', verdict: 'both_bad', displayed: 'ab', lengths: [7, 4] },
    ]);
  });

  test('names each fault with line, field, value and fix', async () => {
    const path = write(
      { item: 1, model_a: 'x', value: 'a' },
      { item: 1, model_a: 'x', model_b: 'y', value: 'c' },
      { id: 1, model_a: 'x', model_b: 'y', votes: { ann: 1 } },
      { item: 1, model_a: 'x', model_b: 'y', value: 'a', displayed: 'left', length_a: -1 },
      ['x'],
    );
    await expect(readComparisonsFile(path)).rejects.toThrow(
      [
        'comparisons.jsonl has 6 faults; nothing was computed:',
        '  line 1, model_b: is missing; a line needs item, model_a, model_b and value, or id, model_a, model_b and votes',
        '  line 2, value = "c": must be "a", "b", "tie", "both_bad", or null for a missing vote',
        '  line 3, votes.ann = 1: must be "a", "b", "tie", "both_bad", or null for a missing vote',
        '  line 4, length_a = -1: must be a whole number of characters',
        '  line 4, displayed = "left": must be "ab", "ba", or null where it is unknown',
        '  line 5: is not a JSON object; a line needs item, model_a, model_b and value, or id, model_a, model_b and votes',
      ].join('\n'),
    );
  });
});

describe('pairloop ranking', () => {
  test('prints models from the strongest, the effects, and what the figures rest on, without control characters of the file', async () => {
    const text = await printed(write(...lines), '--seed', '5', '--resamples', '200');
    expect(text).toMatch(/^20 comparisons of 20 items, 3 models, 4 ties\n\nModel +strength +95 % interval +Wald +place +wins +ties +losses\nx +0\.\d{3} /);
    expect(text).toMatch(/\ny +[−\d.]+ [^]*\nz�\[31m +−0\.\d{3} /);
    expect(text).toMatch(/\nDisplayed first +[−\d.]+ .* × \d\.\d\d\nTwice as long: undefined, 20 of 20 comparisons do not say how long the answers are\.\n/);
    expect(text).toMatch(/\nTwo equal models tie in \d+\.\d % \(Davidson\)\..*\nNo interval: the value is undefined in \d+ of 200 resamples, because too few items differ\.\nBradley–Terry, \d iterations\. Intervals: percentile bootstrap over items, 200 resamples, seed 5; .*\n$/);
  });

  test('prints one JSON document', async () => {
    const document = JSON.parse(await printed(write(...lines), '--json', '--ties', 'rao-kupper', '--both-bad', 'leave-out', '--control', 'none', '--prior', '2')) as Record<string, unknown>;
    expect(document).toMatchObject({
      tie_model: 'rao-kupper',
      prior_sd: 2,
      n: { comparisons: 18, items: 18, models: 3, ties: 2 },
      models: [{ model: 'x', strength: { value: expect.any(Number), standard_error: expect.any(Number), interval: { level: 0.95, resamples: 1000 }, reason: null } }, {}, {}],
      effects: {},
      reason: null,
      bootstrap: { seed: 1, resamples: 1000, coverage: 0.95 },
    });
    expect(document['covariance']).toHaveLength(3);
  });

  test('says what is undefined and why', async () => {
    const text = await printed(write({ item: 1, model_a: 'x', model_b: 'y', value: 'a' }));
    expect(text).toContain('Undefined: "x" never lost to or tied with "y", so that how much stronger has no upper bound');
    expect(text).toMatch(/\nx +undefined +– +– +– +1 +0 +0\n/);
    expect(await printed(write())).toBe('0 comparisons of 0 items, 0 models, 0 ties\n\nUndefined: there are no comparisons.\n\n');
  });

  test.each([
    [['--ties', 'elo'], '--ties is "elo"; give davidson, rao-kupper.'],
    [['--control', 'mood'], '--control is "mood"; give position, length.'],
    [['--prior', '0'], '--prior is 0; give a standard deviation in log odds above 0 and up to 100, such as 2.'],
    [['--both-bad', 'lost'], '--both-bad is "lost"; give tie, leave-out.'],
    [['--project', 'Demo'], 'needs a file of comparisons or --project PROJECT, and not both'],
  ])('refuses %j', async (options, message) => {
    await expect(printed(write(...lines), ...options)).rejects.toThrow(message);
  });
});
