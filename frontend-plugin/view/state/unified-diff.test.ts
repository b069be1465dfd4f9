import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasPrograms, programOf, unifiedDiff } from './unified-diff.js';

const lines = fc.array(fc.constantFrom('a = 1', 'b = 2', 'return a', '', '  pass'), { maxLength: 30 }).map((all) => all.join('\n'));

describe('unifiedDiff', () => {
  test('equal programs have no lines', () => expect(unifiedDiff('x = 1', 'x = 1')).toEqual([]));

  test('a changed line stands as removed and added, with its numbers and the lines around it', () => {
    expect(unifiedDiff('one\ntwo\nthree', 'one\n2\nthree')).toEqual([
      { kind: 'same', text: 'one', left: 1, right: 1 },
      { kind: 'removed', text: 'two', left: 2, right: null },
      { kind: 'added', text: '2', left: null, right: 2 },
      { kind: 'same', text: 'three', left: 3, right: 3 },
    ]);
  });

  test('far from the start, a gap stands before the first change', () => {
    const long = Array.from({ length: 20 }, (_, at) => `line ${at}`);
    const diff = unifiedDiff(long.join('\n'), long.with(15, 'changed').join('\n'));
    expect(diff?.[0]).toEqual({ kind: 'gap', text: '', left: null, right: null });
    expect(diff?.find(({ kind }) => kind === 'removed')).toMatchObject({ text: 'line 15', left: 16 });
  });

  test('every line it names is that line of its program (seed 31)', () => {
    fc.assert(
      fc.property(lines, lines, (left, right) => {
        const wrong = (unifiedDiff(left, right) ?? []).filter(
          (line) => (line.left !== null && left.split('\n')[line.left - 1] !== line.text) || (line.right !== null && right.split('\n')[line.right - 1] !== line.text),
        );
        expect(wrong).toEqual([]);
      }),
      { seed: 31 },
    );
  });

  test('changing the two programs changes what is removed and what is added (seed 32)', () => {
    fc.assert(
      fc.property(lines, lines, (left, right) => {
        const count = (one: string, other: string, kind: string): number => (unifiedDiff(one, other) ?? []).filter((line) => line.kind === kind).length;
        expect(count(left, right, 'removed')).toBe(count(right, left, 'added'));
      }),
      { seed: 32 },
    );
  });
});

test('a program is all blocks of code, one after another, and both responses need one', () => {
  const source = 'First\n\n```py\na = 1\n```\n\n> ```\n> b = 2\n> ```\n\n- x\n\n  ```\n  c = 3\n  ```\n';
  expect(programOf(source)).toBe('a = 1\nb = 2\nc = 3');
  expect(programOf('no code')).toBe('');
  expect(hasPrograms({ response_a: source, response_b: 'no code' })).toBe(false);
  expect(hasPrograms({ response_a: source, response_b: '~~~\nx\n~~~' })).toBe(true);
});
