import fc from 'fast-check';
import { expect, test } from 'vitest';
import { directionOf, textsOf, type Block } from './blocks.js';
import { parseMarkdown } from './markdown.js';

const shown = (source: string): string => textsOf(parseMarkdown(source)).map((one) => one.text).join('');

test('reads the usual Markdown into plain data', () => {
  const blocks = parseMarkdown('# T\n\nA **b** `c`\n\n3. x\n4. y\n\n| h |\n|---|\n| d |\n\n> q\n\n---\n');
  expect(blocks.map((block) => block.type)).toEqual(['heading', 'paragraph', 'list', 'table', 'quote', 'rule']);
  expect(blocks[2]).toMatchObject({ start: 3, items: [{ blocks: [{ type: 'paragraph' }] }, { blocks: [{ type: 'paragraph' }] }] });
  expect(blocks[3]).toMatchObject({ head: [[{ text: 'h' }]], rows: [[[{ text: 'd' }]]] });
});

test('lines of code are counted through all code blocks', () => {
  const blocks = parseMarkdown('```py\na\nb\n```\n\ntext\n\n- item\n  ```\n  c\n  ```\n');
  const code = (found: readonly Block[]): Block[] =>
    found.flatMap((block) => (block.type === 'codeBlock' ? [block] : block.type === 'list' ? block.items.flatMap((item) => code(item.blocks)) : []));
  expect(code(blocks)).toMatchObject([
    { language: 'py', text: 'a\nb', firstLine: 1 },
    { language: '', text: 'c', firstLine: 3 },
  ]);
});

test('raw HTML comes out as the text it is', () => {
  expect(shown('<script>alert(1)</script> and <img src=x onerror=alert(1)>')).toBe('<script>alert(1)</script> and <img src=x onerror=alert(1)>');
});

test('an address is data beside its words, whatever its scheme', () => {
  expect(parseMarkdown('[x](javascript:alert(1))')).toMatchObject([{ children: [{ type: 'link', address: { text: 'javascript:alert(1)' }, children: [{ text: 'x' }] }] }]);
  expect(parseMarkdown('![alt](http://example.com/p.png)')).toMatchObject([{ children: [{ type: 'image', alt: { text: 'alt' }, address: { text: 'http://example.com/p.png' } }] }]);
});

test('any text is read without failing, and plain words are kept (seed 14)', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (source) => {
      expect(() => parseMarkdown(source)).not.toThrow();
      expect(shown(`word${source.replace(/[^\p{L} ]/gu, '')}`)).toContain('word');
    }),
    { seed: 14 },
  );
});

test('what other readers hide is shown: definitions of references, footnotes, too deep nesting', () => {
  expect(parseMarkdown('[a]: https://example.com "t"\n\nSee [a].')).toMatchObject([{ type: 'definition', text: '[a]: https://example.com "t"' }, { children: [{}, { type: 'link' }, {}] }]);
  expect(parseMarkdown('See [^1].\n\n[^1]: https://example.com')).toMatchObject([{ children: [{ text: 'See [^1].' }] }, { type: 'definition' }]);
  for (const opening of ['> ', '- ', '> - ']) expect(shown(`${opening.repeat(10_000)}deep`).replace(/[>\s-]/g, '')).toBe('deep');
});

test('an item of a task list has a box', () => {
  expect(parseMarkdown('- [x] done\n- [ ] open\n- [link](x)')).toMatchObject([
    { items: [{ ticked: true, blocks: [{ children: [{ text: 'done' }] }] }, { ticked: false, blocks: [{ children: [{ text: 'open' }] }] }, { ticked: null }] },
  ]);
});

test('every word of any source is shown, or is an address, whatever stands around it (seed 17)', () => {
  const sign = fc.constantFrom('*', '_', '`', '~~', '[', '](', ')', '![', '<', '>', '\n', '\n\n', '    ', '- ', '1. ', '# ', '|', '\n-|-\n', '```\n', '$', '$$', '\\(', '\\)', '\\[', '\\]', ' ', '[^1]: ', '[a]: ', '---\n', '"', '~~~ ');
  const piece = fc.oneof(sign, sign, fc.constantFrom('alpha', 'beta', 'gamma', 'delta'));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const source = pieces.join('');
      const said = JSON.stringify(parseMarkdown(source));
      for (const word of ['alpha', 'beta', 'gamma', 'delta']) {
        const count = (text: string): number => text.split(word).length - 1;
        expect(count(said), source).toBeGreaterThanOrEqual(count(source));
      }
    }),
    { seed: 17, numRuns: 1_000 },
  );
}, 30_000);

test('a table keeps its alignment, and what stands beyond its columns', () => {
  const table = '| a | b |\n|:-:|--:|\n| 1 | 2 | three \\| 3 | four |\n| 1 |\n';
  for (const source of [table, table.replace(/^/gm, '> ')]) {
    const [block] = parseMarkdown(source);
    const [found] = block?.type === 'quote' ? block.children : [block];
    expect(found).toMatchObject({ type: 'table', aligns: ['center', 'right'] });
    expect(textsOf(found === undefined ? [] : [found]).map((one) => one.text)).toEqual(['a', 'b', '1', '2', ' | three \\| 3 | four', '1']);
  }
});

test.each([
  ['- שלום\n- two', 'rtl'],
  ['- one\n- שלום', 'ltr'],
  ['> 1. مرحبا', 'rtl'],
  ['> ```\n> code\n> ```\n> שלום', 'rtl'],
  ['> 42', 'ltr'],
])('%j is read %s', (source, direction) => {
  const [block] = parseMarkdown(source);
  expect(directionOf(block?.type === 'quote' ? block.children : block === undefined ? [] : [block])).toBe(direction);
});
