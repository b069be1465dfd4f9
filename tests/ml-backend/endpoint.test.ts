import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { messageOf } from '../../core/errors.js';
import { BudgetSpentError } from '../../ml-backend/endpoint/budget.js';
import { Endpoint, type EndpointSettings } from '../../ml-backend/endpoint/endpoint.js';
import { retryAfterMs, retryDelayMs } from '../../ml-backend/endpoint/retry-delay.js';
import { startFakeEndpoint, type FakeEndpoint, type FakeReply } from '../support/fake-endpoint.js';

const KEY = 'sk-very-secret-7';
const started: FakeEndpoint[] = [];
afterEach(async () => {
  for (const endpoint of started.splice(0)) await endpoint.close();
});

const replySchema = z.object({ value: z.number() });
const good = { body: { value: 7, usage: { total_tokens: 30 } } };

/** A fake that gives these replies one after another (the last again and again), and a client whose clock moves only when it sleeps. */
async function scene(replies: readonly FakeReply[], settings: Partial<EndpointSettings> = {}) {
  const fake = await startFakeEndpoint((_, nth) => replies[Math.min(nth, replies.length - 1)]!);
  started.push(fake);
  const slept: number[] = [];
  let time = 1_000_000;
  const clock = {
    now: () => time,
    sleep: async (ms: number) => {
      slept.push(ms);
      time += ms;
    },
    random: () => 0,
  };
  const endpoint = new Endpoint({ url: fake.url, apiKey: KEY, timeoutMs: 5_000, requestsPerMinute: 6_000_000, budget: { requests: 100, tokens: 100_000 }, ...settings }, clock);
  return { fake, endpoint, slept, post: (tokensMost = 100) => endpoint.post('/x', { ask: 'ü' }, replySchema, tokensMost) };
}

const problem = (run: Promise<unknown>): Promise<string> => run.then(() => 'nothing was thrown', messageOf);

test('posts JSON with the key and gives what the schema takes', async () => {
  const { fake, endpoint, post } = await scene([good]);
  expect(await post()).toEqual({ value: 7 });
  expect(fake.requests[0]).toMatchObject({ path: '/v1/x', body: '{"ask":"ü"}', headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' } });
  expect(endpoint.spent).toEqual({ requests: 1, tokens: 30 });
});

describe('tries again', () => {
  test.each<[string, FakeReply]>([
    ['429', { status: 429, body: 'slow down' }],
    ['408', { status: 408, body: '' }],
    ['503', { status: 503, body: '<html>' }],
    ['a connection that breaks', 'drop'],
    ['an answer that is no JSON', { body: '<html>hello' }],
    ['an answer of another shape', { body: { value: 'seven' } }],
  ])('after %s, later each time', async (_, reply) => {
    const { fake, slept, post } = await scene([reply, reply, good]);
    expect(await post()).toEqual({ value: 7 });
    expect(fake.requests).toHaveLength(3);
    expect(slept.filter((ms) => ms >= 100)).toEqual([500, 1_000]);
  });

  test('when Retry-After says, in seconds or by date', async () => {
    const date = new Date(1_000_000 + 60_000).toUTCString();
    const { slept, post } = await scene([{ status: 429, headers: { 'retry-after': '17' }, body: '' }, { status: 503, headers: { 'retry-after': date }, body: '' }, good]);
    await post();
    const [first, second] = slept.filter((ms) => ms >= 100);
    expect(first).toBe(17_000);
    expect(second).toBe(Date.parse(date) - 1_017_000);
  });

  test('after a request that timed out', async () => {
    const { fake, post } = await scene(['silent', good], { timeoutMs: 150 });
    expect(await post()).toEqual({ value: 7 });
    expect(fake.requests).toHaveLength(2);
  });
});

describe('gives up', () => {
  test('after five attempts, saying what was answered', async () => {
    const { fake, post } = await scene([{ status: 500, body: 'out of\nmemory' }]);
    expect(await problem(post())).toBe(`${fake.url}/x answered 500: out of memory (attempt 5 of 5).`);
    expect(fake.requests).toHaveLength(5);
  });

  test('at once where another attempt cannot help', async () => {
    const { fake, post } = await scene([{ status: 401, body: { error: `Incorrect key ${KEY}` } }]);
    expect(await problem(post())).toBe(`${fake.url}/x answered 401 (it refuses the API key): {"error":"Incorrect key [hidden]"}.`);
    expect(fake.requests).toHaveLength(1);
  });

  test('at once when it would have to wait for minutes', async () => {
    const { fake, post } = await scene([{ status: 429, headers: { 'retry-after': '3600' }, body: 'quota' }]);
    expect(await problem(post())).toContain('it asks to wait 3600 s, run this again then');
    expect(fake.requests).toHaveLength(1);
  });

  test('when nothing listens, and when nothing answers in time', async () => {
    const { fake, post } = await scene([good]);
    await fake.close();
    expect(await problem(post())).toContain('could not be asked (connect ECONNREFUSED');
    const silent = await scene(['silent'], { timeoutMs: 50 });
    expect(await problem(silent.post())).toContain('did not answer within 0.05 s (attempt 5 of 5)');
  });

  test('without following a redirect, which would take the key elsewhere', async () => {
    const { fake, post } = await scene([{ status: 307, headers: { location: '/v1/y' }, body: '' }]);
    expect(await problem(post())).toContain('answered 307');
    expect(fake.requests).toHaveLength(1);
  });

  test('naming the part of an answer that is wrong, and never the key', async () => {
    const { post } = await scene([{ body: { value: KEY } }]);
    const message = await problem(post());
    expect(message).toContain('not what was asked for (value: ');
    expect(message).toContain('{"value":"[hidden]"}');
    expect(message).not.toContain(KEY);
  });
});

test('an error holds nothing of the request', async () => {
  const { post } = await scene([{ status: 400, body: 'no' }]);
  const error: unknown = await post().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'PairloopError', kind: 'failure' });
  expect(error).not.toHaveProperty('cause');
});

describe('the budget', () => {
  test('counts every sending, and stops before the first too many', async () => {
    const { fake, post } = await scene([{ status: 500, body: '' }, good], { budget: { requests: 3, tokens: 1_000 } });
    await post();
    await post();
    await expect(post()).rejects.toThrow(BudgetSpentError);
    expect(fake.requests).toHaveLength(3);
  });

  test('of tokens holds back what a request may take, and takes what it took', async () => {
    const { endpoint, post } = await scene([good], { budget: { requests: 100, tokens: 150 } });
    await post(100);
    await post(100);
    expect(await problem(post(100))).toBe('The budget of 150 tokens is spent: 60 were used, and the next request may take 100.');
    expect(endpoint.spent).toEqual({ requests: 2, tokens: 60 });
    await expect(Promise.all([post(50), post(50)])).rejects.toThrow(BudgetSpentError);
  });

  test('takes the most when the endpoint does not say', async () => {
    const { endpoint, post } = await scene([{ body: { value: 1 } }]);
    await post(80);
    expect(endpoint.spent).toEqual({ requests: 1, tokens: 80 });
  });
});

test('requests start as far apart as the rate limit says, those sent again too', async () => {
  const { slept, post } = await scene([good, { status: 429, headers: { 'retry-after': '10' }, body: '' }, good], { requestsPerMinute: 30 });
  await post();
  await Promise.all([post(), post()]);
  // The second waits 2 s; the third's turn is 2 s after that; what was refused comes 10 s later.
  expect(slept).toContain(2_000);
  expect(slept).toContain(10_000);
  expect(slept.filter((ms) => ms > 0).length).toBeGreaterThanOrEqual(3);
});

test('an address that is none, or holds secrets, is refused', async () => {
  const make = (url: string) => () => new Endpoint({ url, timeoutMs: 1, requestsPerMinute: 1, budget: { requests: 1, tokens: 1 } }, { now: () => 0, sleep: async () => {}, random: () => 0 });
  expect(make('api.example.com/v1')).toThrow('api.example.com/v1 is no address of an endpoint');
  expect(make('ftp://example.com')).toThrow('is no address of an endpoint');
  expect(make('https://ann:secret@example.com/v1')).toThrow('The address of the endpoint example.com has a name, password or query in it');
});

test('delays grow to a minute, and heed what was asked for', () => {
  expect([1, 2, 3, 7, 20].map((attempt) => retryDelayMs(attempt, 0, 0.999_999))).toEqual([1, 2, 4, 60, 60].map((seconds) => expect.closeTo(seconds * 1_000, -1)));
  expect(retryDelayMs(1, 90_000, 0)).toBe(90_000);
  expect(['0.5', ' ', 'soon', undefined, '-3', 'Thu, 01 Jan 1970 00:00:00 GMT'].map((header) => retryAfterMs(header, 10))).toEqual([500, 0, 0, 0, 0, 0]);
});
