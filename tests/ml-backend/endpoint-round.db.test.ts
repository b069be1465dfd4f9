import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../core/config.js';
import { configuredSource } from '../../ml-backend/embedding/configured-source.js';
import { createRound, runRound } from '../../ml-backend/rounds/round.js';
import { startFakeEndpoint } from '../support/fake-endpoint.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { addPairs, emptyPool } from './seed-pool.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const requestSchema = z.object({ input: z.array(z.string()) });
const PROBE = 'pairloop';

test('a round ranks by an endpoint\'s vectors; when it fails the round says so, whole hundreds stay, and the next round asks for the rest only', async () => {
  const projectId = await emptyPool(database.db);
  await addPairs(database.db, 'pool', Array.from({ length: 120 }, (_, at) => ({ id: `p${String(at).padStart(3, '0')}`, prompt: `prompt ${at}`, response_a: `a ${at}`, response_b: `b ${at * at}` })));
  // The first hundred pairs are 300 texts, 64 a request.
  let refusesAfter = 5;
  const asked: string[] = [];
  const fake = await startFakeEndpoint(({ body }) => {
    const { input } = requestSchema.parse(JSON.parse(body));
    if (input[0] !== PROBE && refusesAfter-- <= 0) return { status: 402, body: 'no credit' };
    asked.push(...input);
    return { body: { data: input.map((text, index) => ({ index, embedding: [text.length, text.charCodeAt(text.length - 1), 1] })), usage: { total_tokens: input.length } } };
  });
  try {
    const openEmbeddingSource = configuredSource(loadConfig({ PAIRLOOP_EMBEDDING_URL: fake.url, PAIRLOOP_EMBEDDING_MODEL: 'm1', PAIRLOOP_EMBEDDING_REQUESTS_PER_MINUTE: '100000' }))!;
    const options = { now: () => new Date(0), clockMs: () => 0, openEmbeddingSource };
    const failing = await createRound(database.db, { projectId, options: { k: 5 } });
    await expect(runRound(database.db, failing, options)).rejects.toThrow(`${fake.url}/embeddings answered 402: no credit.`);
    const { state, failure } = await database.db.selectFrom('selection_round').select(['state', 'failure']).where('id', '=', failing).executeTakeFirstOrThrow();
    expect({ state, failure }).toEqual({ state: 'failed', failure: `${fake.url}/embeddings answered 402: no credit.` });
    const stored = () => database.db.selectFrom('pair_embedding').select('embedder').execute();
    const before = await stored();
    expect(before).toHaveLength(100);

    refusesAfter = 1_000;
    asked.length = 0;
    const roundId = await createRound(database.db, { projectId, options: { k: 5 } });
    expect(await runRound(database.db, roundId, options)).toMatchObject({ picked: 5, poolSize: 120, embedder: 'endpoint-m1-3-6000' });
    expect(await stored()).toEqual(Array.from({ length: 120 }, () => ({ embedder: 'endpoint-m1-3-6000' })));
    expect(asked.filter((text) => text.startsWith('prompt'))).toHaveLength(20);
    asked.length = 0;
    await runRound(database.db, await createRound(database.db, { projectId, options: { k: 5 } }), options);
    expect(asked).toEqual([]);
  } finally {
    await fake.close();
  }
});
