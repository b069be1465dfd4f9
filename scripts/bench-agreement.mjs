// How fast the agreement statistics are beside the Python libraries, on the same votes in the same run: runs
// tests/webhooks/bench/bench-agreement.ts, which is TypeScript as the statistics are.
//   npm run bench:agreement [-- --items 100000] [--json]
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const { module } = await runnerImport(join(ROOT, 'tests', 'webhooks', 'bench', 'bench-agreement.ts'), { configFile: false, root: ROOT, logLevel: 'error' });
process.exitCode = await module.benchAgreement(process.argv.slice(2));
