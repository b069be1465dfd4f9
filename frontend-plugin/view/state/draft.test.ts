import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VERDICTS } from '../../../core/domain/verdict.js';
import { acrossOrder, changesBetween, EMPTY_DRAFT, mirrorDraft, sideAcross, type Draft } from './draft.js';

const level = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined });
const drafts: fc.Arbitrary<Draft> = fc.record({
  verdict: fc.constantFrom(null, ...VERDICTS),
  likert: fc.dictionary(fc.constantFrom('accuracy', 'tone', 'policy'), fc.record({ a: level, b: level })),
  rationale: fc.string(),
  critique: fc.string(),
  policyReference: fc.string(),
});
const order = fc.constantFrom('ab' as const, 'ba' as const);

test('going to displayed sides and back is the identity (seed 11)', () => {
  fc.assert(
    fc.property(drafts, order, (draft, displayed) => {
      expect(acrossOrder(acrossOrder(draft, displayed), displayed)).toEqual(draft);
      expect(mirrorDraft(mirrorDraft(draft))).toEqual(draft);
      expect(sideAcross(sideAcross('a', displayed), displayed)).toBe('a');
    }),
    { seed: 11 },
  );
});

test('an annotator who sees the sides swapped and says left is better is stored as b', () => {
  const shown: Draft = { ...EMPTY_DRAFT, verdict: 'a', likert: { tone: { a: 5, b: 2 } }, rationale: 'left' };
  expect(acrossOrder(shown, 'ba')).toEqual({ ...shown, verdict: 'b', likert: { tone: { a: 2, b: 5 } } });
  expect(acrossOrder(shown, 'ab')).toBe(shown);
});

test('changes between drafts name exactly what differs, and mirror with the sides (seed 12)', () => {
  fc.assert(
    fc.property(drafts, drafts, (before, after) => {
      expect(changesBetween(before, before)).toEqual([]);
      const plain = changesBetween(before, after);
      const mirrored = changesBetween(mirrorDraft(before), mirrorDraft(after));
      expect(mirrored).toHaveLength(plain.length);
      const sides = (changes: typeof plain): string[] =>
        changes.flatMap((one) => (one.part === 'likert' ? [`${one.dimension} ${one.side} ${one.level}`] : [])).sort();
      const swapped = plain.map((one) => (one.part === 'likert' ? { ...one, side: one.side === 'a' ? ('b' as const) : ('a' as const) } : one));
      expect(sides(mirrored)).toEqual(sides(swapped));
    }),
    { seed: 12 },
  );
});

test('changes between two drafts', () => {
  const before: Draft = { ...EMPTY_DRAFT, verdict: 'a', likert: { tone: { a: 3 } } };
  const after: Draft = { ...EMPTY_DRAFT, verdict: 'both_bad', likert: { tone: { b: 1 } }, rationale: 'why' };
  expect(changesBetween(before, after)).toEqual([
    { part: 'verdict', verdict: 'both_bad' },
    { part: 'likert', dimension: 'tone', side: 'a', level: null },
    { part: 'likert', dimension: 'tone', side: 'b', level: 1 },
    { part: 'rationale', text: 'why' },
  ]);
});
