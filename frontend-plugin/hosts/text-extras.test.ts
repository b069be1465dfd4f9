import { expect, test } from 'vitest';
import type { Lazy } from '../view/state/lazy.js';
import { loadedTextExtras } from './text-extras.js';

async function loaded<T>(lazy: Lazy<T> | undefined): Promise<T | undefined> {
  if (lazy === undefined) return undefined;
  await new Promise<void>((resolve) => lazy.subscribe(resolve));
  return lazy.current();
}

test('a grammar is loaded when it is wanted, and colours by the language', async () => {
  const lazy = loadedTextExtras.grammar('Python');
  expect(lazy?.current()).toBeUndefined();
  const code = 'def f(x):\n    """if"""\n    return {"a": 1}  # if';
  const colour = await loaded(lazy);
  const ranges = colour?.(code) ?? [];
  const kinds = ranges.map(({ kind, from, to }) => [kind, code.slice(from, to)]);
  expect(kinds).toContainEqual(['keyword', 'def']);
  expect(kinds).toContainEqual(['string', '"""if"""']);
  expect(kinds).toContainEqual(['comment', '# if']);
  ranges.slice(1).forEach((range, at) => expect(range.from).toBeGreaterThanOrEqual(ranges[at]!.to));
});

test.each(['__proto__', 'constructor', 'toString', '', 'no-such-language', '"><script>'])('the language %j has no grammar', (language) => {
  expect(loadedTextExtras.grammar(language)).toBeUndefined();
});

test('formulas are read when they are wanted', async () => {
  expect((await loaded(loadedTextExtras.formula))?.('x', false)).toMatchObject({ tag: 'math' });
});
