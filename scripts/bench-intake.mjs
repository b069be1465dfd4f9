// How many of Label Studio's deliveries per second the webhook service stores, beside plain inserts on the same database:
// runs tests/webhooks/bench-intake/bench-intake.ts, which is TypeScript as the tests are.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const { module } = await runnerImport(join(ROOT, 'tests', 'webhooks', 'bench-intake', 'bench-intake.ts'), { configFile: false, root: ROOT, logLevel: 'error' });
process.exitCode = await module.benchIntake(process.argv.slice(2));
