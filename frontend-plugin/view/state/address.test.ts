import { expect, test } from 'vitest';
import { readAddress } from './address.js';
import { spelledOut } from './invisible.js';

test.each([
  ['https://example.com/a?b#c', 'https://', 'example.com', '/a?b#c'],
  ['HTTP://Example.com:8080', 'http://', 'example.com:8080', '/'],
  ['https://user:pass@evil.example/x', 'https://user:pass@', 'evil.example', '/x'],
  ['https://evil.example\\@good.example', 'https://', 'evil.example', '/@good.example'],
  ['https://good.example@evil.example', 'https://good.example@', 'evil.example', '/'],
  ['mailto:a@b.example', 'mailto:a@b.example', '', ''],
  ['https:example.com', 'https://', 'example.com', '/'],
])('%s is opened as what it is', (written, before, host, after) => {
  const read = readAddress(written);
  expect([read.before, read.host, read.after]).toEqual([before, host, after]);
  expect(read.url).toBe(before + host + after);
});

test.each(['javascript:alert(1)', 'JaVaScRiPt:alert(1)', '\u0001javascript:alert(1)', 'java\nscript:alert(1)', 'data:text/html,<script>1</script>', 'vbscript:x', 'blob:https://a/b', 'file:///etc/passwd', 'ftp://a', '/relative', '//host/x', '#part', '', 'view-source:https://a', 'about:blank', 'ws://a', 'intent:x'])(
  '%j is never opened',
  (written) => {
    const read = readAddress(written);
    expect([read.url, read.before]).toEqual([null, written]);
    expect(read.warnings[0]).toMatch(/can only be copied/);
  },
);

test('letters of other alphabets and user names are called out, and what is opened is ASCII', () => {
  const read = readAddress('https://аррlе.com/\u202egnp.exe');
  expect(read.host).toMatch(/^xn--/);
  expect(read.url).toMatch(/^[ -~]+$/);
  expect(read.warnings.join()).toContain('аррlе.com');
  expect(readAddress('https://paypal.com@evil.example').warnings.join()).toContain('“paypal.com@” is a user name, not the site. The site is evil.example.');
  expect(readAddress('https://example.com').warnings).toEqual([]);
});

test('invisible characters are spelled out, visible ones are left alone', () => {
  expect(spelledOut('a\u202eb\u200bc\u0000d')).toBe('a[U+202E]b[U+200B]c[U+0000]d');
  for (const text of ['plain\ttext\n', 'héllo', '日本語', 'עברית', '👩🏽 ❤️', '']) expect(spelledOut(text)).toBe(text);
});
