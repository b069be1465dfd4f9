// How many labels a selection saves: runs tests/ml-backend/labels-bench/bench-labels.ts, which is TypeScript as the tests are, on
// the pool of judged answers in the folder given by --data.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const { module } = await runnerImport(join(ROOT, 'tests', 'ml-backend', 'labels-bench', 'bench-labels.ts'), { configFile: false, root: ROOT, logLevel: 'error' });
process.exitCode = await module.benchLabels(process.argv.slice(2));
