import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger } from '../../core/logging.js';
import { startQueue } from '../../core/queue.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('roles that start at the same moment on a new database all get their queues', async () => {
  const log = createLogger('test', 'silent');
  const queues = await Promise.all(Array.from({ length: 4 }, () => startQueue(database.url, log)));
  await queues[0]?.send(database.db, 'push-accepted', { projectId: 1 });
  const seen = await new Promise<number>((resolve, reject) => {
    queues[3]?.work('push-accepted', ({ projectId }) => Promise.resolve(resolve(projectId))).catch(reject);
  });
  expect(seen).toBe(1);
  await Promise.all(queues.map((queue) => queue.stop()));
});
