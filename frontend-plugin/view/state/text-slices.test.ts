import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMarkdown } from './markdown.js';
import { readText } from './text-document.js';
import { sliceMarkdown } from './text-slices.js';

const lines = (count: number, line: (at: number) => string): string => Array.from({ length: count }, (_, at) => line(at)).join('\n');

test('the sources of the slices are the text, and none but code is long (seed 18)', () => {
  const line = fc.constantFrom('', 'word '.repeat(40), '- item', '> quote', '```', '~~~~', '   ```', '| a | b |', '|---|---|', '# head', '1. one', 'x'.repeat(3_000), '😀'.repeat(900), '    code');
  fc.assert(
    fc.property(fc.array(line, { minLength: 50, maxLength: 400 }), (all) => {
      const source = all.join('\n');
      const slices = sliceMarkdown(source);
      expect(slices.map((slice) => slice.source).join('')).toBe(source);
      for (const slice of slices) {
        expect(/^ *(```|~~~)/m.test(slice.source) || slice.source.length <= 12_000).toBe(true);
        expect(slice.source).not.toMatch(/^[\udc00-\udfff]/);
      }
    }),
    { seed: 18, numRuns: 100 },
  );
}, 30_000);

test('read in slices, a long text is what it is when read at once (seed 19)', () => {
  const block = fc.constantFrom(
    'A paragraph of **some** words, `code` and [a link](https://example.com "t").',
    '- one\n- two\n\n  more of two\n- three',
    '1. one\n2. two',
    '> a quote\n> of two lines',
    '```py\ndef f():\n\n    return 1\n\n# end\n```',
    '| a | b |\n|---|---|\n| 1 | 2 |',
    '## A heading',
    '$$\nx^2\n$$',
    'Words before\n```\ncode\n```\nwords after',
  );
  fc.assert(
    fc.property(fc.array(block, { minLength: 450, maxLength: 500 }), (blocks) => {
      const source = blocks.join('\n\n');
      const text = readText(source);
      // Two lists in a row are one list of loose items by Markdown's rules; a border between them is the one thing that may differ.
      const apart = source.replace(/\n\n(?=[-1])/g, '\n\n***\n\n');
      expect(text.isShort).toBe(false);
      expect(readText(apart).readAll()).toEqual(parseMarkdown(apart));
    }),
    { seed: 19, numRuns: 8 },
  );
}, 30_000);

test('a long table keeps its head in every slice', () => {
  const text = readText(`Before.\n\n| no | word |\n|---:|------|\n${lines(10_000, (at) => `| ${at} | w |`)}\n\nAfter.`);
  const blocks = text.readAll();
  const rows = blocks.flatMap((block) => (block.type === 'table' ? block.rows : []));
  expect(rows).toHaveLength(10_000);
  expect(blocks.filter((block) => block.type === 'table').every((table) => JSON.stringify(table.head).includes('word'))).toBe(true);
  expect([blocks[0]?.type, blocks.at(-1)?.type]).toEqual(['paragraph', 'paragraph']);
});

test('a long code block is one block, and lines of code are counted through all slices', () => {
  const text = readText(`\`\`\`\n${lines(10_000, (at) => `line ${at}`)}\n\`\`\`\n\n${'Words. '.repeat(3_000)}\n\n\`\`\`\nlast\n\`\`\``);
  const code = text.readAll().filter((block) => block.type === 'codeBlock');
  expect(code.map((block) => block.firstLine)).toEqual([1, 10_001]);
});

test('a list of ten thousand items goes on counting', () => {
  const lists = readText(lines(10_000, (at) => `${at + 1}. item`)).readAll();
  let expected = 1;
  for (const list of lists) {
    if (list.type !== 'list') throw new Error(`${list.type} in a list`);
    expect(list.start).toBe(expected);
    expected += list.items.length;
  }
  expect(expected).toBe(10_001);
});

test('of a megabyte only as much is read as is asked for', () => {
  const text = readText('word '.repeat(200_000));
  text.readRows(100);
  expect([text.parts.length, text.isRead]).toEqual([1, false]);
  text.readRows(400);
  expect(text.rows).toBeGreaterThanOrEqual(400);
  expect(text.parts.length).toBeLessThan(10);
});
