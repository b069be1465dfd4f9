import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyRubric } from '../../../core/domain/applied-rubric.js';
import { rubricSchema } from '../../../core/domain/rubric.js';
import { STRENGTHS, VERDICTS } from '../../../core/domain/verdict.js';
import { acrossOrder, changesBetween, EMPTY_DRAFT, mirrorDraft, sideAcross, withoutUnasked, type Draft } from './draft.js';

const level = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined });
const flags = fc.subarray(['insecure', 'stale', 'unsafe']);
const drafts: fc.Arbitrary<Draft> = fc.record({
  verdict: fc.constantFrom(null, ...VERDICTS),
  strength: fc.constantFrom(null, ...STRENGTHS),
  flags: fc.record({ a: flags, b: flags }),
  likert: fc.dictionary(fc.constantFrom('accuracy', 'tone', 'policy'), fc.record({ a: level, b: level })),
  rationale: fc.string(),
  critique: fc.string(),
  policyReference: fc.string(),
  staleSource: fc.string(),
  staleDate: fc.string(),
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
  const shown: Draft = { ...EMPTY_DRAFT, verdict: 'a', strength: 'much', likert: { tone: { a: 5, b: 2 } }, flags: { a: [], b: ['unsafe'] }, rationale: 'left' };
  expect(acrossOrder(shown, 'ba')).toEqual({ ...shown, verdict: 'b', likert: { tone: { a: 2, b: 5 } }, flags: { a: ['unsafe'], b: [] } });
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
        changes.flatMap((one) => (one.part === 'likert' || one.part === 'flags' ? [JSON.stringify({ ...one, side: one.side })] : [])).sort();
      const swapped = plain.map((one) => ('side' in one ? { ...one, side: one.side === 'a' ? ('b' as const) : ('a' as const) } : one));
      expect(sides(mirrored)).toEqual(sides(swapped));
    }),
    { seed: 12 },
  );
});

test('changes between two drafts', () => {
  const before: Draft = { ...EMPTY_DRAFT, verdict: 'a', likert: { tone: { a: 3 } } };
  const after: Draft = { ...EMPTY_DRAFT, verdict: 'both_bad', strength: 'much', likert: { tone: { b: 1 } }, flags: { a: [], b: ['stale'] }, rationale: 'why', staleDate: '2026' };
  expect(changesBetween(before, after)).toEqual([
    { part: 'verdict', verdict: 'both_bad' },
    { part: 'strength', strength: 'much' },
    { part: 'likert', dimension: 'tone', side: 'a', level: null },
    { part: 'likert', dimension: 'tone', side: 'b', level: 1 },
    { part: 'flags', side: 'b', flags: ['stale'] },
    { part: 'rationale', text: 'why' },
    { part: 'staleDate', text: '2026' },
  ]);
});

test('what is no longer asked for is left out: a strength without a win, a source and a date without the flag', () => {
  const rubric = applyRubric(
    rubricSchema.parse({ name: 'x', title: 'X', guideline: 'x', strength: true, flags: [{ name: 'old', title: 'Out of date', kind: 'stale' }] }),
    { domain: 'general', difficulty: null, safety: false, code: false, turns: 1, promptWords: 3 },
  );
  const draft: Draft = { ...EMPTY_DRAFT, verdict: 'a', strength: 'much', flags: { a: [], b: ['old'] }, staleSource: 'who.int', staleDate: '2026' };
  expect(withoutUnasked(draft, rubric)).toBe(draft);
  expect(withoutUnasked({ ...draft, verdict: 'tie' }, rubric).strength).toBeNull();
  expect(withoutUnasked({ ...draft, flags: { a: [], b: [] } }, rubric)).toMatchObject({ staleSource: '', staleDate: '' });
  expect(withoutUnasked(draft, { ...rubric, strength: false, flags: [] })).toMatchObject({ strength: null, staleSource: '', staleDate: '' });
});
