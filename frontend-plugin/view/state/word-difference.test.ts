import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textsOf } from './blocks.js';
import { readText, type TextDocument } from './text-document.js';
import { markDifferences } from './word-difference.js';

const compare = (a: string, b: string) => markDifferences(readText(a), readText(b));
const marked = (text: TextDocument): string[] =>
  textsOf(text.readAll()).flatMap((one) => one.marks.map((mark) => one.text.slice(mark.from, mark.to)));

test('marks the words that one response has and the other has not', () => {
  const { a, b } = compare('Refunds take three working days to arrive.', 'Refunds take five long working days to arrive.');
  expect(marked(a)).toEqual(['three']);
  expect(marked(b)).toEqual(['five long']);
});

test('equal responses have no differences, however short', () => {
  for (const text of ['Yes', 'One two three.', '']) {
    const { a, b } = compare(text, text);
    expect([...marked(a), ...marked(b)]).toEqual([]);
  }
});

test('a common word alone between differences is marked with them', () => {
  const { a } = compare('start alpha the beta end of it', 'start gamma the delta end of it');
  expect(marked(a)).toEqual(['alpha the beta']);
});

test('responses too long to compare word by word are compared by sentences first', () => {
  const sentences = (word: string): string => Array.from({ length: 600 }, (_, at) => `Sentence ${at} of many has some words in it${at === 300 ? `, and ${word} too` : ''}.`).join(' ');
  const { a, b, isTooLong } = compare(sentences('apples'), sentences('pears'));
  expect([marked(a), marked(b), isTooLong]).toEqual([['apples'], ['pears'], false]);
});

test('responses too long to compare at all come back as they are, and it is said', () => {
  for (const long of ['x '.repeat(50_000), 'Word. '.repeat(15_000)]) {
    const [one, other] = [readText(`a ${long}b`), readText(`c ${long.replaceAll(' ', '; ')}d`)];
    const difference = markDifferences(one, other);
    expect([difference.isTooLong, difference.a === one, difference.b === other]).toEqual([true, true, true]);
  }
});

test('Chinese and Japanese are compared by words, not by whole sentences', () => {
  const { a, b } = compare('我们明天去北京看长城。', '我们后天去北京看长城。');
  expect([marked(a), marked(b)]).toEqual([['明天'], ['后天']]);
  expect(marked(compare('東京は日本の首都です。', '京都は日本の古い首都です。').b).join()).toContain('古い');
});

test('a formula or an address is one word', () => {
  const { a } = compare('The sum is $x^2 + y^2$ here, see [the page](https://a.example/x).', 'The sum is $x^2 - y^2$ here, see [the page](https://b.example/x).');
  expect(marked(a)).toEqual(['$x^2 + y^2$', 'https://a.example/x']);
});

test('changing the responses changes the results, and what is not marked is in both (seed 16)', () => {
  const text = fc.array(fc.constantFrom('red', 'green', 'blue', 'one', 'two', '.', '`x`', '**b**'), { maxLength: 30 }).map((words) => words.join(' '));
  fc.assert(
    fc.property(text, text, (left, right) => {
      const straight = compare(left, right);
      const crossed = compare(right, left);
      expect(straight.a.parts).toEqual(crossed.b.parts);
      expect(straight.b.parts).toEqual(crossed.a.parts);
    }),
    { seed: 16 },
  );
});
