import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { packagePath } from '../../core/package-root.js';
import { ensureLabelStudioEnvironment } from '../../core/running/label-studio-environment.js';
import { findPython } from '../../core/running/python.js';

/* The real install runs in the end-to-end tests; here a stand-in for uv shows when it is called, and what with. */

let folder: string;
let environment: string;
const { PATH } = process.env;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pairloop-environment-'));
  environment = join(folder, 'env');
  mkdirSync(join(folder, 'bin'));
  process.env['PATH'] = `${join(folder, 'bin')}${delimiter}${PATH ?? ''}`;
});
afterEach(() => {
  process.env['PATH'] = PATH;
  rmSync(folder, { recursive: true, force: true });
});

function program(name: string, script: string): void {
  const path = join(folder, 'bin', name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** A uv that makes an environment's folder, notes each call, and takes `seconds` for the packages. */
function fakeUv(seconds = 0, exitCode = 0): void {
  program('python3', 'echo \'{"path": "/fake/python3", "version": [3, 11, 7], "venv": true}\'');
  program(
    'uv',
    `echo "$@" >> ${folder}/calls
     case "$1" in
       venv) mkdir -p "$4/bin" && touch "$4/bin/python" ;;
       pip) sleep ${seconds}; test ${exitCode} = 0 || { echo "error: no route to the index" >&2; exit ${exitCode}; } ;;
     esac`,
  );
}

const calls = (): string[] => (existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : []).filter((call) => call !== '--version');
const ensure = (signal = new AbortController().signal): Promise<string> => ensureLabelStudioEnvironment({ folder: environment, report: () => {}, signal });

test('every package is installed from the locked list, with hashes, and a second call does nothing', async () => {
  fakeUv();
  expect(await ensure()).toBe(join(environment, 'bin', 'python'));
  const list = packagePath('core', 'running', 'label-studio-requirements.txt');
  expect(calls().at(-1)).toBe(`pip install --python ${join(environment, 'bin', 'python')} --no-deps --require-hashes --no-build-isolation -r ${list}`);
  const made = calls().length;
  await ensure();
  expect(calls().length).toBe(made);
});

test('the locked list names exact versions with hashes, and no address', () => {
  const lines = readFileSync(packagePath('core', 'running', 'label-studio-requirements.txt'), 'utf8').split('\n').slice(1);
  const packages = lines.filter((line) => /^\w/.test(line));
  expect(packages).toContain('label-studio==1.23.2 \\');
  for (const line of lines) expect(line).toMatch(/^(|[\w.-]+==\S+( ; [^@]+)? \\| {4}--hash=sha256:[0-9a-f]{64}( \\)?)$/);
});

test('two processes at once install once: the second waits for the first', async () => {
  fakeUv(0.3);
  const [one, other] = await Promise.all([ensure(), ensure()]);
  expect(one).toBe(other);
  expect(calls().filter((call) => call.startsWith('venv'))).toHaveLength(1);
});

test('an installation that was stopped is done anew', async () => {
  fakeUv(5);
  const stop = new AbortController();
  const stopped = ensure(stop.signal);
  while (calls().length < 2) await sleep(20);
  stop.abort();
  await expect(stopped).rejects.toThrow('the next start does it anew');
  fakeUv();
  await ensure();
  expect(calls().filter((call) => call.startsWith('venv'))).toHaveLength(2);
});

test('an environment of another list is done anew', async () => {
  fakeUv();
  await ensure();
  writeFileSync(join(environment, 'pairloop-installed.json'), '{"requirementsSha256":"of another list"}');
  await ensure();
  expect(calls().filter((call) => call.startsWith('venv'))).toHaveLength(2);
});

test('a failed installation says why, where the whole output is, and leaves the lock free', async () => {
  fakeUv(0, 7);
  await expect(ensure()).rejects.toThrow(/could not be installed.*exit code 7 \(error: no route to the index\).*env\.log/s);
  expect(existsSync(`${environment}.lock`)).toBe(false);
});

test('a Python without venv names the package to install, and none at all says what is needed', async () => {
  process.env['PATH'] = join(folder, 'bin');
  await expect(findPython(true)).rejects.toThrow(/needs Python 3.10 to 3.13, and none is on PATH.*apt-get install python3/);
  program('python3', 'echo \'{"path": "/usr/bin/python3", "version": [3, 9, 2], "venv": true}\'');
  await expect(findPython(true)).rejects.toThrow(/found only 3\.9\.2/);
  program('python3.11', 'echo \'{"path": "/usr/bin/python3.11", "version": [3, 11, 2], "venv": false}\'');
  await expect(findPython(true)).rejects.toThrow(/apt-get install python3-venv/);
  expect(await findPython(false)).toMatchObject({ version: '3.11.2' });
});
