import { expect, test } from 'vitest';
import { rubricSchema } from '../../../core/domain/rubric.js';
import { EMPTY_DRAFT, type Draft } from './draft.js';
import { missingRequirements, rationaleRequired, weightedScore } from './requirements.js';

const rubric = rubricSchema.parse({
  name: 'code',
  title: 'Code',
  guideline: 'code',
  dimensions: [
    { name: 'correctness', title: 'Correctness', weight: 0.7, required: true },
    { name: 'clarity', title: 'Clarity', weight: 0.3 },
  ],
});
const fields = (draft: Draft, given = rubric): string[] => missingRequirements(draft, given).map((one) => one.field);

test('nothing is chosen: the required ratings and the verdict are missing, in the order of the view', () => {
  expect(fields(EMPTY_DRAFT)).toEqual(['likert:correctness:a', 'likert:correctness:b', 'verdict']);
});

test('both bad needs a rationale with a word in it, a tie does not', () => {
  const rated = { ...EMPTY_DRAFT, likert: { correctness: { a: 1, b: 1 } } };
  expect(fields({ ...rated, verdict: 'tie' })).toEqual([]);
  expect(fields({ ...rated, verdict: 'both_bad', rationale: ' \n' })).toEqual(['rationale']);
  expect(fields({ ...rated, verdict: 'both_bad', rationale: 'Neither answers.' })).toEqual([]);
  expect(missingRequirements({ ...rated, verdict: 'both_bad' }, rubric)[0]?.reason).toMatch(/both answers are bad/);
});

test('a rubric asks for a rationale on a win whichever side was displayed where', () => {
  const wins = { ...rubric, rationale_required_on: ['a' as const] };
  expect(rationaleRequired('a', wins)).toBe(true);
  expect(rationaleRequired('b', wins)).toBe(true);
  expect(rationaleRequired('both_bad', wins)).toBe(false);
  expect(rationaleRequired(null, wins)).toBe(false);
});

test('the weighted score of a side is shown when all its dimensions are rated', () => {
  const draft = { ...EMPTY_DRAFT, likert: { correctness: { a: 5, b: 2 }, clarity: { a: 3 } } };
  expect(weightedScore(draft, rubric, 'a')).toBeCloseTo(4.4, 12);
  expect(weightedScore(draft, rubric, 'b')).toBeUndefined();
  expect(weightedScore(draft, { ...rubric, dimensions: [] }, 'a')).toBeUndefined();
});
