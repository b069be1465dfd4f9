import fc from 'fast-check';
import { expect, test } from 'vitest';
import { staleReason } from '../../ml-backend/uncertainty/head-staleness.js';

const TRAINED = new Date('2026-03-01T10:00:00Z');
const after = (hours: number): Date => new Date(TRAINED.getTime() + hours * 3_600_000);
const rule = { pairsMax: 200, daysMax: 14 };

test.each<[string, number, number, string | null]>([
  ['new', 0, 0, null],
  ['just fresh on both counts', 199, 14 * 24 - 1, null],
  ['too many pairs', 200, 0, '200 pairs were accepted since it was trained (200 make it stale)'],
  ['too old', 0, 14 * 24, 'it is 14 days old (14 make it stale)'],
  ['both', 350, 50 * 24 + 5, '350 pairs were accepted since it was trained (200 make it stale) and it is 50 days old (14 make it stale)'],
  ['of the future', 0, -48, null],
])('%s', (_, acceptedSince, hours, reason) => {
  expect(staleReason({ trainedAt: TRAINED, acceptedSince }, rule, after(hours))).toBe(reason);
});

test('properties (seed 5): a head never becomes fresh again by more pairs or more time', () => {
  const age = fc.record({ pairs: fc.nat(500), hours: fc.nat(1_000) });
  fc.assert(
    fc.property(age, fc.nat(500), fc.nat(1_000), ({ pairs, hours }, morePairs, moreHours) => {
      if (staleReason({ trainedAt: TRAINED, acceptedSince: pairs }, rule, after(hours)) === null) return;
      expect(staleReason({ trainedAt: TRAINED, acceptedSince: pairs + morePairs }, rule, after(hours + moreHours))).not.toBeNull();
    }),
    { seed: 5 },
  );
});
