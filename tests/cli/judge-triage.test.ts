import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { judgeTriageCommand } from '../../cli/commands/judge-triage.js';
import { readReferenceFiles } from '../../ml-backend/uncertainty/judge/reference-file.js';
import { readVerdictsFile } from '../../ml-backend/uncertainty/judge/verdicts-file.js';
import { runInProcess } from '../support/run-command.js';
import { usageRefusal } from '../support/usage-refusal.js';

const folder = mkdtempSync(join(tmpdir(), 'pairloop-judge-'));

function write(name: string, ...lines: unknown[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join(''));
  return path;
}

/** 90 pairs of which 60 have gold; the judge is wrong on three of those, and on five others it follows the order. */
function example(): { verdicts: string; gold: string } {
  const truth = (index: number): string => (index % 2 === 0 ? 'a' : 'b');
  const verdicts = Array.from({ length: 90 }, (_, index) => {
    const says = index < 3 ? truth(index + 1) : truth(index);
    return index >= 85 ? { item: `p${index}`, judge: 'j', ab: 'a', ba: 'b' } : { item: `p${index}`, judge: 'j', ab: says, ba: says };
  });
  const gold = Array.from({ length: 60 }, (_, index) => ({ id: `p${index}`, gold: truth(index) }));
  return { verdicts: write('example.jsonl', ...verdicts), gold: write('example-gold.jsonl', ...gold) };
}

describe('a file of verdicts', () => {
  test('is read with both orders on a line or one, mixed; the lower confidence counts', async () => {
    const path = write(
      'both.jsonl',
      { item: 'p1', judge: 'j', order: 'ba', verdict: 'tie', confidence: 0.9, key: 'passed over' },
      { item: 'p2', judge: 'j', ab: 'a', ba: null },
      { item: 'p1', judge: 'j', order: 'ab', verdict: 'tie', confidence: 0.7 },
      { item: 3, judge: 'j', order: 'ab', verdict: null, confidence: null },
    );
    expect(await readVerdictsFile(path)).toEqual([
      { item: 'p1', judge: 'j', ab: 'tie', ba: 'tie', confidence: 0.7 },
      { item: 'p2', judge: 'j', ab: 'a', ba: null, confidence: null },
      { item: '3', judge: 'j', ab: null, ba: null, confidence: null },
    ]);
  });

  test('may end in a line that was cut off, and a whole last line needs no line break', async () => {
    const line = '{"item":"p1","judge":"j","ab":"a","ba":"a"}';
    const path = join(folder, 'torn.jsonl');
    for (const end of ['{"item":"p2","jud', line.replace('p1', 'p2').slice(0, -1), '{"item":"ü'.slice(0, -1)]) {
      writeFileSync(path, `${line}\n${end}`);
      expect(await readVerdictsFile(path), end).toHaveLength(1);
    }
    writeFileSync(path, `${line}\n${line.replace('p1', 'p2')}`);
    expect(await readVerdictsFile(path)).toHaveLength(2);
  });

  test('names each fault with line, field, value and fix', async () => {
    const path = write(
      'faults.jsonl',
      { item: 'p1', judge: 'j', ab: 'A', ba: 'a' },
      { item: 'p1', judge: 'j', ab: 'a' },
      { item: 'p2', judge: 'j', ab: 'a', ba: 'a', confidence: 90 },
      { item: 'p3', judge: 'j', ab: 'a', ba: 'a' },
      { item: 'p3', judge: 'j', order: 'ba', verdict: 'b' },
      { item: 'p4', judge: 'j', order: 'left', verdict: 'b' },
      'nonsense',
      [1],
      { item: 'p5', judge: 'j', ab: 'a', ba: 'a' },
    );
    const message = await usageRefusal(readVerdictsFile(path));
    expect(message).toContain('line 1, ab = "A": must be a, b, tie, both_bad, or null for no answer');
    expect(message).toContain('line 2, ba: is missing; a line needs item, judge, ab and ba');
    expect(message).toContain('line 3, confidence = 90: must be from 0 to 1');
    expect(message).toContain('line 5, verdict = "b": the judge j already said a to p3 in the order ba, in line 4; keep one');
    expect(message).toContain('line 6, order = "left"');
    expect(message).toContain('line 7: is not valid JSON');
    expect(message).toContain('line 8: is not a JSON object');
  });
});

describe('gold', () => {
  test('is read in four shapes; votes count with a strict majority, and gold before votes', async () => {
    const first = write('gold.jsonl', { id: 'p1', gold: 'a', prompt: 'passed over' }, { id: 'p2', accepted_verdicts: ['a', 'tie'] }, { id: 'p3', votes: { r1: 'a', r2: 'b', r3: 'a' } });
    const second = write('votes.jsonl', { id: 'p4', votes: { r1: 'a', r2: 'b', r3: null } }, { item: 'p5', rater: 'r1', value: 'b' }, { item: 'p1', rater: 'r1', value: 'b' });
    const reference = await readReferenceFiles([first, second]);
    expect(Object.fromEntries([...reference].map(([item, verdicts]) => [item, [...verdicts]]))).toEqual({ p1: ['a'], p2: ['a', 'tie'], p3: ['a'], p5: ['b'] });
  });

  test('names what is wrong', async () => {
    const path = write('bad-gold.jsonl', { id: 'p1', gold: 'left' }, { id: 'p2', gold: 'a' }, { id: 'p2', gold: 'b' }, { id: 'p3' }, { id: 'p4', votes: { r1: 3 } });
    const message = await usageRefusal(readReferenceFiles([path]));
    expect(message).toContain('line 1, gold = "left": must be as in {"id": "p1", "gold": "a"}; a verdict is one of a, b, tie, both_bad');
    expect(message).toContain('line 3, gold = "b": the pair p2 has other gold already, a; keep one');
    expect(message).toContain('line 4: has no known shape');
    expect(message).toContain('line 5, votes');
  });
});

describe('pairloop judge triage', () => {
  test('settles what keeps the promise, leaves order-unstable verdicts to humans and draws an audit', async () => {
    const { verdicts, gold } = example();
    const { stdout } = await runInProcess(judgeTriageCommand, [verdicts, '--gold', gold, '--splits', '20', '--json']);
    const result: unknown = JSON.parse(stdout);
    expect(result).toMatchObject({
      stated: { error: 0.15, confidence: 0.9 },
      n: { pairs: 90, known: 60, triaged: 30, settled: 25, humans: 5, audited: 17 },
      humans_by_reason: { order_unstable: 5 },
      threshold: 1,
      tested: [{ threshold: 1, settled: 60, wrong: 3, passed: true }],
      judges: [{ judge: 'j', stable: 85, order_unstable: 5, position_bias: { first: 5, second: 0, first_share: 1 }, agreement: { stable: { right: 57, n: 60 } } }],
    });
    expect(result).toHaveProperty('decisions.length', 30);
    expect(result).toHaveProperty('held_out.length', 2);
    expect((await runInProcess(judgeTriageCommand, [verdicts, '--gold', gold, '--splits', '20', '--json'])).stdout).toBe(stdout);
  });

  test('says so when nothing keeps the promise', async () => {
    const { verdicts, gold } = example();
    const { stdout } = await runInProcess(judgeTriageCommand, [verdicts, '--gold', gold, '--error', '0.05']);
    expect(stdout).toContain('Settled: none of 30 pairs without gold; on 60 with gold no threshold keeps at most 5 % wrong, with 90 % confidence.');
    expect(stdout).toContain('  confidence ≥ 1.000: 3 of 60 with gold wrong, upper bound 0.108');
    expect(stdout).toContain('Left to humans: 30 (5 order-unstable, 25 below the threshold); 100 % of the pairs.');
  });

  test('refuses what it cannot use', async () => {
    const { verdicts, gold } = example();
    const call = (...more: string[]) => usageRefusal(runInProcess(judgeTriageCommand, [verdicts, '--gold', gold, ...more]));
    expect(await call('--error', '15')).toContain('--error is 15; give a share above 0 and below 1');
    expect(await call('--audit-precision', '0.001')).toContain('give 0.01 or more');
    expect(await call('--judges', 'gpt')).toContain('--judges names "gpt", which is not in the file; its judges are j.');
    const other = write('other.jsonl', { id: 'q1', gold: 'a' });
    expect(await usageRefusal(runInProcess(judgeTriageCommand, [verdicts, '--gold', other]))).toContain('has gold in');
  });
});
