import { expect, test } from 'vitest';
import { readJudgement } from './judgement.js';
import { readRegions } from './result-regions.js';

const PAIR = '018f3c1e-7a00-4000-8000-000000000001';
const OTHER = '018f3c1e-7a00-4000-8000-000000000002';
const META = { view: 'pairloop 1', displayed: 'ba' };

/** A ReactCode result as Label Studio Enterprise's documentation shows it. */
const region = (value: unknown) => ({ id: '7ZP46bpbNX', from_name: 'comparison', to_name: 'comparison', type: 'reactcode', origin: 'manual', value: { reactcode: value } });
const head = { version: 1, pair: PAIR, id: OTHER, meta: META };
const complete = { ...head, complete: true, verdict: 'b' };
const read = (...values: unknown[]) => readJudgement(readRegions(values.map(region)), PAIR);

test('a complete judgement is read as the native controls would tell it', () => {
  const full = { ...complete, strength: 'much', likert: { tone: { a: 2, b: 9 }, accuracy: {}, helpful: { b: 5 } }, flags: { a: ['unsafe', 'stale', 'stale'] }, rationale: ' B says how. ', critique: ' ', stale_source: 'WHO', extra: 'dropped' };
  expect(read(full)).toEqual({
    judgement: {
      verdict: 'b',
      strength: 'much',
      likert: { helpful: { b: 5 }, tone: { a: 2 } },
      flags: { a: ['stale', 'unsafe'], b: [] },
      rationale: 'B says how.',
      critique: null,
      policyReference: null,
      staleSource: 'WHO',
      staleDate: null,
      meta: META,
    },
  });
  expect(read({ ...complete, verdict: 'tie', strength: 'much' })).toMatchObject({ judgement: { strength: null } });
});

test.each([
  ['an incomplete one', [{ ...head, complete: false, draft: { verdict: 'a' } }], 'its ReactCode judgement is not complete'],
  ["another pair's", [{ ...complete, pair: OTHER }], "its ReactCode judgement is another pair's"],
  ['a later version', [{ ...complete, version: 2 }], 'its ReactCode judgement cannot be read'],
  ['no verdict', [{ ...complete, verdict: undefined }], 'its ReactCode judgement cannot be read'],
  ['two that differ', [complete, { ...complete, verdict: 'a' }], 'it has 2 ReactCode judgements that differ'],
])('%s is unusable', (_name, values, unusable) => {
  expect(read(...values)).toEqual({ unusable });
});

test('one of another pair is passed over beside the own', () => {
  expect(read({ ...complete, pair: OTHER, verdict: 'a' }, complete)).toMatchObject({ judgement: { verdict: 'b' } });
});

test('two that say the same are one; a native verdict beside it makes two', () => {
  expect(read(complete, complete)).toMatchObject({ judgement: { verdict: 'b' } });
  const native = { from_name: 'verdict', to_name: 'prompt', type: 'choices', value: { choices: ['b'] } };
  expect(readJudgement(readRegions([region(complete), native]), PAIR)).toEqual({ unusable: 'it has both a ReactCode judgement and a native verdict' });
});

test("another tag's ReactCode results are passed over", () => {
  expect(readJudgement(readRegions([{ ...region(complete), from_name: 'spreadsheet' }]), PAIR)).toEqual({ unusable: 'it has no verdict' });
});

test('what is kept reads the same again, and PostgreSQL can store it', () => {
  const kept = readRegions([region({ ...complete, rationale: 'a\0b\uD800c' })]);
  expect(kept?.[0]?.value.reactcode).toMatchObject({ rationale: 'a\uFFFDb\uFFFDc' });
  expect(readRegions(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
});
