import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePairsFile } from '../../ml-backend/pool/pairs-file.js';
import { usageRefusal } from '../support/usage-refusal.js';

const folder = mkdtempSync(join(tmpdir(), 'pairloop-pairs-'));
const good = { id: 'p1', prompt: 'Why is my invoice late?', response_a: 'It was sent on Monday.', response_b: 'I do not know.' };

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const jsonl = (...records: unknown[]): string => write('pairs.jsonl', records.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n'));

const refusal = (path: string): Promise<string> => usageRefusal(parsePairsFile(path));

describe('JSONL', () => {
  test('reads pairs with defaults, passes over blank lines and a byte order mark, names ignored fields', async () => {
    const text = `\uFEFF${JSON.stringify({ ...good, ticket: 7 })}\n\n${JSON.stringify({ ...good, id: 'p2', messages: [{ role: 'user', content: 'Hi' }], consent: { basis: 'contract' } })}\r\n`;
    const file = await parsePairsFile(write('two.jsonl', text));
    expect(file.pairs).toEqual([
      { ...good, domain: 'general', safety_flags: [] },
      { ...good, id: 'p2', messages: [{ role: 'user', content: 'Hi' }], consent: { basis: 'contract' }, domain: 'general', safety_flags: [] },
    ]);
    expect(file.ignoredFields).toEqual(['ticket']);
    expect(file.contentSha256).toBe(createHash('sha256').update(text).digest('hex'));
  });

  test('names every fault with line, field, value and fix', async () => {
    const message = await refusal(
      jsonl(
        good,
        '{"id": "p2", "prompt": "x"',
        { ...good, id: 'p3', response_a: '  ' },
        { ...good, id: 'p4', response_b: undefined },
        { ...good, id: 'p1' },
        '{"id": "p5", "prompt": "a NaN here", "response_a": "a", "response_b": "b", "uncertainty": NaN, "embedding": [1, -Infinity]}',
        { ...good, id: 'p6', prompt: undefined },
        { ...good, id: 'p7', checks_a: { execution: { status: 'maybe' } } },
        { ...good, id: 'p8', response_a: 'nul \0' },
        '[1]',
      ),
    );
    expect(message.split('\n')).toEqual([
      'pairs.jsonl has 10 faults; nothing was imported:',
      expect.stringMatching(/^ {2}line 2: is not valid JSON \(.*\); each line must be one JSON object$/),
      '  line 3, response_a = "  ": is empty; give the full text',
      '  line 4, response_b: is missing; every pair needs it',
      '  line 5, id = "p1": is already the id of line 1; give each pair its own',
      '  line 6, uncertainty: is NaN, which is no number in JSON; give a finite number or leave the field out',
      '  line 6, embedding[1]: is -Infinity, which is no number in JSON; give a finite number or leave the field out',
      '  line 7, prompt: needs a prompt (text) or messages (a list of {role, content})',
      expect.stringMatching(/^ {2}line 8, checks_a\.execution\.status = "maybe": Invalid option/),
      '  line 9, response_a: contains the character U+0000, which cannot be stored; remove it',
      '  line 10: is not a JSON object; each line must be one pair',
    ]);
  });

  test('shows ten faults and counts the rest', async () => {
    const message = await refusal(jsonl(...Array.from({ length: 25 }, (_, index) => ({ ...good, id: `p${index}`, response_a: '' }))));
    expect(message).toMatch(/has 25 faults/);
    expect(message.split('\n')).toHaveLength(12);
    expect(message).toMatch(/… and 15 more$/);
  });

  test('shortens a long value', async () => {
    const message = await refusal(jsonl({ ...good, domain: 'd'.repeat(500) }));
    expect(message).toContain(`domain = "${'d'.repeat(59)}…:`);
  });

  test('refuses embeddings of several lengths, and numbers beyond float32', async () => {
    const message = await refusal(jsonl({ ...good, embedding: [1, 2] }, { ...good, id: 'p2', embedding: [1] }, { ...good, id: 'p3', embedding: [1, 1e39] }));
    expect(message).toContain('line 2, embedding: has 1 numbers, that of line 1 has 2; all must have the same length');
    expect(message).toContain('line 3, embedding[1] = 1e+39: does not fit float32');
  });

  test('refuses a line over 4 MiB, and bytes that are not UTF-8, naming the line', async () => {
    const long = JSON.stringify({ ...good, response_a: 'x'.repeat(4 * 1024 * 1024) });
    expect(await refusal(jsonl(good, long))).toContain('line 2: is longer than 4 MiB');
    const bytes = Buffer.concat([Buffer.from(`${JSON.stringify(good)}\n{"id": "`), Buffer.from([0xff, 0xfe])]);
    expect(await refusal(write('latin.jsonl', bytes))).toContain('line 2: is not UTF-8 text');
  });
});

describe('CSV', () => {
  test('reads columns of text, JSON, numbers and consent', async () => {
    const path = write(
      'pairs.csv',
      [
        'id,prompt,messages,response_a,response_b,domain,model_a,uncertainty,safety_flags,consent_basis,consent_reference',
        'p1,"Why, and\nhow?",,"He said ""no""",B,support,m1,0.25,"[""self-harm""]",contract,T-1',
        'p2,,"[{""role"":""user"",""content"":""Hi""}]",A,B,,,,,,',
      ].join('\r\n'),
    );
    expect((await parsePairsFile(path)).pairs).toEqual([
      {
        id: 'p1',
        prompt: 'Why, and\nhow?',
        response_a: 'He said "no"',
        response_b: 'B',
        domain: 'support',
        model_a: 'm1',
        uncertainty: 0.25,
        safety_flags: ['self-harm'],
        consent: { basis: 'contract', reference: 'T-1' },
      },
      { id: 'p2', messages: [{ role: 'user', content: 'Hi' }], response_a: 'A', response_b: 'B', domain: 'general', safety_flags: [] },
    ]);
  });

  test('names every fault with its row', async () => {
    const path = write(
      'bad.csv',
      [
        'id,prompt,response_a,response_b,uncertainty,messages',
        'p1,x,,b,,',
        'p2,x,a,b,high,',
        'p3,x,a,b',
        'p4,x,a,b,0.5,[{role',
        'p5,x,a,"b',
      ].join('\n'),
    );
    const lines = (await refusal(path)).split('\n');
    expect(lines).toEqual([
      'bad.csv has 5 faults; nothing was imported:',
      '  row 2, response_a = "": is empty; give the full text',
      expect.stringMatching(/^ {2}row 3, uncertainty = "high": .*expected number/),
      '  row 4: has 4 cells where the header has 6; quote cells that hold commas or line breaks',
      expect.stringMatching(/^ {2}row 5, messages = "\[\{role": is not valid JSON/),
      expect.stringMatching(/^ {2}row 6: cannot be read as CSV \(Quote Not Closed/),
    ]);
  });

  test('refuses text that is not UTF-8 and a column named twice', async () => {
    const latin = Buffer.from('id,prompt,response_a,response_b\np1,caf\xe9,a,b\n', 'latin1');
    expect(await refusal(write('latin.csv', latin))).toMatch(/cannot be read as CSV/);
    expect(await refusal(write('twice.csv', 'id,id,prompt,response_a,response_b\np1,p1,x,a,b\n'))).toContain('row 1, id: is a column twice');
  });
});

test('a pair written as CSV reads the same as written as JSONL', async () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((one) => one.trim() !== '' && !/\0|\p{Surrogate}/u.test(one));
  const quote = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(text, text, text, async (prompt, response_a, response_b) => {
      const record = { id: 'p', prompt, response_a, response_b };
      const csv = write('same.csv', `${Object.keys(record).join(',')}\n${Object.values(record).map(quote).join(',')}\n`);
      expect((await parsePairsFile(csv)).pairs).toEqual((await parsePairsFile(jsonl(record))).pairs);
    }),
    { seed: 7, numRuns: 100 },
  );
});

test('a file that is missing, a folder, empty or of unknown kind is refused with its path', async () => {
  expect(await refusal(join(folder, 'absent.jsonl'))).toMatch(/absent\.jsonl cannot be read/);
  expect(await refusal(write('empty.jsonl', '\n'))).toMatch(/empty\.jsonl holds no pairs/);
  expect(await refusal(write('pairs.xlsx', 'x'))).toMatch(/pairs\.xlsx has no known ending/);
});
