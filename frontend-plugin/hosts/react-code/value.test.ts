import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flagsName, LABEL_NAMES, likertName, META_KEY, OBJECT_NAME } from '../../../core/domain/label-names.js';
import { STRENGTHS, VERDICTS } from '../../../core/domain/verdict.js';
import type { VoteMeta } from '../../../core/domain/vote.js';
import { readJudgement } from '../../../core/label-studio/judgement.js';
import { REACT_CODE_NAME, REACT_CODE_TYPE } from '../../../core/label-studio/react-code.js';
import { readRegions } from '../../../core/label-studio/result-regions.js';
import { changesBetween, EMPTY_DRAFT, TEXT_FIELDS, withChanges, type Draft } from '../../view/state/draft.js';
import { draftOf, readValue, writeValue } from './value.js';

const PAIR = '018f3c1e-7a00-4000-8000-000000000001';
const HEAD = { pair: PAIR, id: '018f3c1e-7a00-4000-8000-000000000002' };
const META: VoteMeta = { view: 'pairloop 1', displayed: 'ba', active_ms: 12 };

const level = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined });
const flags = fc.uniqueArray(fc.constantFrom('unsafe', 'stale', 'insecure')).map((names) => names.sort());
const text = fc.oneof(fc.constant(''), fc.constant('  '), fc.string({ unit: 'binary' }));
const draft: fc.Arbitrary<Draft> = fc.record({
  verdict: fc.option(fc.constantFrom(...VERDICTS)),
  strength: fc.option(fc.constantFrom(...STRENGTHS)),
  likert: fc.dictionary(fc.constantFrom('tone', 'accuracy', 'policy'), fc.record({ a: level, b: level }), { noNullPrototype: true }),
  flags: fc.record({ a: flags, b: flags }),
  rationale: text,
  critique: text,
  policyReference: text,
  staleSource: text,
  staleDate: text,
});

/** The result that Label Studio Community's native controls make of a draft, each part by its own control. */
function nativeResult({ verdict, strength, likert, flags: set, ...rest }: Draft): unknown[] {
  const region = (from_name: string, type: string, value: unknown) => ({ from_name, to_name: OBJECT_NAME, type, value, meta: { [META_KEY]: META } });
  const choices = (name: string, chosen: readonly (string | null)[]) => (chosen[0] === null || chosen.length === 0 ? [] : [region(name, 'choices', { choices: chosen })]);
  return [
    ...choices(LABEL_NAMES.verdict, [verdict]),
    ...choices(LABEL_NAMES.strength, [strength]),
    ...choices(flagsName('a'), set.a),
    ...choices(flagsName('b'), set.b),
    ...Object.entries(likert).flatMap(([name, levels]) =>
      (['a', 'b'] as const).flatMap((side) => (levels[side] === undefined ? [] : [region(likertName(name, side), 'rating', { rating: levels[side] })])),
    ),
    ...TEXT_FIELDS.flatMap((field) => (rest[field] === '' ? [] : [region(LABEL_NAMES[field], 'textarea', { text: [rest[field]] })])),
  ];
}

const reactCodeResult = (one: Draft, complete: boolean): unknown[] => [
  { from_name: REACT_CODE_NAME, to_name: REACT_CODE_NAME, type: REACT_CODE_TYPE, value: { [REACT_CODE_TYPE]: writeValue(HEAD, one, META, complete) } },
];

test('a draft written through ReactCode is the same judgement as through the native controls', () => {
  fc.assert(
    fc.property(draft, (one) => {
      const native = readJudgement(readRegions(nativeResult(one)));
      const enterprise = readJudgement(readRegions(reactCodeResult(one, true)), PAIR);
      const unusable = [native, enterprise].map((reading) => 'unusable' in reading);
      expect(unusable).toEqual(one.verdict === null ? [true, true] : [false, false]);
      expect('unusable' in enterprise ? {} : enterprise).toEqual('unusable' in native ? {} : native);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('no incomplete draft is a judgement, and nobody who looks for a verdict finds one', () => {
  fc.assert(
    fc.property(draft, (one) => {
      expect(readJudgement(readRegions(reactCodeResult(one, false)), PAIR)).toEqual({ unusable: 'its ReactCode judgement is not complete' });
      expect(writeValue(HEAD, one, META, false)).not.toHaveProperty('verdict');
    }),
    { seed: 1 },
  );
});

test('a draft comes back from its JSON as it was, complete or not', () => {
  const levels = ({ likert, ...rest }: Draft) => ({ ...rest, likert: Object.fromEntries(Object.entries(likert).flatMap(([name, { a, b }]) => ((a ?? b) === undefined ? [] : [[name, { ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) }]]))) });
  fc.assert(
    fc.property(draft, fc.boolean(), (one, complete) => {
      const value = readValue(JSON.parse(JSON.stringify(writeValue(HEAD, one, META, complete))));
      expect(levels(draftOf(value!))).toEqual(levels(one));
    }),
    { seed: 1 },
  );
});

test('changes applied to a draft give the draft they lead to', () => {
  fc.assert(
    fc.property(draft, draft, (before, after) => {
      expect(changesBetween(withChanges(before, changesBetween(before, after)), after)).toEqual([]);
    }),
    { seed: 1 },
  );
});

test('a value of another version is none', () => {
  const value = writeValue(HEAD, { ...EMPTY_DRAFT, verdict: 'a' }, META, true);
  expect(readValue(value)).toEqual(value);
  expect(readValue({ ...value, version: 2 })).toBeUndefined();
});
