import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readReplayFile, type ReplayFile } from '../../cli/replay/replay-file.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, lines: readonly unknown[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return path;
}

const pair = (id: string, rest: object = {}) => ({ id, prompt: 'p', response_a: 'x', response_b: 'y', ...rest });

function read(votesPath: string, more: { pairsPath?: string; limit?: number } = {}): Promise<ReplayFile> {
  return readReplayFile({ votesPath, pairsPath: more.pairsPath, limit: more.limit, consent: { basis: 'public' } });
}

test('pairs with their votes, or votes with the pairs elsewhere, say the same', async () => {
  const one = await read(write('one.jsonl', [pair('1', { votes: { r2: 'a', r1: 'tie' } }), pair('2', { votes: { r1: 'b', r2: null } }), pair('3', { votes: {} })]));
  const votes = write('votes.jsonl', [
    { item: '1', rater: 'r2', value: 'a' },
    { item: '1', rater: 'r1', value: 'tie' },
    { item: '2', rater: 'r1', value: 'b' },
  ]);
  const two = await read(votes, { pairsPath: write('pairs.jsonl', [pair('1'), pair('2'), pair('3')]) });
  expect(one).toMatchObject({ raters: ['r1', 'r2'], mendedResponses: 0 });
  expect(one.pairs.map(({ id, consent }) => [id, consent])).toEqual([['1', { basis: 'public' }], ['2', { basis: 'public' }]]);
  expect(one.votes.get('1')).toEqual(new Map([['r2', 'a'], ['r1', 'tie']]));
  expect({ ...two, name: '' }).toEqual({ ...one, name: '' });
});

test('a limit takes the first pairs and is another replay; the same file is the same one', async () => {
  const path = write('limit.jsonl', [1, 2, 3].map((id) => pair(String(id), { votes: { r1: 'a' } })));
  const [all, two, again] = [await read(path), await read(path, { limit: 2 }), await read(path, { limit: 2 })];
  expect(two.pairs.map(({ id }) => id)).toEqual(['1', '2']);
  expect(two.sha256).toBe(again.sha256);
  expect(two.sha256).not.toBe(all.sha256);
});

test('an answer that is empty or no text is shown in words', async () => {
  const path = write('empty.jsonl', [pair('1', { response_a: ' ', votes: { r1: 'b' } }), pair('2', { response_b: true, votes: { r1: 'a' } })]);
  const file = await read(path);
  expect(file.mendedResponses).toBe(2);
  expect([file.pairs[0]!.response_a, file.pairs[1]!.response_b]).toEqual(['(The model gave an empty answer.)', 'true']);
});

test.each([
  ['a value that is no verdict', [pair('1', { votes: { r1: 'left' } })], '"left"'],
  ['a vote on a pair that is nowhere', [{ item: '9', rater: 'r1', value: 'a' }], '--pairs'],
  ['no votes at all', [pair('1', { votes: {} })], 'holds no votes'],
  ['a pair twice', [pair('1', { votes: { r1: 'a' } }), pair('1', { votes: { r1: 'a' } })], 'earlier line'],
  ['a pair without a prompt', [{ id: '1', response_a: 'x', response_b: 'y', votes: { r1: 'a' } }], 'needs a prompt'],
])('%s is refused, naming it', async (_name, lines, words) => {
  await expect(read(write('bad.jsonl', lines))).rejects.toThrow(expect.objectContaining({ kind: 'usage', message: expect.stringContaining(words) }));
});
