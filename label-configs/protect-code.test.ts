import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { protectCode } from './protect-code.js';

const evaluate = (code: string): unknown => runInNewContext(`(${code})`);
const hostile = fc.array(fc.oneof(fc.constantFrom(']]>', '&amp;', '&lt', '&#62;', 'name="', 'toName="', '\\', '"', '`', '${', '\0', '\u001b', '\ufffe', '\ud800', '\r', '\u2028', '<!--', '<![CDATA[', ']', '>', '&'), fc.string({ unit: 'binary' }))).map((parts) => parts.join(''));

/** What Label Studio's readers would trip over. */
const TRAPS = /\]\]>|&[a-z#]|name="|[^\t\n\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/iu;

test('a string literal of anything means the same and has no trap left', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const code = protectCode(JSON.stringify(text));
      expect(code).not.toMatch(TRAPS);
      expect(evaluate(code)).toBe(text);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('so do template literals and regular expressions, also where a backslash stands before', () => {
  const template = '`a ${"]]>"} ]]> \\& \\\\&lt; \\\\\\&gt; name="x" ${1 && 2}`';
  expect(evaluate(protectCode(template))).toBe(evaluate(template));
  expect(protectCode(template)).not.toMatch(TRAPS);
  for (const [pattern, text] of [[String.raw`/^\]\]>\&amp;$/`, ']]>&amp;'], [String.raw`/^[&a]\\&b$/u`, String.raw`&\&b`], ['/^name="$/', 'name="']] as const) {
    const code = `${pattern}.test(${JSON.stringify(text)})`;
    expect(evaluate(code), pattern).toBe(true);
    expect(evaluate(protectCode(code)), protectCode(code)).toBe(true);
    expect(protectCode(code)).not.toMatch(TRAPS);
  }
});

test('operators between spaced tokens stay; String.raw is refused', () => {
  const code = 'a[b[0]] > c && d & e';
  expect(protectCode(code)).toBe(code);
  expect(() => protectCode('String.raw`&amp;`')).toThrow(/String\.raw/);
});
