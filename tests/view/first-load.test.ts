import { expect, test } from 'vitest';
import { FIRST_LOAD_BYTES_MAX, measureBundle } from './bundle-bytes.js';

test('the first load is within its budget, and what is loaded later is not in it', async () => {
  const { firstLoad, react, later, modules } = await measureBundle();
  const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;
  console.log(`first load, gzip: ${kilobytes(firstLoad)}, of which React ${kilobytes(react)}, the rest ${kilobytes(firstLoad - react)} (at most ${kilobytes(FIRST_LOAD_BYTES_MAX)})`);
  for (const { file, bytes } of later) console.log(`${file}: ${kilobytes(bytes)}`);
  expect(firstLoad - react).toBeLessThanOrEqual(FIRST_LOAD_BYTES_MAX);
  expect(react).toBeGreaterThan(30 * 1024);
  expect(modules.filter((id) => /temml|highlight\.js|lowlight/.test(id))).toEqual([]);
}, 60_000);
