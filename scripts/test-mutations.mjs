// 10,000 random mutations of exported ledgers, each of which `ledger verify` has to find. `npm test` tries fewer.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const args = [join('node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', 'unit', 'tests/webhooks/ledger/mutations.test.ts'];
const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, PAIRLOOP_TEST_MUTATIONS: '10000' } });
process.exit(status ?? 1);
