import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAddress, writeAddress, type PreviewState } from './preview-state.js';

const START = { rubric: 'support', scheme: 'light' } as const;

test('an address without a query is the start', () => {
  expect(readAddress('', START)).toEqual({
    rubric: 'support', pair: 0, displayed: 'ab', view: true, narrow: false, scheme: 'light', readOnly: false, resultShown: false,
  });
});

test('what cannot be is as at the start', () => {
  for (const query of ['?pair=0', '?pair=-2', '?pair=x', '?pair=1.5', '?order=aa', '?theme=blue', '?view=maybe']) {
    expect(readAddress(query, START), query).toEqual(readAddress('', START));
  }
});

test('an address leads back to the state it was written from (seed 7)', () => {
  const state: fc.Arbitrary<PreviewState> = fc.record({
    rubric: fc.string({ minLength: 1 }),
    pair: fc.nat(500),
    displayed: fc.constantFrom('ab', 'ba'),
    view: fc.boolean(),
    narrow: fc.boolean(),
    scheme: fc.constantFrom('light', 'dark'),
    readOnly: fc.boolean(),
    resultShown: fc.boolean(),
  });
  fc.assert(fc.property(state, (one) => {
    expect(readAddress(writeAddress(one), START)).toEqual(one);
  }), { seed: 7 });
});
