import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tryLock } from './exclusive-lock.js';
import { identifyProcess, identifySelf } from './process-identity.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pairloop-lock-'));
  path = join(folder, 'up.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('one holder at a time, named to whoever comes second', () => {
  const first = tryLock(path);
  expect(first.lock).toBeDefined();
  expect(tryLock(path)).toEqual({ lock: undefined, owner: identifySelf() });
  first.lock?.release();
  expect(tryLock(path).lock).toBeDefined();
  expect(readdirSync(folder)).toEqual(['up.lock']);
});

test('the lock of a process that was killed is taken over, and its living worker is handed over', () => {
  const worker = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  try {
    const identity = identifyProcess(worker.pid ?? 0);
    const dead = { pid: process.pid, started: 'an earlier process of the same id' };
    writeFileSync(path, JSON.stringify({ owner: dead, worker: identity }));
    const attempt = tryLock(path);
    expect(attempt).toMatchObject({ abandoned: identity });
    expect(tryLock(path).lock).toBeUndefined();
  } finally {
    worker.kill('SIGKILL');
  }
});

test('a damaged lock file does not keep anybody out', () => {
  writeFileSync(path, '{"owner":');
  expect(tryLock(path)).toMatchObject({ abandoned: null });
});
