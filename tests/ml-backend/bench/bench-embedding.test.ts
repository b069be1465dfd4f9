import { expect, test } from 'vitest';
import { createFractions } from '../../../core/random.js';
import { areaUnderCurve } from './area-under-curve.js';
import { EDITS } from './near-duplicates.js';

test('the area is the share of near and far texts in their order, ties counting half', () => {
  expect(areaUnderCurve([{ near: [1], far: [2] }], 1)).toEqual({ value: 1, low: 1, high: 1 });
  expect(areaUnderCurve([{ near: [2, 2], far: [2, 2] }], 1).value).toBe(0.5);
  // Of the four comparisons 1 < 2, 1 < 4, 3 > 2, 3 < 4 three are right.
  const some = areaUnderCurve([{ near: [1], far: [2] }, { near: [3], far: [4] }], 1);
  expect(some.value).toBe(0.75);
  expect(some.low).toBeLessThanOrEqual(0.75);
  expect(some.high).toBe(1);
  expect(() => areaUnderCurve([{ near: [], far: [1] }], 1)).toThrow('no distances');
});

test.each(Object.entries(EDITS))('the edit "%s" keeps most of a text and is the same for the same seed', (name, edit) => {
  const text = Array.from({ length: 40 }, (_, at) => `Sentence ${at} tells of item${at * 7}.`).join(' ');
  const edited = edit(text, createFractions(3));
  expect(edited).not.toBe(text);
  expect(edit(text, createFractions(3))).toBe(edited);
  const kept = new Set(edited.toLowerCase().split(/\s+/));
  const words = text.toLowerCase().split(' ');
  expect(words.filter((word) => kept.has(word)).length / words.length, name).toBeGreaterThan(0.7);
});
