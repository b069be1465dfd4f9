// Prints the closing line of a test run from the results that scripts/test.mjs left behind.
import { existsSync, readFileSync } from 'node:fs';
import { RESULTS } from './test-results.mjs';

const status = Number(process.argv[2] ?? 0);
const results = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : undefined;
const passed = results?.numPassedTests ?? 0;
const skipped = (results?.numPendingTests ?? 0) + (results?.numTodoTests ?? 0);
// A failure outside a test (install, types, lint, set-up) counts as one.
const failed = Math.max(results?.numFailedTests ?? 0, status === 0 ? 0 : 1);
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
