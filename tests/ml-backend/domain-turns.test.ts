import fc from 'fast-check';
import { expect, test } from 'vitest';
import { domainShares, domainTurns } from '../../ml-backend/rounds/domain-turns.js';

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

test('a domain that has nothing more passes its turn on, and has no further ones', () => {
  const given = domainTurns([3, 3, 3], 5);
  const asked: number[] = [];
  for (let turn = given.next(); turn.done !== true; turn = given.next(turn.value !== 1)) asked.push(turn.value);
  expect(asked).toEqual([0, 1, 2, 0, 2, 0]);
});

test('shares: budgets first, as far as there are pairs; the others share what is left of k', () => {
  const domains = [{ name: 'a', size: 10 }, { name: 'b', size: 30 }, { name: 'c', size: 2 }];
  expect(domainShares(domains, 8, {})).toEqual([10, 30, 2]);
  expect(domainShares(domains, 12, { c: 4 })).toEqual([3, 7, 2]);
  expect(domainShares(domains, 12, { a: 5, b: 7 })).toEqual([5, 7, 0]);
  expect(domainShares(domains, 12, { a: 1, b: 2, c: 0 })).toEqual([1, 2, 0]);
  expect(() => domainShares(domains, 12, { d: 0 })).toThrow('budgets names the domain "d", which has no pair to pick; there are a, b, c.');
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
