import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { embedTexts, embedderOf, type EmbeddingSource } from '../../ml-backend/embedding/embedding-source.js';
import { pairVector } from '../../ml-backend/embedding/pair-vector.js';
import { vectorFromBytes, vectorToBytes } from '../../ml-backend/embedding/vector-bytes.js';

const sourceGiving = (vectors: readonly number[][], asked: string[] = []): EmbeddingSource => ({
  name: 'test',
  version: 'v1',
  dimension: 2,
  embed(texts) {
    asked.push(...texts);
    return Promise.resolve(vectors.map((vector) => Float32Array.from(vector)));
  },
});
const named = (text: string) => ({ text, what: `the text ${text}` });

describe('embedTexts', () => {
  test('asks for equal texts once and gives each its vector', async () => {
    const asked: string[] = [];
    const vectors = await embedTexts(sourceGiving([[1, 0], [0, 1]], asked), ['x', 'y', 'x'].map(named));
    expect(asked).toEqual(['x', 'y']);
    expect(vectors.map((vector) => [...vector])).toEqual([[1, 0], [0, 1], [1, 0]]);
  });
  test.each([
    ['a number too few', [[1, 0], [1]], 'test-v1 gave a vector of 1 numbers, not 2, for the text y; nothing of its answer was stored.'],
    ['a NaN', [[1, 0], [0, NaN]], 'test-v1 gave NaN as number 1 of the vector for the text y; nothing of its answer was stored.'],
    ['an infinity', [[-Infinity, 0], [0, 1]], 'test-v1 gave -Infinity as number 0 of the vector for the text x; nothing of its answer was stored.'],
    ['a vector too few', [[1, 0]], 'test-v1 gave no vector for the text y; nothing of its answer was stored.'],
    ['a vector too many', [[1, 0], [0, 1], [1, 1]], 'test-v1 gave 3 vectors for 2 texts; nothing of its answer was stored.'],
  ])('refuses %s', async (_, vectors, message) => {
    await expect(embedTexts(sourceGiving(vectors), ['x', 'y'].map(named))).rejects.toThrow(message);
  });
  test('a source is named by name and version', () => {
    expect(embedderOf({ name: 'onnx', version: '3f' })).toBe('onnx-3f');
  });
});

test('distances of pairs are those of the three parts in a row, within some percent', () => {
  const D = 384;
  const direction = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: D, maxLength: D }).map((numbers) => Float32Array.from(numbers, (number) => number + 1e-3));
  const inARow = (p: Float32Array, a: Float32Array, b: Float32Array): number[] => {
    const [u, v, w] = [p, a, b].map((vector) => Array.from(vector, (number) => number / Math.hypot(...vector)));
    const joined = [...u!, ...v!.map((number, at) => (number + w![at]!) / 2), ...v!.map((number, at) => Math.abs(number - w![at]!) / 2)];
    return joined.map((number) => number / Math.hypot(...joined));
  };
  const distance = (x: ArrayLike<number>, y: ArrayLike<number>): number => Math.hypot(...Array.from(x, (number, at) => number - y[at]!));
  fc.assert(
    fc.property(fc.array(direction, { minLength: 6, maxLength: 6 }), ([p, a, b, q, c, d]) => {
      const whole = distance(inARow(p!, a!, b!), inARow(q!, c!, d!));
      const projected = distance(pairVector({ prompt: p!, responseA: a!, responseB: b! }), pairVector({ prompt: q!, responseA: c!, responseB: d! }));
      expect(Math.abs(projected / whole - 1)).toBeLessThan(0.15);
    }),
    { seed: 5, numRuns: 20 },
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
