// What the ledger costs: appending beside plain inserts, verifying beside hashing the same bytes, and how long proofs are. Runs
// tests/webhooks/bench-ledger/bench-ledger.ts, which is TypeScript as the tests are.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const { module } = await runnerImport(join(ROOT, 'tests', 'webhooks', 'bench-ledger', 'bench-ledger.ts'), { configFile: false, root: ROOT, logLevel: 'error' });
process.exitCode = await module.benchLedger(process.argv.slice(2));
