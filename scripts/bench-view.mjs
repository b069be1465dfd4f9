// How fast the comparison view is beside Label Studio's native controls: runs tests/view/bench/bench-view.ts, which is
// TypeScript as the tests are. Starts a whole system and a headless Chromium of its own.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const { module } = await runnerImport(join(ROOT, 'tests', 'view', 'bench', 'bench-view.ts'), { configFile: false, root: ROOT, logLevel: 'error' });
process.exitCode = await module.benchView(process.argv.slice(2));
