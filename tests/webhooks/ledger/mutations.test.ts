import { expect, test } from 'vitest';
import { countMissed } from './mutations.js';

/** `npm run test:mutations` asks for 10,000. */
const COUNT = Number(process.env['PAIRLOOP_TEST_MUTATIONS'] ?? 1_000);

test(`${COUNT} random mutations of a ledger are all found, and none where nothing was changed`, { timeout: 600_000 }, () => {
  const { missed, tried, falseAlarms } = countMissed(COUNT, 20_260_101);
  expect(tried).toBe(COUNT);
  expect(falseAlarms).toBe(0);
  expect(Object.entries(missed).filter(([, count]) => count > 0)).toEqual([]);
});
