import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PAIR_DIMENSIONS, embedPair, embedText } from '../../ml-backend/embedding/hashed-ngrams.js';
import { vectorFromBytes, vectorToBytes } from '../../ml-backend/embedding/vector-bytes.js';

const cases = z
  .array(z.object({ prompt: z.string(), responseA: z.string(), responseB: z.string(), vector: z.array(z.number()) }))
  .parse(JSON.parse(readFileSync(new URL('../oracles/hashed-ngrams.json', import.meta.url), 'utf8')));

test.each(cases)('$prompt | $responseA | $responseB gives the numbers of the Python oracle', ({ vector, ...texts }) => {
  expect([...embedPair(texts)]).toEqual(vector);
});

const length = (vector: ArrayLike<number>): number => Math.sqrt(Array.from(vector).reduce((sum, one) => sum + one * one, 0));
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => length(Array.from(a, (one, at) => one - b[at]!));

describe('properties (seed 5)', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 });
  test('a vector has length 1, or is zero when there is nothing to read', () => {
    fc.assert(
      fc.property(text, text, text, (prompt, responseA, responseB) => {
        const vector = embedPair({ prompt, responseA, responseB });
        expect(vector).toHaveLength(PAIR_DIMENSIONS);
        const nothing = [prompt, responseA, responseB].every((one) => embedText(one).every((number) => number === 0));
        expect(length(vector)).toBeCloseTo(nothing ? 0 : 1, 6);
      }),
      { seed: 5, numRuns: 300 },
    );
  });
  test('the sides may change places', () => {
    fc.assert(
      fc.property(text, text, text, (prompt, responseA, responseB) => {
        expect(embedPair({ prompt, responseA, responseB })).toEqual(embedPair({ prompt, responseA: responseB, responseB: responseA }));
      }),
      { seed: 5, numRuns: 300 },
    );
  });
  test('a stored vector is read back as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true })), (numbers) => {
        expect(vectorFromBytes(vectorToBytes(numbers))).toEqual(Float32Array.from(numbers));
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});

test('texts about the same thing are closer than texts about another', () => {
  const invoice = embedText('My invoice for March has not arrived yet, when will it be sent?');
  const likeIt = embedText('When will you send the invoice of March? It has not arrived.');
  const code = embedText('for (let i = 0; i < items.length; i++) total += items[i].price;');
  expect(distance(invoice, likeIt)).toBeLessThan(0.75 * distance(invoice, code));
});

test('a very long text is read up to its bound, in bounded time', () => {
  const long = 'word '.repeat(4_000);
  expect(embedText(`${long}and more beyond the bound`)).toEqual(embedText(long));
});
