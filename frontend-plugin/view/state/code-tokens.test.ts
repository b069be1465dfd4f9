import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeRows, codeWindows } from './code-rows.js';
import { guessColours, tokensByRow, type CodeToken } from './code-tokens.js';

const tokensOf = (code: string, language: string, marks: { from: number; to: number }[] = []): CodeToken[][] =>
  tokensByRow(code, codeRows(code), guessColours(code, language), marks);

test('colouring never loses a character of the code (seed 15)', () => {
  const source = fc.string({ unit: fc.constantFrom('"', "'", '#', '/', '*', '\n', '\\', 'a', '1', '`', '(', ' ', 'if '), maxLength: 80 });
  fc.assert(
    fc.property(source, fc.constantFrom('python', 'js', 'sql', '', 'text'), fc.nat(40), fc.nat(40), (code, language, from, length) => {
      const marks = from < code.length && length > 0 ? [{ from, to: Math.min(code.length, from + length) }] : [];
      const rows = tokensOf(code, language, marks);
      expect(rows.map((tokens) => tokens.map((token) => token.text).join('')).join('\n')).toBe(code);
      const marked = rows.map((tokens) => tokens.filter((token) => token.marked).map((token) => token.text).join('')).join('');
      expect(marked).toBe(marks.map((mark) => code.slice(mark.from, mark.to)).join('').replaceAll('\n', ''));
    }),
    { seed: 15 },
  );
});

test('colours keywords, strings, comments, numbers and called names', () => {
  const kinds = tokensOf('def f(x):  # why\n    return "a" + 12', 'python').flat().filter((token) => token.kind !== 'plain');
  expect(kinds.map((token) => [token.kind, token.text])).toEqual([
    ['keyword', 'def'],
    ['name', 'f'],
    ['comment', '# why'],
    ['keyword', 'return'],
    ['string', '"a"'],
    ['number', '12'],
  ]);
});

test('a line that is too long for a row goes on in the next, without cutting a character in two', () => {
  const code = `short\n${'x'.repeat(499)}😀${'y'.repeat(600)}\nend`;
  const rows = codeRows(code);
  expect(rows.map((row) => [row.line, row.begins, row.to - row.from])).toEqual([[0, true, 5], [1, true, 499], [1, false, 500], [1, false, 102], [2, true, 3]]);
  expect(codeRows('')).toEqual([{ from: 0, to: 0, line: 0, begins: true }]);
  expect(codeRows('a\n')).toHaveLength(2);
});

test('windows hold all rows in order, and are cut before a definition where there is one', () => {
  const code = Array.from({ length: 300 }, (_, at) => `def f${at}():\n    return ${at}\n`).join('\n');
  const rows = codeRows(code);
  const windows = codeWindows(code, rows);
  expect(windows.flatMap((window) => window.rows)).toEqual(rows);
  expect(windows.length).toBeGreaterThan(3);
  for (const window of windows) expect(code.slice(window.from, window.from + 4)).toBe('def ');
});
