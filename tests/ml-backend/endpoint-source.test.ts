import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../core/config.js';
import { messageOf } from '../../core/errors.js';
import { configuredSource } from '../../ml-backend/embedding/configured-source.js';
import { embedTexts, embedderOf } from '../../ml-backend/embedding/embedding-source.js';
import { openEndpointSource } from '../../ml-backend/embedding/endpoint-source.js';
import { Endpoint } from '../../ml-backend/endpoint/endpoint.js';
import { startFakeEndpoint, type FakeEndpoint, type FakeReply } from '../support/fake-endpoint.js';

const started: FakeEndpoint[] = [];
afterEach(async () => {
  for (const endpoint of started.splice(0)) await endpoint.close();
});

const requestSchema = z.object({ model: z.literal('m1'), input: z.array(z.string()), encoding_format: z.literal('float') });
const inputOf = (body: string): string[] => requestSchema.parse(JSON.parse(body)).input;
const vectorOf = (text: string): (number | null)[] => [text.length, text.charCodeAt(0) / 4];
const embedded = (input: readonly string[], vector = vectorOf) => input.map((text, index) => ({ index, embedding: vector(text) }));

/** A server whose vectors come in reverse order, unless `answer` gives something else for what follows the probe. */
async function startServer(answer: (input: string[], nth: number) => FakeReply | undefined = () => undefined): Promise<FakeEndpoint> {
  const fake = await startFakeEndpoint(({ body }, nth) => {
    const input = inputOf(body);
    return (nth === 0 ? undefined : answer(input, nth)) ?? { body: { data: embedded(input).toReversed() } };
  });
  started.push(fake);
  return fake;
}

function open(fake: FakeEndpoint, charactersMax = 6_000) {
  const endpoint = new Endpoint({ url: fake.url, timeoutMs: 5_000, requestsPerMinute: 1_000_000, budget: { requests: 1_000, tokens: 100_000_000 } }, { now: () => 0, sleep: async () => {}, random: () => 0 });
  return openEndpointSource(endpoint, { model: 'm1', charactersMax });
}

const named = (text: string) => ({ text, what: `the text ${JSON.stringify(text)}` });
const problem = (run: Promise<unknown>): Promise<string> => run.then(() => 'nothing was thrown', messageOf);

test('gives each text its own vector, whatever order the endpoint answers in, and says how long they are', async () => {
  const fake = await startServer();
  const source = await open(fake);
  expect({ name: embedderOf(source), dimension: source.dimension }).toEqual({ name: 'endpoint-m1-2-6000', dimension: 2 });
  expect((await source.embed(['abc', '', 'z', ' \n'])).map((vector) => [...vector])).toEqual([[3, 24.25], [0, 0], [1, 30.5], [0, 0]]);
  expect(fake.requests.map(({ path, body }) => [path, inputOf(body)])).toEqual([
    ['/v1/embeddings', ['pairloop']],
    ['/v1/embeddings', ['abc', 'z']],
  ]);
});

test('sends at most 64 texts and 256 KiB at a time, a longer text alone', async () => {
  const fake = await startServer();
  const source = await open(fake, 300_000);
  const texts = [...Array.from({ length: 130 }, (_, at) => `text ${at}`), 'é'.repeat(65_536), 'é'.repeat(65_537), 'x'.repeat(270_000), 'end'];
  const vectors = await source.embed(texts);
  expect(vectors.map(([length]) => length)).toEqual(texts.map((text) => text.length));
  const batches = fake.requests.slice(1).map(({ body }) => inputOf(body));
  expect(batches.map((batch) => batch.length).toSorted((one, other) => one - other)).toEqual([1, 1, 1, 3, 64, 64]);
  const sizes = batches.filter((batch) => batch.length > 1).map((batch) => Buffer.byteLength(batch.join('')));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(256 * 1024);
});

test('a text counts up to its limit, without half a character', async () => {
  const fake = await startServer();
  const source = await open(fake, 4);
  await source.embed(['abcdefgh', 'abc😀', 'ab😀c']);
  expect(inputOf(fake.requests[1]!.body)).toEqual(['abcd', 'abc', 'ab😀']);
});

describe('names what is wrong with an answer:', () => {
  const wrong = (data: unknown): Promise<string> => startServer(() => ({ body: { data } })).then(async (fake) => problem(embedTexts(await open(fake), ['x', 'y'].map(named))));
  test.each<[string, unknown, string]>([
    ['a number that is none', [{ index: 0, embedding: [1, 2] }, { index: 1, embedding: [1, null] }], 'endpoint-m1-2-6000 gave NaN as number 1 of the vector for the text "y"'],
    ['a number beyond float32', [{ index: 0, embedding: [1e39, 2] }, { index: 1, embedding: [1, 2] }], 'gave Infinity as number 0 of the vector for the text "x"'],
    ['a length', [{ index: 0, embedding: [1, 2] }, { index: 1, embedding: [1, 2, 3] }], 'gave a vector of 3 numbers, not 2, for the text "y"'],
    ['a vector too few', [{ index: 0, embedding: [1, 2] }], 'gave 1 vectors of m1 for 2 texts'],
    ['an index twice', [{ index: 1, embedding: [1, 2] }, { index: 1, embedding: [1, 2] }], 'gave no vector of m1 with the index 0 for 2 texts'],
    ['nonsense', 'nonsense', 'not what was asked for (data: '],
  ])('%s', async (_, data, message) => {
    expect(await wrong(data)).toContain(message);
  });

  test('a server that fails when it is opened', async () => {
    const fake = await startFakeEndpoint(() => ({ status: 404, body: 'no model m1' }));
    started.push(fake);
    expect(await problem(open(fake))).toBe(`${fake.url}/embeddings answered 404 (check the address, up to and including /v1, and the model): no model m1.`);
  });
});

describe('the settings', () => {
  const both = { PAIRLOOP_EMBEDDING_URL: 'http://127.0.0.1:9/v1', PAIRLOOP_EMBEDDING_MODEL: 'm1' };

  test('name an endpoint, or none', async () => {
    expect(loadConfig({}).embedding).toBeUndefined();
    expect(configuredSource(loadConfig({}))).toBeUndefined();
    expect(loadConfig({ ...both, PAIRLOOP_EMBEDDING_API_KEY: 'k', PAIRLOOP_EMBEDDING_CHARACTERS: '800' }).embedding).toEqual({
      url: both.PAIRLOOP_EMBEDDING_URL,
      model: 'm1',
      apiKey: 'k',
      charactersMax: 800,
      requestsPerMinute: 600,
      tokensMax: 50_000_000,
    });
    const fake = await startServer();
    const source = await configuredSource(loadConfig({ ...both, PAIRLOOP_EMBEDDING_URL: fake.url }))!();
    expect(source.dimension).toBe(2);
  });

  test('say what is missing', () => {
    expect(() => loadConfig({ PAIRLOOP_EMBEDDING_URL: both.PAIRLOOP_EMBEDDING_URL })).toThrow('PAIRLOOP_EMBEDDING_MODEL is missing');
    expect(() => loadConfig({ PAIRLOOP_EMBEDDING_MODEL: 'm1' })).toThrow('PAIRLOOP_EMBEDDING_URL is missing');
    expect(() => loadConfig({ ...both, PAIRLOOP_EMBEDDING_TOKENS: '0' })).toThrow('PAIRLOOP_EMBEDDING_TOKENS="0"');
  });
});
