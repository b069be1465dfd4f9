import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { benchAgreement } from './bench-agreement.js';
import { drawVotes, namedVotes } from './drawn-votes.js';
import { preparePeers } from './peers.js';
import { describeReport, type Comparison } from './report.js';

afterEach(() => vi.unstubAllEnvs());

test('the drawn votes are the same for a seed: three raters an item, each once, all 50 at work', () => {
  const drawn = drawVotes(2000, 5);
  expect(drawVotes(2000, 5)).toEqual(drawn);
  expect(drawVotes(2000, 6).value).not.toEqual(drawn.value);
  const votes = namedVotes(drawn);
  expect(votes).toHaveLength(6000);
  expect(new Set(votes.map(({ item, rater }) => `${item} ${rater}`)).size).toBe(6000);
  expect(new Set(votes.map(({ rater }) => rater)).size).toBe(50);
  expect(new Set(votes.map(({ value }) => value))).toEqual(new Set(['a', 'b', 'tie']));
});

test('without Python it says so before anything is measured', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pairloop-no-python-'));
  vi.stubEnv('PATH', folder);
  expect(() => preparePeers(() => undefined, join(folder, 'environment'))).toThrow(/needs python3, version 3\.11 or newer.*nothing was measured/);
});

test('a number of items that is none is refused', async () => {
  await expect(benchAgreement(['--items', 'many'])).rejects.toThrow('--items is many; give a whole number from 1000.');
});

test('the report names machine, versions, ratios and what was missed', () => {
  const times = { cpu: 0.002, clock: 0.003 };
  const comparison: Comparison = { what: 'α', peer: 'another', ours: times, first: times, theirs: { cpu: 0.2, clock: 0.2 }, ratio: 100, clockRatio: 66.7, difference: 1e-16 };
  const report = {
    machine: { processor: '2 × X', load: [0.5, 1] as const, commit: 'abc' },
    versions: { node: '20' },
    items: 10,
    votes: 30,
    comparisons: [comparison],
    others: { 'the whole report': 0.1 },
    growth: [{ items: 10, seconds: { alpha: 0.001, kappas: 0.002, consensus: 0.003 } }],
  };
  const text = describeReport({ ...report, missed: [] });
  expect(text).toContain('2 × X; load 0.5 → 1.0; commit abc\nnode 20\n');
  expect(text).toMatch(/\nα +2\.00 +2\.00 +200 +100\.0 +66\.7 +1e-16 {2}another\n/);
  expect(text).toContain('Equal to 1e-9, and every aim is met.');
  expect(describeReport({ ...report, missed: ['α is slow'] })).toContain('Missed:\n  α is slow');
});
