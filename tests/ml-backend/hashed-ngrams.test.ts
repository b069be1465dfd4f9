import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { embedText, hashedNgrams } from '../../ml-backend/embedding/hashed-ngrams.js';
import { pairVector } from '../../ml-backend/embedding/pair-vector.js';
import { selectHybrid } from '../../ml-backend/selection/hybrid.js';
import { vectorFromBytes } from '../../ml-backend/embedding/vector-bytes.js';

const three = <T extends z.ZodType>(item: T) => z.tuple([item, item, item]);
const vector = z.string().transform((base64) => vectorFromBytes(Buffer.from(base64, 'base64')));
const cases = z
  .array(z.object({ texts: three(z.string()), times: three(z.number()), vectors: three(vector), pairVector: vector }))
  .parse(JSON.parse(readFileSync(new URL('../oracles/hashed-ngrams.json', import.meta.url), 'utf8')));

test.each(cases)('$texts gives the numbers of the Python oracle', ({ texts, times, vectors, pairVector: expected }) => {
  const own = texts.map((text, at) => embedText(text.repeat(times[at]!)));
  expect(own).toEqual(vectors);
  const [prompt, responseA, responseB] = own;
  expect(pairVector({ prompt: prompt!, responseA: responseA!, responseB: responseB! })).toEqual(expected);
});

const length = (vector: ArrayLike<number>): number => Math.sqrt(Array.from(vector).reduce((sum, one) => sum + one * one, 0));
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => length(Array.from(a, (one, at) => one - b[at]!));

describe('properties (seed 5)', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 });
  const words = fc.array(fc.stringMatching(/^[a-z]{1,9}[.,]?$/), { minLength: 1, maxLength: 30 });

  test('a vector has the length 1, or is zero when there is nothing to read', () => {
    fc.assert(
      fc.property(text, (one) => {
        const vector = embedText(one);
        expect(vector).toHaveLength(hashedNgrams.dimension);
        expect(length(vector)).toBeCloseTo(one.trim() === '' ? 0 : 1, 6);
      }),
      { seed: 5, numRuns: 500 },
    );
  });
  test('any UTF-16 at all is read, lone surrogates too, and what was read before leaves no trace', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff), { maxLength: 50 }), text, (units, other) => {
        const one = String.fromCharCode(...units);
        const vector = embedText(one);
        expect(vector.every(Number.isFinite)).toBe(true);
        embedText(other);
        expect(embedText(one)).toEqual(vector);
      }),
      { seed: 5, numRuns: 500 },
    );
  });
  test('case and the kind and amount of white space change nothing', () => {
    fc.assert(
      fc.property(words, fc.array(fc.constantFrom(' ', '  ', '\n', '\t', '\r\n\r\n', ' \u00a0 '), { minLength: 30, maxLength: 30 }), (tokens, spaces) => {
        const spread = tokens.map((token, at) => spaces[at]! + (at % 2 === 0 ? token.toUpperCase() : token)).join('');
        expect(embedText(`${spread}\n`)).toEqual(embedText(tokens.join(' ')));
      }),
      { seed: 5, numRuns: 300 },
    );
  });
  test('a pair in which the sides change places is the same pair', () => {
    fc.assert(
      fc.property(text, text, text, (prompt, a, b) => {
        const [p, x, y] = [prompt, a, b].map(embedText);
        expect(pairVector({ prompt: p!, responseA: x!, responseB: y! })).toEqual(pairVector({ prompt: p!, responseA: y!, responseB: x! }));
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});

test('the source gives each text its vector', async () => {
  const texts = Array.from({ length: 20 }, (_, at) => `text ${at}`);
  expect(await hashedNgrams.embed(texts)).toEqual(texts.map(embedText));
});

describe('a small edit is near, another text of the same kind is far', () => {
  const invoice = 'My invoice for March has not arrived yet. When will it be sent to me? I need it for the tax office.';
  const parcel = 'My parcel from Monday has not arrived yet. When will it be delivered to me? I need it for a birthday.';
  test.each([
    ['typos', 'My invoce for March has not arived yet. When will it be sent to me? I need it for the tax ofice.'],
    ['another order', 'I need it for the tax office. My invoice for March has not arrived yet. When will it be sent to me?'],
    ['a word more', 'My invoice for March has still not arrived yet. When will it be sent to me? I need it for the tax office.'],
  ])('%s', (_, edited) => {
    expect(distance(embedText(invoice), embedText(edited))).toBeLessThan(0.9 * distance(embedText(invoice), embedText(parcel)));
  });
  test('without spaces between words', () => {
    const original = embedText('三月の請求書がまだ届いていません。いつ送られますか。税務署に必要です。');
    expect(distance(original, embedText('三月の請求書がまだ届きません。いつ送られますか。税務署に必要です。'))).toBeLessThan(0.7);
    expect(distance(original, embedText('月曜日に注文した荷物を誕生日の前に受け取りたいのですが、可能でしょうか。'))).toBeGreaterThan(1);
  });
});

test('a least distance of 0.3 leaves out a near-duplicate of a pick, and neither another response to its prompt nor another prompt', () => {
  const prompt = 'My invoice for March has not arrived yet. When will it be sent to me? I need it for the tax office.';
  const late = 'It was sent on Monday. The bank holiday delayed it, so please allow two more days. Write again if it is not there by then.';
  const portal = 'You can download every invoice in the customer portal under Documents, as soon as the month is closed.';
  const unknown = 'I am sorry, I cannot see your account. Please tell me your customer number and the address that you registered with.';
  const pairs = [
    [prompt, late, unknown],
    [prompt.toUpperCase(), 'The bank holiday delayed it, so please allow two more days. It was sent on Monday. Write again if it is not there by then.', unknown],
    [prompt, portal, unknown],
    ['How do I change the address that my parcels are delivered to?', 'Open Settings, then Addresses.', unknown],
  ] as const;
  const vectors = pairs.map(([p, a, b]) => pairVector({ prompt: embedText(p), responseA: embedText(a), responseB: embedText(b) }));
  const embeddings = { data: Float32Array.from(vectors.flatMap((vector) => [...vector])), rows: pairs.length, columns: hashedNgrams.dimension };
  const { indices, leftOut } = selectHybrid({ embeddings, k: pairs.length, minDistance: 0.3, weight: 0, uncertainty: new Float64Array(pairs.length) });
  expect([...indices].sort()).toEqual([0, 2, 3]);
  expect(leftOut).toBe(1);
});

test('function words count less than others', () => {
  const text = embedText('invoice arrived');
  expect(distance(text, embedText('the invoice which has then arrived'))).toBeLessThan(distance(text, embedText('blue invoice delivery tomorrow noon arrived')));
});

test('a very long text is read up to its bound', () => {
  const long = 'word '.repeat(4_000);
  expect(embedText(`${long}and more beyond the bound`)).toEqual(embedText(long));
});
