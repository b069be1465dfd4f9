import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { embedText, hashedNgrams } from '../../ml-backend/embedding/hashed-ngrams.js';
import { pairVector } from '../../ml-backend/embedding/pair-vector.js';

const sparse = z.array(z.tuple([z.number(), z.number()]));
const cases = z
  .array(z.object({ prompt: z.string(), responseA: z.string(), responseB: z.string(), promptVector: sparse, pairVector: sparse }))
  .parse(JSON.parse(readFileSync(new URL('../oracles/hashed-ngrams.json', import.meta.url), 'utf8')));

const notZero = (vector: Float32Array): [number, number][] => [...vector.entries()].filter(([, number]) => number !== 0);
const embedPair = (prompt: string, responseA: string, responseB: string): Float32Array =>
  pairVector({ prompt: embedText(prompt), responseA: embedText(responseA), responseB: embedText(responseB) });

test.each(cases)('$prompt | $responseA | $responseB gives the numbers of the Python oracle', (expected) => {
  expect(notZero(embedText(expected.prompt))).toEqual(expected.promptVector);
  expect(notZero(embedPair(expected.prompt, expected.responseA, expected.responseB))).toEqual(expected.pairVector);
});

const length = (vector: ArrayLike<number>): number => Math.sqrt(Array.from(vector).reduce((sum, one) => sum + one * one, 0));
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => length(Array.from(a, (one, at) => one - b[at]!));

describe('properties (seed 5)', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 });
  test('a vector has the length 1, or is zero when there is nothing to read', () => {
    fc.assert(
      fc.property(text, text, text, (prompt, responseA, responseB) => {
        const vector = embedPair(prompt, responseA, responseB);
        expect(vector).toHaveLength(hashedNgrams.dimension);
        const nothing = [prompt, responseA, responseB].every((one) => embedText(one).every((number) => number === 0));
        expect(length(vector)).toBeCloseTo(nothing ? 0 : 1, 6);
      }),
      { seed: 5, numRuns: 300 },
    );
  });
  test('the sides may change places', () => {
    fc.assert(
      fc.property(text, text, text, (prompt, responseA, responseB) => {
        expect(embedPair(prompt, responseA, responseB)).toEqual(embedPair(prompt, responseB, responseA));
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});

test('the source gives each text its vector', async () => {
  const texts = ['one', 'two', 'three', 'four'];
  expect(await hashedNgrams.embed(texts)).toEqual(texts.map(embedText));
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
