// That `kill -9` of any process at any moment loses and doubles no vote: runs tests/kills/test-kills.ts, which is TypeScript as the
// tests are, on a whole system of its own.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const { module } = await runnerImport(join(ROOT, 'tests', 'kills', 'test-kills.ts'), { configFile: false, root: ROOT, logLevel: 'error' });
process.exitCode = await module.testKills(process.argv.slice(2));
