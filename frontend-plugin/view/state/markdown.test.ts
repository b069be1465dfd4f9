import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeLines } from './code-tokens.js';
import { parseMarkdown, textsOf, type Block } from './markdown.js';

const shown = (source: string): string => textsOf(parseMarkdown(source)).map((one) => one.text).join('');

test('reads the usual Markdown into plain data', () => {
  const blocks = parseMarkdown('# T\n\nA **b** `c`\n\n3. x\n4. y\n\n| h |\n|---|\n| d |\n\n> q\n\n---\n');
  expect(blocks.map((block) => block.type)).toEqual(['heading', 'paragraph', 'list', 'table', 'quote', 'rule']);
  expect(blocks[2]).toMatchObject({ start: 3, items: [[{ type: 'paragraph' }], [{ type: 'paragraph' }]] });
  expect(blocks[3]).toMatchObject({ head: [[{ text: 'h' }]], rows: [[[{ text: 'd' }]]] });
});

test('lines of code are counted through all code blocks', () => {
  const blocks = parseMarkdown('```py\na\nb\n```\n\ntext\n\n- item\n  ```\n  c\n  ```\n');
  const code = (found: readonly Block[]): Block[] =>
    found.flatMap((block) => (block.type === 'codeBlock' ? [block] : block.type === 'list' ? block.items.flatMap(code) : []));
  expect(code(blocks)).toMatchObject([
    { language: 'py', text: 'a\nb', firstLine: 1 },
    { language: '', text: 'c', firstLine: 3 },
  ]);
});

test('raw HTML comes out as the text it is', () => {
  expect(shown('<script>alert(1)</script> and <img src=x onerror=alert(1)>')).toBe('<script>alert(1)</script> and <img src=x onerror=alert(1)>');
});

test('an address is data beside its words, whatever its scheme', () => {
  expect(parseMarkdown('[x](javascript:alert(1))')).toMatchObject([{ children: [{ type: 'link', href: 'javascript:alert(1)', children: [{ text: 'x' }] }] }]);
  expect(parseMarkdown('![alt](http://example.com/p.png)')).toMatchObject([{ children: [{ type: 'image', alt: 'alt', source: 'http://example.com/p.png' }] }]);
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

test('colouring never loses a character of the code (seed 15)', () => {
  const source = fc.string({ unit: fc.constantFrom('"', "'", '#', '/', '*', '\n', '\\', 'a', '1', '`', '(', ' ', 'if '), maxLength: 80 });
  fc.assert(
    fc.property(source, fc.constantFrom('python', 'js', 'sql', '', 'text'), fc.nat(40), fc.nat(40), (code, language, from, length) => {
      const marks = from < code.length && length > 0 ? [{ from, to: Math.min(code.length, from + length) }] : [];
      const lines = codeLines(code, language, marks);
      expect(lines.map((tokens) => tokens.map((token) => token.text).join('')).join('\n')).toBe(code);
      const marked = lines.map((tokens) => tokens.filter((token) => token.marked).map((token) => token.text).join('')).join('');
      expect(marked).toBe(marks.map((mark) => code.slice(mark.from, mark.to)).join('').replaceAll('\n', ''));
    }),
    { seed: 15 },
  );
});

test('colours keywords, strings, comments, numbers and called names', () => {
  const kinds = codeLines('def f(x):  # why\n    return "a" + 12', 'python').flat().filter((token) => token.kind !== 'plain');
  expect(kinds.map((token) => [token.kind, token.text])).toEqual([
    ['keyword', 'def'],
    ['name', 'f'],
    ['comment', '# why'],
    ['keyword', 'return'],
    ['string', '"a"'],
    ['number', '12'],
  ]);
});
