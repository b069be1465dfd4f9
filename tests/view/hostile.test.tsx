import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { loadedTextExtras } from '../../frontend-plugin/hosts/text-extras.js';
import { AddressAsking } from '../../frontend-plugin/view/AddressDialog.js';
import { BlocksView } from '../../frontend-plugin/view/BlockView.js';
import { readText } from '../../frontend-plugin/view/state/text-document.js';
import { TextExtrasContext } from '../../frontend-plugin/view/text-extras.js';
import { HOSTILE_RESPONSES } from './hostile-responses.js';

const TAGS = new Set(
  (
    'div p h4 h5 h6 ul ol li blockquote figure table thead tbody tr th td hr pre code span strong em s br mark bdi ' +
    'math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle mpadded menclose msub msup msubsup munder mover munderover mmultiscripts mprescripts mtable mtr mtd'
  ).split(' '),
);
const ATTRIBUTES = new Set(
  (
    'class dir title role tabindex start scope aria-hidden aria-haspopup aria-label data-differs data-task data-display data-focused data-align ' +
    'display displaystyle mathvariant stretchy fence separator symmetric largeop movablelimits accent accentunder form columnalign notation lspace rspace minsize maxsize ' +
    'width height depth voffset linethickness columnspacing rowspacing scriptlevel columnspan'
  ).split(' '),
);
const TAG = /<\/?([A-Za-z][^\s/>]*)((?:\s[^\s=>]+="[^"]*")*)\s*\/?>/g;

/** Rows drawn of a text: all, but for the longest, whose rows are alike. */
const rowsOf = (text: string): number => (text.length > 200_000 ? 3_000 : Infinity);

/** A text as markup, with formulas and grammars. */
function markupOf(text: string): string {
  return renderToStaticMarkup(
    <TextExtrasContext.Provider value={loadedTextExtras}>
      <AddressAsking><BlocksView blocks={readText(text).readAll()} rows={rowsOf(text)} line={1} /></AddressAsking>
    </TextExtrasContext.Provider>,
  );
}

/** Tags and attributes of markup that are not among those the view draws, and text that is markup. */
function foreignIn(markup: string): string[] {
  const found = new Set<string>();
  for (const [, tag = '', attributes = ''] of markup.matchAll(TAG)) {
    if (!TAGS.has(tag)) found.add(`<${tag}>`);
    for (const [, name = ''] of attributes.matchAll(/\s([^\s=>]+)="/g)) if (!ATTRIBUTES.has(name)) found.add(`<${tag} ${name}>`);
  }
  if (/[<>]/.test(markup.replace(TAG, ''))) found.add('an unescaped < or >');
  return [...found];
}

async function loadExtras(): Promise<void> {
  const names = ['js', 'html', 'python', 'sql', 'xml', 'css', 'bash', 'php', 'ruby', 'markdown', 'typescript', 'cpp', 'perl'];
  for (const lazy of [loadedTextExtras.formula, ...names.map((name) => loadedTextExtras.grammar(name)!)]) {
    if (lazy.current() === undefined) await new Promise<void>((resolve) => lazy.subscribe(resolve));
  }
}

describe('hostile texts', async () => {
  await loadExtras();

  test('there are many, each with a name of its own', () => {
    expect(new Set(HOSTILE_RESPONSES.map(({ name }) => name)).size).toBe(HOSTILE_RESPONSES.length);
    expect(HOSTILE_RESPONSES.length).toBeGreaterThanOrEqual(60);
  });

  test('what this looks for is found', () => {
    expect(foreignIn('<p class="x" onclick="y">a</p><script>b</script><a href="z">c</a>')).toEqual(['<p onclick>', '<script>', '<a>', '<a href>']);
    expect(foreignIn('<p>1 < 2</p>')).toEqual(['an unescaped < or >']);
    expect(markupOf('$x$')).toContain('<mi>x</mi>');
    expect(markupOf('```js\nif\n```')).toContain('pl-token-keyword');
  });

  test.each(HOSTILE_RESPONSES)('$name: drawn with our own elements and attributes only', ({ text }) => {
    const markup = markupOf(text);
    expect(foreignIn(markup)).toEqual([]);
    expect(markup.length).toBeGreaterThan(0);
  }, 60_000);
});
