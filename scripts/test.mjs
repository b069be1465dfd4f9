// The whole check: types, lint, unused code, then every test. Ends with exit code 0 only when all of it holds.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { RESULTS } from './test-results.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

function run(name, script, args) {
  process.stdout.write(`\n== ${name}\n`);
  const result = spawnSync(process.execPath, [join(ROOT, 'node_modules', script), ...args], { cwd: ROOT, stdio: 'inherit' });
  if (result.status !== 0) {
    process.stdout.write(`== ${name} failed\n`);
    process.exit(result.status ?? 1);
  }
}

rmSync(RESULTS, { force: true });
build();
run('types', 'typescript/bin/tsc', ['--noEmit']);
run('types of the view', 'typescript/bin/tsc', ['--noEmit', '-p', 'tsconfig.view.json']);
run('lint', 'oxlint/bin/oxlint', ['--deny-warnings']);
run('unused code', 'knip/bin/knip.js', []);
run('tests', 'vitest/vitest.mjs', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`, ...process.argv.slice(2)]);
