import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRegions } from './result-regions.js';
import { readJudgement } from './judgement.js';

const choices = (...values: string[]) => ({ id: 'x', from_name: 'verdict', to_name: 'p', type: 'choices', value: { choices: values } });
const read = (result: unknown) => readJudgement(readRegions(result));

test('a full result is read in canonical sides, with what the view measured', () => {
  const meta = { pairloop: { view: '1', displayed: 'ba', active_ms: 12.5, other: 'dropped' } };
  const result = [
    { ...choices('b'), meta },
    { from_name: 'helpful_a', type: 'rating', value: { rating: 4 } },
    { from_name: 'helpful_b', type: 'number', value: { number: 2 } },
    { from_name: 'rationale', type: 'textarea', value: { text: ['first', 'second'] } },
    { from_name: 'critique', type: 'textarea', value: { text: 'one line' } },
    { from_name: 'policy_reference', type: 'choices', value: { choices: ['4.2'] } },
    { from_name: 'strength', type: 'choices', value: { choices: ['much'] } },
    { from_name: 'b_flags', type: 'choices', value: { choices: ['unsafe', 'stale', 'stale'] } },
    { from_name: 'stale_source', type: 'textarea', value: { text: ['WHO fact sheet'] } },
    { from_name: 'stale_date', type: 'textarea', value: { text: ['2026-05'] } },
    { from_name: 'unknown', type: 'brushlabels', value: { rle: [1] } },
  ];
  expect(read(result)).toEqual({
    judgement: {
      verdict: 'b',
      likert: { helpful: { a: 4, b: 2 } },
      rationale: 'first\nsecond',
      critique: 'one line',
      policyReference: '4.2',
      strength: 'much',
      flags: { a: [], b: ['stale', 'unsafe'] },
      staleSource: 'WHO fact sheet',
      staleDate: '2026-05',
      meta: { view: '1', displayed: 'ba', active_ms: 12.5 },
    },
  });
});

test('a strength counts only beside a win, and only one', () => {
  const strength = (...values: string[]) => ({ from_name: 'strength', type: 'choices', value: { choices: values } });
  expect(read([choices('tie'), strength('much')])).toMatchObject({ judgement: { strength: null } });
  expect(read([choices('a'), strength('much', 'slightly')])).toMatchObject({ judgement: { strength: null } });
  expect(read([choices('a'), strength('hugely')])).toMatchObject({ judgement: { strength: null } });
});

test.each([
  ['nothing', [], 'it has no verdict'],
  ['no list', { verdict: 'a' }, 'its result is no list of regions'],
  ['an unknown verdict', [choices('left')], 'its verdict "left" is none of a, b, tie, both_bad'],
  ['two verdicts', [choices('a', 'b')], 'it has 2 different verdicts'],
  ['two regions that differ', [choices('a'), choices('tie')], 'it has 2 different verdicts'],
  ['a verdict in a text field', [{ ...choices('a'), type: 'textarea', value: { text: ['a'] } }], 'it has no verdict'],
])('%s is unusable', (_name, result, unusable) => {
  expect(read(result)).toEqual({ unusable });
});

test('odd regions beside a verdict are passed over', () => {
  const odd = [null, 7, 'text', {}, { from_name: 3 }, { from_name: 'helpful_a', type: 'rating', value: { rating: 99 } }, { from_name: '__proto___a', type: 'rating', value: { rating: 3 } }];
  const reading = read([...odd, { ...choices('tie'), meta: { pairloop: { displayed: 'sideways' } } }]);
  expect(reading).toMatchObject({ judgement: { verdict: 'tie', likert: {}, meta: null } });
});

test('text that quotes the task is left behind, and what is kept reads the same again', () => {
  const result = [{ ...choices('a'), text: 'SECRET' }, { from_name: 'span', type: 'labels', value: { start: 0, end: 6, text: 'SECRET', labels: ['x'] } }];
  const kept = readRegions(result);
  expect(JSON.stringify(kept)).not.toContain('SECRET');
  expect(readRegions(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
});

test('text that PostgreSQL cannot store is made storable', () => {
  const kept = JSON.stringify(readRegions([{ from_name: 'rationale', type: 'textarea', value: { text: ['a\0b\uD800c🙂'] } }]));
  expect(kept).toContain('a\uFFFDb\uFFFDc🙂');
});

test('no JSON without a verdict control holds a verdict (1,000 values, seed 1)', () => {
  const region = fc.record({ from_name: fc.jsonValue(), type: fc.jsonValue(), value: fc.jsonValue(), meta: fc.jsonValue() }, { requiredKeys: [] });
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.array(region)), (result) => {
      expect(read(result)).toHaveProperty('unusable');
    }),
    { seed: 1, numRuns: 1_000 },
  );
});
