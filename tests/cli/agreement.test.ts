import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { agreementCommand } from '../../cli/commands/agreement.js';
import { readVotesFile } from '../../cli/votes-file.js';
import { runInProcess } from '../support/run-command.js';
import { usageRefusal } from '../support/usage-refusal.js';

const folder = mkdtempSync(join(tmpdir(), 'pairloop-votes-'));

function write(...lines: unknown[]): string {
  const path = join(folder, 'votes.jsonl');
  writeFileSync(path, lines.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join(''));
  return path;
}

async function printed(...rawArgs: string[]): Promise<string> {
  return (await runInProcess(agreementCommand, rawArgs)).stdout;
}

describe('a file of votes', () => {
  test('is read in both shapes, mixed, with null for a missing vote and numbers as names', async () => {
    const path = write(
      { item: 'p1', rater: 'r1', value: 'a' },
      { id: 'p1', prompt: 'passed over', votes: { r2: 'tie', r3: null } },
      '',
      { item: 7, rater: 2, value: 4.5 },
      { item: '7', rater: 'r1', value: null },
    );
    expect(await readVotesFile(path)).toEqual([
      { item: 'p1', rater: 'r1', value: 'a' },
      { item: 'p1', rater: 'r2', value: 'tie' },
      { item: '7', rater: '2', value: 4.5 },
    ]);
  });

  test('may say batch, domain, dimension and repeat', async () => {
    const path = write(
      { item: 'p1', rater: 'r1', value: 'a', batch: 3, domain: 'code', prompt: 'passed over' },
      { id: 'p1', domain: 'code', repeat: 1, votes: { r1: 'b' } },
      { item: 'p1', rater: 'r1', value: 4, dimension: 'tone', domain: null },
    );
    expect(await readVotesFile(path)).toEqual([
      { item: 'p1', rater: 'r1', value: 'a', batch: '3', domain: 'code' },
      { item: 'p1', rater: 'r1', value: 'b', domain: 'code', repeat: 1 },
      { item: 'p1', rater: 'r1', value: 4, dimension: 'tone' },
    ]);
    const wrong = write({ item: 'p1', rater: 'r1', value: 'a', repeat: 0, domain: ['x'] });
    expect(await usageRefusal(readVotesFile(wrong))).toContain('line 1, repeat = 0: must be a whole number from 1, or left out where it is the first time');
  });

  test('may say the same twice, and may be empty', async () => {
    const line = { item: 'p1', rater: 'r1', value: 'a' };
    expect(await readVotesFile(write(line, line, { id: 'p1', votes: { r1: 'a' } }))).toEqual([line]);
    expect(await readVotesFile(write())).toEqual([]);
  });

  test('names each fault with line, field, value and fix', async () => {
    const path = write(
      { item: 'p1', rater: 'r1', value: 'a' },
      '{"item": "p2",',
      { item: 'p2', value: 'a' },
      { item: 'p2', rater: 'r1', value: true },
      { item: '', rater: 'r1', value: 'a' },
      { votes: { r1: 'a' } },
      { id: 'p3', votes: { r1: ['a'] } },
      { id: 'p3', votes: 'a' },
      [1],
      { id: 'p1', votes: { r1: 'b' } },
      '{"item": "p4", "rater": "r1", "value": NaN}',
    );
    const [first, ...faults] = (await usageRefusal(readVotesFile(path))).split('\n');
    expect(first).toBe('votes.jsonl has 10 faults; nothing was computed:');
    expect(faults).toEqual([
      expect.stringMatching(/^ {2}line 2: is not valid JSON/),
      '  line 3, rater: is missing; a line needs item, rater and value, or id and votes',
      '  line 4, value = true: must be a text, a number, or null for a missing vote',
      '  line 5, item = "": must be a text that is not empty, or a number',
      '  line 6, id: is missing; a line needs item, rater and value, or id and votes',
      '  line 7, votes.r1 = ["a"]: must be a text, a number, or null for a missing vote',
      '  line 8, votes = "a": must be an object of values by rater, such as {"r1": "a", "r2": "tie"}',
      expect.stringMatching(/^ {2}line 9: is not a JSON object; give /),
      '  line 10, votes.r1 = "b": rater r1 already has the value "a" for item p1 in line 1; keep one',
      expect.stringMatching(/^ {2}line 11, value: is NaN, which is no number in JSON/),
    ]);
  });

  test('may not write one value as a number and as text', async () => {
    const path = write({ item: 'p1', rater: 'r1', value: 1 }, { item: 'p1', rater: 'r2', value: '1' });
    expect(await usageRefusal(readVotesFile(path))).toContain('line 2, value = "1": is a string, but the same is a number in line 1; write it one way');
  });

  test('must be there, and be a file', async () => {
    expect(await usageRefusal(readVotesFile(join(folder, 'absent.jsonl')))).toMatch(/file of votes .*absent\.jsonl cannot be read/);
    expect(await usageRefusal(readVotesFile(folder))).toMatch(/is not a file; give a file of votes/);
  });
});

describe('pairloop agreement', () => {
  const votes = [...'aabbabtab'].map((value, item) => ({ id: `p${item}`, votes: { ann: value, bo: item === 3 ? 'a' : value, 'c\u001B[31m': item > 6 ? value : null } }));

  test('prints a table with right-aligned numbers, and no control characters of the file', async () => {
    const text = await printed(write(...votes), '--seed', '5');
    expect(text).toBe(`9 items, 20 votes, 3 raters, 3 values (a, b, t)

                             value   95 % interval   items   votes
Percent agreement            0.923   0.726 … 1.000       9      20
All votes alike              0.889   0.667 … 1.000       9      20
Krippendorff's α (nominal)   0.836   0.357 … 1.000       9      20
Fleiss' κ (nominal)          0.811   0.299 … 1.000       9      20
Gwet's AC1 (nominal)         0.843   0.528 … 1.000       9      20
Cohen's κ, ann – bo          0.813   0.372 … 1.000       9      18
Cohen's κ, ann – c�[31m      1.000               –       2       4
Cohen's κ, bo – c�[31m       1.000               –       2       4

Cohen's κ, ann – c�[31m; Cohen's κ, bo – c�[31m: no interval: the value is undefined in 492 of 1000 resamples, because too few items differ.
Intervals: percentile bootstrap over items, 1000 resamples, seed 5.
`);
  });

  test('prints one JSON document; the same seed gives the same, another another interval', async () => {
    const path = write(...votes);
    const first = JSON.parse(await printed(path, '--json', '--seed', '5')) as Record<string, unknown>;
    expect(first).toMatchObject({
      level: 'nominal',
      n: { items: 9, votes: 20, raters: 3, values: 3 },
      values: ['a', 'b', 't'],
      percent_agreement: { value: 12 / 13, n: { items: 9, votes: 20 }, interval: { level: 0.95, resamples: 1000, undefined_resamples: 0 }, reason: null },
      fleiss_kappa: { value: expect.any(Number), interval: { low: expect.any(Number) }, reason: null },
      gwet_ac1: { value: expect.any(Number), interval: { low: expect.any(Number) }, reason: null },
      cohen_kappa_reason: null,
      bootstrap: { seed: 5, resamples: 1000, coverage: 0.95 },
    });
    expect(first['cohen_kappa']).toMatchObject([
      { raters: ['ann', 'bo'], observed: 8 / 9 },
      { raters: ['ann', 'c\u001B[31m'], value: 1, interval: null, reason: expect.stringContaining('undefined in 492') },
      { raters: ['bo', 'c\u001B[31m'] },
    ]);
    expect(JSON.parse(await printed(path, '--json', '--seed', '5'))).toEqual(first);
    expect(JSON.parse(await printed(path, '--json', '--seed', '6'))).not.toEqual(first);
  });

  test('at the ordinal level gives weighted κ too', async () => {
    const numbers = [1, 2, 3, 4, 5, 3, 2].map((value, item) => ({ id: item, votes: { r1: value, r2: Math.min(value + (item % 2), 5) } }));
    const path = write(...numbers);
    expect(await printed(path, '--level', 'ordinal')).toMatch(/Krippendorff's α \(ordinal\) [^]*\n {2}linear weights[^]*\n {2}quadratic weights/);
    const document = JSON.parse(await printed(path, '--level', 'interval', '--json')) as { cohen_kappa: [Record<string, unknown>] };
    expect(document.cohen_kappa[0]).toMatchObject({ linear: { value: expect.any(Number) }, quadratic: { value: expect.any(Number) } });
  });

  test('breaks down by what is asked for, and says what else there is', async () => {
    const labelled = votes.map((vote, item) => ({ ...vote, domain: item % 2 === 0 ? 'code' : 'support', batch: 'b1' }));
    const path = write(...labelled, { item: 'p0', rater: 'ann', value: 'b', repeat: 1 }, { item: 'p1', rater: 'ann', value: 'a', repeat: 1 }, { item: 'p0', rater: 'ann', value: 5, dimension: 'tone' });
    expect(await printed(path)).toContain('There is more with --by: batch (1), domain (2), dimension (1), rater (2 repeats).\n');
    const text = await printed(path, '--by', 'domain, rater');
    expect(text).toMatch(/\nBy domain +value +95 % interval +items +votes\ncode\n {2}Percent agreement +[01]\.\d{3} /);
    expect(text).toMatch(/\nEach rater against the others [^]*\nann\n {2}Percent agreement [^]* {2}Cohen's κ /);
    expect(text).toMatch(/\nEach rater with themselves \(repeats\) [^]*\nann\n {2}Percent agreement +0\.500 /);
    expect(text).toMatch(/\nAll but one rater [^]*There is more with --by: batch \(1\), dimension \(1\)\.\n$/);
    const document = JSON.parse(await printed(path, '--json', '--by', 'all')) as { by: Record<string, unknown[]> };
    expect(Object.entries(document.by).map(([name, groups]) => [name, groups.length])).toEqual(
      Object.entries({ batch: 1, domain: 2, dimension: 1, pair: 3, rater_against_others: 3, rater_with_self: 1, rater_left_out: 3 }),
    );
    expect(document.by['domain']![0]).toMatchObject({ name: 'code', level: 'nominal', krippendorff_alpha: { value: expect.any(Number), interval: { level: 0.95 } } });
    expect(await printed(path, '--dimension', 'tone')).toMatch(/^Ratings of tone: 1 item, 1 vote, 1 rater, 1 value \(5\)\n/);
    expect(await printed(write(...votes), '--by', 'batch,domain,dimension')).toMatch(/\nBy batch: no vote says which batch it is from\.\n\nBy domain: [^]*\nBy rubric dimension: no vote rates a dimension\.\n/);
  });

  test('says what is undefined and why', async () => {
    expect(await printed(write())).toContain('undefined               –       0       0');
    expect(await printed(write())).toContain("Percent agreement; All votes alike; Krippendorff's α (nominal); Fleiss' κ (nominal); Gwet's AC1 (nominal): there are no votes.\nCohen's κ: there are no votes.");
    const alike = await printed(write({ id: 1, votes: { r1: 'a', r2: 'a' } }, { id: 2, votes: { r1: 'a', r2: 'a' } }));
    expect(alike).toContain("Cohen's κ, r1 – r2: both raters gave one and the same value to every item they share (0/0).");
  });

  test.each([
    [['--level', 'ratio'], '--level ratio is not a level; give nominal, ordinal, interval.'],
    [['--by', 'mood'], '--by is "mood"; give batch, domain, dimension, pair, rater.'],
    [['--project', 'Demo'], 'needs a file of votes or --project PROJECT, and not both'],
    [['--seed', '1.5'], '--seed is "1.5"; give a whole number from 0 to 9007199254740991.'],
    [['--seed', '99999999999999999999'], '--seed is "99999999999999999999"; give a whole number'],
    [['--resamples', '-1'], '--resamples is "-1"; give a whole number from 0 to 1000000.'],
    [['--level', 'interval'], 'The interval level needs numbers, but there is a vote with the text "a"'],
  ])('refuses %j', async (options, message) => {
    expect(await usageRefusal(printed(write(...votes), ...options))).toContain(message);
  });
});
