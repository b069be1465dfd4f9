import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import { packagePath } from '../core/package-root.js';

const stack = inject('stack');
const run = promisify(execFile);
const README = readFileSync(packagePath('README.md'), 'utf8');

/** Commands of the README's shell blocks, a line each, without comments. */
const COMMANDS = [...README.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((block) =>
  block[1]!
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== ''),
);
const PAIRLOOP = 'npm run -s pairloop -- ';
/** Run elsewhere: the first by every start of the test system, the second by whoever runs this test, the others are settings. */
const ELSEWHERE = ['npm ci && npm start', 'npm ci && npm test', 'npm start', 'export LABEL_STUDIO_URL', 'export LABEL_STUDIO_API_KEY', 'export DATABASE_URL'];

const commands = COMMANDS.filter((line) => line.startsWith(PAIRLOOP));

test('every line of a shell block is a pairloop command, or one of those run elsewhere', () => {
  const others = COMMANDS.filter((line) => !line.startsWith(PAIRLOOP));
  expect(others.filter((line) => !ELSEWHERE.some((known) => line === known || (known.startsWith('export') && line.startsWith(`${known}=`))))).toEqual([]);
  expect(commands.length).toBeGreaterThan(5);
});

test.each(commands)('%s', async (line) => {
  const { stdout } = await run('node', [packagePath('dist', 'cli', 'main.js'), ...line.slice(PAIRLOOP.length).split(/\s+/)], {
    cwd: packagePath(),
    env: { ...process.env, PAIRLOOP_DATA: stack.dataDir, PAIRLOOP_PORT: new URL(stack.publicUrl).port, PAIRLOOP_LABEL_STUDIO_ENV: packagePath('.pairloop', 'label-studio-env') },
  });
  expect(stdout.trim()).not.toBe('');
});

test('every file that the README links or shows is there', () => {
  const links = [...README.matchAll(/\]\(([^)#:]+)\)/g)].map((link) => link[1]!);
  expect(links.length).toBeGreaterThan(2);
  expect(links.filter((link) => !existsSync(packagePath(link)))).toEqual([]);
});
