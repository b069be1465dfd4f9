import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseGoldFile } from '../../webhooks/quality/gold-file.js';
import { storeGoldAnswers } from '../../webhooks/quality/gold.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { castVote, insertPairs, insertProject, newUserId } from './example-project.js';

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'pairloop-gold-'));
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const ANSWER = { explanation: 'B leaks a key.', author: 'Ada' };

describe('storeGoldAnswers', () => {
  test('keeps answers in canonical sides', async () => {
    await insertPairs(database.db, [
      { id: 'straight', purpose: 'gold', sides_swapped: false },
      { id: 'swapped', purpose: 'gold', sides_swapped: true },
    ]);
    const answers = ['straight', 'swapped'].map((pairId) => ({ pairId, acceptedVerdicts: ['a' as const, 'tie' as const], ...ANSWER }));
    expect(await storeGoldAnswers(database.db, answers)).toEqual({ stored: 2, changed: 0 });
    const rows = await database.db.selectFrom('gold_item').select(['pair_id', 'accepted_verdicts', 'author', 'state']).orderBy('pair_id').execute();
    expect(rows).toEqual([
      { pair_id: 'straight', accepted_verdicts: ['a', 'tie'], author: 'Ada', state: 'active' },
      { pair_id: 'swapped', accepted_verdicts: ['b', 'tie'], author: 'Ada', state: 'active' },
    ]);
  });

  test('a corrected answer checks the votes on it again', async () => {
    const project = await insertProject(database.db, ['gold-corrected']);
    await castVote(database.db, project, { pairId: 'gold-corrected', userId: newUserId(), verdict: 'b' });
    const passed = () => database.db.selectFrom('gold_check').select('passed').where('pair_id', '=', 'gold-corrected').execute();
    expect(await passed()).toEqual([{ passed: false }]);
    const corrected = { pairId: 'gold-corrected', acceptedVerdicts: ['b' as const], ...ANSWER };
    expect(await storeGoldAnswers(database.db, [corrected])).toEqual({ stored: 1, changed: 1 });
    expect(await passed()).toEqual([{ passed: true }]);
    expect(await storeGoldAnswers(database.db, [corrected])).toEqual({ stored: 1, changed: 0 });
  });

  test('refuses all when one pair is not there or is no gold pair', async () => {
    await insertPairs(database.db, [{ id: 'ordinary' }, { id: 'lonely', purpose: 'gold' }]);
    const answers = ['lonely', 'ordinary', 'absent'].map((pairId) => ({ pairId, acceptedVerdicts: ['a' as const], ...ANSWER }));
    await expect(storeGoldAnswers(database.db, answers)).rejects.toThrow('No gold pair has the id "ordinary", "absent"');
    expect(await database.db.selectFrom('gold_item').selectAll().where('pair_id', '=', 'lonely').execute()).toEqual([]);
  });
});

describe('parseGoldFile', () => {
  async function parse(...lines: unknown[]) {
    const path = join(folder, 'gold.jsonl');
    await writeFile(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
    return parseGoldFile(path);
  }

  test('reads the answer beside the fields of a pair', async () => {
    const line = { id: 'g1', prompt: 'x', response_a: '1', response_b: '2', accepted_verdicts: ['a', 'a', 'tie'], ...ANSWER };
    expect(await parse(line)).toEqual([{ pairId: 'g1', acceptedVerdicts: ['a', 'tie'], ...ANSWER }]);
  });

  test.each([
    [{ id: 'g', accepted_verdicts: ['left'], ...ANSWER }, /line 1, accepted_verdicts = \["left"\]/],
    [{ id: 'g', accepted_verdicts: [], ...ANSWER }, /is empty; name at least one verdict/],
    [{ id: 'g', accepted_verdicts: ['a', 'b', 'tie', 'both_bad'], ...ANSWER }, /must be able to fail/],
    [{ id: 'g', accepted_verdicts: ['a'], author: 'Ada' }, /line 1, explanation: is missing/],
    [{ id: 'g', accepted_verdicts: ['a'], explanation: ' ', author: 'Ada' }, /explanation = " ": is empty/],
    ['[]', /line 1: is not a JSON object/],
    ['{"id":', /line 1: is not valid JSON/],
  ])('%j is refused', async (line, message) => {
    await expect(parse(line)).rejects.toThrow(message);
    await expect(parse(line)).rejects.toMatchObject({ kind: 'usage' });
  });

  test('a file that is not there, is empty or is named otherwise is refused', async () => {
    await expect(parseGoldFile(join(folder, 'absent.jsonl'))).rejects.toThrow(/absent.jsonl cannot be read \(ENOENT/);
    await expect(parseGoldFile(join(folder, 'gold.csv'))).rejects.toThrow('is not named .jsonl');
    await expect(parse('')).rejects.toThrow('holds no gold items');
  });
});
