import { readFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createLogger } from '../../core/logging.js';
import { startMlBackend } from '../../ml-backend/protocol/server.js';
import { seedProject } from '../support/seed-project.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** What Label Studio 1.23.2 asked of an ML backend when tests/contract/record-ml.mjs ran, and the answers it was content with. */
const FOLDER = new URL('./label-studio-1.23.2/ml/', import.meta.url);
const recordingSchema = z.object({
  calls: z.array(
    z.object({
      request: z.object({ method: z.string(), path: z.string(), body: z.unknown() }),
      reply: z.object({ status: z.number(), body: z.unknown() }),
    }),
  ),
  outcome: z.unknown(),
});
const names = readdirSync(FOLDER).map((file) => file.replace('.json', ''));
const recording = (name: string) => recordingSchema.parse(JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')));

let database: TestDatabase;
let backend: Awaited<ReturnType<typeof startMlBackend>>;
beforeAll(async () => {
  database = await createTestDatabase();
  const stored = z.array(z.object({ task: z.number(), score: z.number() })).parse(recording('retrieve-predictions').outcome);
  const { project } = z.object({ project: z.number() }).parse(recording('add').outcome);
  await seedProject(database.db, project, stored.toSorted((a, b) => a.score - b.score).map(({ task }) => task));
  backend = await startMlBackend({ config: { host: '127.0.0.1', mlBackendPort: 0 }, db: database.db, log: createLogger('test', 'silent') });
});
afterAll(async () => {
  await backend.close();
  await database.drop();
});

test.each(names)('%s: every call gets, whole, the answer that Label Studio was content with', async (name) => {
  for (const { request, reply } of recording(name).calls) {
    const given = await fetch(`http://127.0.0.1:${backend.port}${request.path}`, {
      method: request.method,
      ...(request.body === null ? {} : { body: JSON.stringify(request.body), headers: { 'content-type': 'application/json' } }),
    });
    expect({ call: `${request.method} ${request.path}`, status: given.status, body: await given.json() }).toEqual({ call: `${request.method} ${request.path}`, ...reply });
  }
});

test('the recordings show what Label Studio made of those answers', () => {
  expect(recording('add').outcome).toMatchObject({ state: 'CO', error_message: null, model_version: 'pairloop-ranking' });
  expect(recording('retrieve-predictions').outcome).toHaveLength(3);
  expect(recording('retrieve-predictions-again').calls.map(({ request }) => request.path)).toEqual(['/health', '/setup']);
  expect(recording('versions').outcome).toEqual({ versions: ['pairloop-ranking'] });
  expect(recording('project-model-version').outcome).toEqual({ model_version: 'pairloop-ranking' });
  expect(names).toContain('train');
});
