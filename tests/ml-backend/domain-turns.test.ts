import fc from 'fast-check';
import { expect, test } from 'vitest';
import { domainTurns } from '../../ml-backend/rounds/domain-turns.js';

const turns = (sizes: number[], k: number): number[] => [...domainTurns(sizes, k)];

test('alternates between equal domains and follows the sizes of unequal ones', () => {
  expect(turns([3, 3], 4)).toEqual([0, 1, 0, 1]);
  expect(turns([10, 30], 8)).toEqual([1, 0, 1, 1, 1, 0, 1, 1]);
  expect(turns([5], 2)).toEqual([0, 0]);
  expect(turns([], 3)).toEqual([]);
  expect(turns([1, 1, 1], 0)).toEqual([]);
});

test('even a tiny domain gets its turn, and a used up one no more', () => {
  expect(turns([1, 1_000], 3)).toEqual([1, 0, 1]);
  expect(turns([1, 2], 9)).toEqual([1, 0, 1]);
});

test('properties (seed 3): min(k, pairs) turns, none beyond a domain, none starved, a shorter sequence is the beginning of a longer', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }), fc.integer({ min: 0, max: 150 }), (sizes, k) => {
      const all = turns(sizes, k);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      const count = sizes.map((_, domain) => all.filter((turn) => turn === domain).length);
      expect(all).toHaveLength(Math.min(k, total));
      for (const [domain, size] of sizes.entries()) {
        expect(count[domain]).toBeLessThanOrEqual(size);
      }
      expect(Math.min(...count)).toBeGreaterThanOrEqual(all.length >= sizes.length ? 1 : 0);
      expect(turns(sizes, Math.floor(k / 2))).toEqual(all.slice(0, Math.floor(k / 2)));
    }),
    { seed: 3, numRuns: 300 },
  );
});
