import { expect, test } from 'vitest';
import { textsOf } from './blocks.js';
import { parseMarkdown } from './markdown.js';

/** The formulas of a source, by their TeX; display ones in brackets. */
function formulas(source: string): string[] {
  const found: string[] = [];
  JSON.stringify(parseMarkdown(source), (_, value: unknown) => {
    if (typeof value === 'object' && value !== null && 'tex' in value) found.push('display' in value && value.display === false ? String(value.tex) : `[${String(value.tex).trim()}]`);
    return value;
  });
  return found;
}

test.each([
  ['Euler: $e^{i\\pi} = -1$.', ['e^{i\\pi} = -1']],
  ['\\(a+b\\) and \\[a \\times b\\]', ['a+b', '[a \\times b]']],
  ['inline $$x^2$$ too, and $n$', ['[x^2]', 'n']],
  ['$$\nx = 1\n+ y\n$$', ['[x = 1\n+ y]']],
  ['Text\n\\[\n\\frac{a}{b}\n\\]\nmore', ['[\\frac{a}{b}]']],
  ['- item\n  $$\n  x_1\n  $$', ['[x_1]']],
  ['> $$ x_1 $$', ['[x_1]']],
  ['| $a_1$ | b |\n|---|---|\n| $|x|$ | c |', ['a_1']],
  ['$\\$5$', ['\\$5']],
])('%j has formulas', (source, expected) => {
  expect(formulas(source)).toEqual(expected);
});

test.each([
  'It costs $5 and $10.',
  'From $5-$10, or US$5 to US$10.',
  'between $5 (cheap) and 10$ each',
  '$HOME and $PATH, or $HOME/$PATH',
  '`$x^2$` and ``\\(a\\)``',
  '```\n$$\nx^2\n$$\n```',
  '    $$x^2$$',
  '\\[1\\] says so, \\[sic\\]',
  '\\\\(a\\\\)',
  '\\$x^2\\$',
  'a $ b $ c',
  '$$ and $$ are dollars',
  '$unclosed x^2',
  '\\[ unclosed x^2',
  '$x^2 `code$` y',
])('%j has none', (source) => {
  expect(formulas(source)).toEqual([]);
});

test('a formula keeps its source, which is shown where it cannot be drawn', () => {
  expect(textsOf(parseMarkdown('Is \\(a_1\\) so?')).map((text) => text.text)).toEqual(['Is ', '\\(a_1\\)', ' so?']);
});

test('only so many formulas of one text are read', () => {
  expect(formulas('$a$ '.repeat(2_000))).toHaveLength(300);
});
