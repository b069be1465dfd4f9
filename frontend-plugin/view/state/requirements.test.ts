import { describe, expect, test } from 'vitest';
import { applyRubric } from '../../../core/domain/applied-rubric.js';
import type { PromptContext } from '../../../core/domain/prompt-context.js';
import { rubricSchema, type Rubric } from '../../../core/domain/rubric.js';
import { EMPTY_DRAFT, mirrorDraft, type Draft } from './draft.js';
import { isStaleDate, isTextRequired, missingRequirements, weightedScore } from './requirements.js';

const PLAIN: PromptContext = { domain: 'general', difficulty: null, safety: false, code: false, turns: 1, promptWords: 10 };
const code = rubricSchema.parse({
  name: 'code',
  title: 'Code',
  guideline: 'code',
  dimensions: [
    { name: 'correctness', title: 'Correctness', weight: 0.7, required: true },
    { name: 'clarity', title: 'Clarity', weight: 0.3 },
  ],
});
const support = rubricSchema.parse({
  name: 'support',
  title: 'Support',
  guideline: 'support',
  strength: true,
  flags: [
    { name: 'unsafe', title: 'Unsafe', kind: 'red_line' },
    { name: 'stale', title: 'Out of date', kind: 'stale' },
    { name: 'rude', title: 'Rude' },
  ],
  require: {
    rationale: [{ on: ['both_bad'] }, { flagged: ['unsafe', 'rude'], because: 'a flag is set' }],
    critique: [{ when: { safety: true }, because: 'safety pair' }],
    policy_reference: [{ when: { domain: ['support'], difficulty: ['difficult'] }, because: 'difficult support pair' }],
    strength: [{ on: ['a'] }],
  },
});
const rubric = applyRubric(code, PLAIN);
const fields = (draft: Draft, given = rubric): string[] => missingRequirements(draft, given).map((one) => one.field);
const reasons = (draft: Draft, given: Rubric, context = PLAIN): string[] => missingRequirements(draft, applyRubric(given, context)).map((one) => one.reason);
const tie: Draft = { ...EMPTY_DRAFT, verdict: 'tie' };

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
  const wins = applyRubric({ ...code, require: { ...code.require, rationale: [{ on: ['a'] }] } }, PLAIN);
  const required = (verdict: Draft['verdict']): boolean => isTextRequired({ ...EMPTY_DRAFT, verdict }, wins, 'rationale');
  expect((['a', 'b', 'tie', 'both_bad', null] as const).map(required)).toEqual([true, true, false, false, false]);
});

describe('rules of the rubric', () => {
  test('by domain and difficulty: a difficult support pair needs a policy reference, and says why', () => {
    const difficult: PromptContext = { ...PLAIN, domain: 'support', difficulty: 'difficult' };
    expect(reasons(tie, support, difficult)).toEqual(['Name the policy or guideline section that decides (difficult support pair).']);
    expect(reasons({ ...tie, policyReference: 'Refunds 3.2' }, support, difficult)).toEqual([]);
    expect(reasons(tie, support, { ...difficult, difficulty: 'easy' })).toEqual([]);
    expect(reasons(tie, support, { ...difficult, domain: 'code' })).toEqual([]);
  });

  test('by safety: a critique', () => {
    expect(reasons(tie, support, { ...PLAIN, safety: true })).toEqual(['Write one sentence of critique (safety pair).']);
  });

  test('by a flag on either side: a rationale', () => {
    expect(reasons({ ...tie, flags: { a: ['rude'], b: [] } }, support)).toEqual(['Say why you chose a tie (a flag is set): one sentence is enough.']);
    expect(reasons({ ...tie, flags: { a: [], b: ['rude'] } }, support)).toHaveLength(1);
  });

  test('strength is asked for on a win only', () => {
    expect(reasons({ ...tie, verdict: 'b' }, support)).toEqual(['Say by how much: slightly or much better.']);
    expect(reasons({ ...tie, verdict: 'b', strength: 'slightly' }, support)).toEqual([]);
    expect(reasons(tie, support)).toEqual([]);
  });
});

describe('a red line', () => {
  const wins = (verdict: Draft['verdict'], a: string[], b: string[]): string[] =>
    fields({ ...EMPTY_DRAFT, verdict, strength: 'much', rationale: 'x', flags: { a, b } }, applyRubric(support, PLAIN));

  test('leaves the crossing response no win and no tie', () => {
    expect(wins('a', ['unsafe'], [])).toEqual(['verdict']);
    expect(wins('tie', ['unsafe'], [])).toEqual(['verdict']);
    expect(wins('b', ['unsafe'], [])).toEqual([]);
    expect(wins('both_bad', ['unsafe'], [])).toEqual([]);
    expect(wins('b', ['unsafe'], ['unsafe'])).toEqual(['verdict']);
    expect(wins('both_bad', ['unsafe'], ['unsafe'])).toEqual([]);
    expect(wins('a', ['rude'], [])).toEqual([]);
  });

  test('is named with what is left', () => {
    const draft: Draft = { ...EMPTY_DRAFT, verdict: 'b', strength: 'much', rationale: 'x', flags: { a: [], b: ['unsafe'] } };
    expect(reasons(draft, support)[0]).toBe('Response B crosses a red line (Unsafe), so that the verdict can only be A better or Both bad. Change the verdict, or take the flag back.');
    expect(reasons(mirrorDraft(draft), support)[0]).toMatch(/^Response A crosses a red line/);
  });
});

describe('a claim that aged', () => {
  const stale: Draft = { ...tie, flags: { a: ['stale'], b: [] } };

  test('asks for the source and its date', () => {
    expect(fields(stale, applyRubric(support, PLAIN))).toEqual(['staleSource', 'staleDate']);
    expect(fields({ ...stale, staleSource: 'WHO fact sheet', staleDate: '2026-05' }, applyRubric(support, PLAIN))).toEqual([]);
    expect(isTextRequired(stale, applyRubric(support, PLAIN), 'staleDate')).toBe(true);
    expect(isTextRequired(tie, applyRubric(support, PLAIN), 'staleDate')).toBe(false);
  });

  test.each(['2026', '2026-05', '2026-05-31', ' 2024-02-29 '])('%j is a date', (date) => expect(isStaleDate(date)).toBe(true));
  test.each(['', 'May 2026', '2026-13', '2026-5', '31.05.2026', '2026-02-30', '2023-02-29'])('%j is none', (date) => expect(isStaleDate(date)).toBe(false));
});

test('a tier that the rubric does not have is not a rating', () => {
  const tiers = rubricSchema.parse({ name: 'q', title: 'Q', guideline: 'q', dimensions: [
    { name: 'accuracy', title: 'Accuracy', weight: 1, required: true, scale: 'tiers', levels: { 1: { title: 'Wrong', text: 'No.' }, 5: { title: 'Right', text: 'Yes.' } } },
  ] });
  expect(fields({ ...tie, likert: { accuracy: { a: 3, b: 5 } } }, applyRubric(tiers, PLAIN))).toEqual(['likert:accuracy:a']);
});

test('the weighted score of a side is shown when all its dimensions are rated', () => {
  const draft = { ...EMPTY_DRAFT, likert: { correctness: { a: 5, b: 2 }, clarity: { a: 3 } } };
  expect(weightedScore(draft, rubric, 'a')).toBeCloseTo(4.4, 12);
  expect(weightedScore(draft, rubric, 'b')).toBeUndefined();
  expect(weightedScore(draft, { ...rubric, dimensions: [] }, 'a')).toBeUndefined();
});
