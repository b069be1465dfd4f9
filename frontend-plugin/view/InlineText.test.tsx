import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { BlocksView } from './BlockView.js';
import { readText } from './state/text-document.js';

const markup = (source: string): string => renderToStaticMarkup(<BlocksView blocks={readText(source).readAll()} rows={Infinity} line={undefined} />);

test('a link is words that ask, and an image within it is a part of them', () => {
  const drawn = markup('[![a cat](cat.png) and **more**](https://example.com)');
  expect(drawn.match(/role="button"/g)).toHaveLength(1);
  expect(drawn).toContain('title="https://example.com"');
  expect(drawn.replace(/<[^>]*>/g, '')).toBe('Image: a cat (cat.png) and more');
  expect(markup('![a cat](cat.png)').match(/role="button"/g)).toHaveLength(1);
  expect(markup('[](https://example.com)').replace(/<[^>]*>/g, '')).toBe('https://example.com');
});

test('without anything loaded, a formula is its source and code is coloured by guessing', () => {
  expect(markup('Is $a_1$ so?').replace(/<[^>]*>/g, '')).toBe('Is $a_1$ so?');
  expect(markup('```python\nif x: pass\n```')).toContain('<span class="pl-token-keyword">if</span>');
});

test('every block finds its own direction; code is read from the left', () => {
  expect(markup('one\n\n- two\n\n`three`')).toMatch(/^<p dir="auto">one<\/p><ul dir="ltr"><li[^>]*><p dir="auto">two<\/p><\/li><\/ul><p dir="auto"><code dir="ltr">three<\/code><\/p>$/);
  expect(markup('```\nx\n```')).toMatch(/^<div class="pl-code" dir="ltr">/);
});

test('what turns the direction in code is a sign with its name', () => {
  expect(markup('`a\u202eb`')).toContain('<span class="pl-sign" title="U+202E right-to-left override">U+202E</span>');
});
