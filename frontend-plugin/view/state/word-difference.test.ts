import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textsOf, type Block } from './markdown.js';
import { markDifferences } from './word-difference.js';

const marked = (blocks: readonly Block[]): string[] =>
  textsOf(blocks).flatMap((one) => one.marks.map((mark) => one.text.slice(mark.from, mark.to)));

test('marks the words that one response has and the other has not', () => {
  const { a, b } = markDifferences('Refunds take three working days to arrive.', 'Refunds take five long working days to arrive.');
  expect(marked(a)).toEqual(['three']);
  expect(marked(b)).toEqual(['five long']);
});

test('equal responses have no differences, however short', () => {
  for (const text of ['Yes', 'One two three.', '']) {
    const { a, b } = markDifferences(text, text);
    expect([...marked(a), ...marked(b)]).toEqual([]);
  }
});

test('a common word alone between differences is marked with them', () => {
  const { a } = markDifferences('start alpha the beta end of it', 'start gamma the delta end of it');
  expect(marked(a)).toEqual(['alpha the beta']);
});

test('responses too long to compare word by word share only their ends', () => {
  const long = (word: string): string => `Same start ${`${word} `.repeat(4_000)}same end`;
  const { a, b } = markDifferences(long('x'), long('y'));
  expect(marked(a)[0]?.startsWith('x x')).toBe(true);
  expect(marked(b)[0]?.startsWith('y y')).toBe(true);
});

test('changing the responses changes the results, and what is not marked is in both (seed 16)', () => {
  const text = fc.array(fc.constantFrom('red', 'green', 'blue', 'one', 'two', '.', '`x`', '**b**'), { maxLength: 30 }).map((words) => words.join(' '));
  fc.assert(
    fc.property(text, text, (left, right) => {
      const straight = markDifferences(left, right);
      const crossed = markDifferences(right, left);
      expect(straight.a).toEqual(crossed.b);
      expect(straight.b).toEqual(crossed.a);
    }),
    { seed: 16 },
  );
});
