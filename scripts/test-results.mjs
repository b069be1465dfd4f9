import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the test run leaves its results as JSON. */
export const RESULTS = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'test-results.json');
