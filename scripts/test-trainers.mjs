// Checks with the real libraries that what Pairloop writes loads and trains. Makes a Python environment of its own (some GB), so it is not part of `npm test`.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const ENVIRONMENT = join(ROOT, '.pairloop', 'trainers-env');
const PYTHON = join(ENVIRONMENT, 'bin', 'python');

function run(command, args, environment = {}) {
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...environment } });
  if (status !== 0) process.exit(status ?? 1);
}

run('python3', ['-m', 'venv', ENVIRONMENT]);
run(PYTHON, ['-m', 'pip', 'install', '--quiet', '-r', join('tests', 'trainers', 'requirements.txt')]);
run(process.execPath, [join('node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', 'db', 'tests/webhooks/datasets-library'], { PAIRLOOP_TEST_PYTHON: PYTHON });
