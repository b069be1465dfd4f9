// Remakes the hash-locked list of everything the managed Label Studio needs. Needs uv on PATH and the package index.
// Usage: node scripts/lock-label-studio.mjs [VERSION]
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LIST = join(dirname(fileURLToPath(import.meta.url)), '..', 'core', 'running', 'label-studio-requirements.txt');
const version = process.argv[2] ?? '1.23.2';

const compiled = execFileSync(
  'uv',
  ['pip', 'compile', '-', '--universal', '--python-version', '3.10', '--generate-hashes', '--no-header', '--no-annotate', '--no-emit-index-url', '--no-python-downloads'],
  // setuptools builds the few packages that come as source only; it is locked with the rest, so that nothing unlocked runs.
  { input: `label-studio==${version}\nsetuptools\n`, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
);
const lines = compiled.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
const address = lines.find((line) => /:\/\/| @ /.test(line));
if (address !== undefined) throw new Error(`the list must not hold an address: ${address}`);
writeFileSync(LIST, `# Made by scripts/lock-label-studio.mjs for label-studio ${version}, Python 3.10 to 3.13.\n${lines.join('\n')}\n`);
