import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../config.js';
import { identifySelf } from './process-identity.js';
import { readRunningFile, removeRunningFile, resolveConnections, resolveDatabaseUrl, writeRunningFile, type RunningFile } from './running-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pairloop-running-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function running(over: Partial<RunningFile> = {}): RunningFile {
  return {
    process: identifySelf(),
    ready: true,
    publicUrl: 'http://127.0.0.1:1',
    mlBackendUrl: 'http://127.0.0.1:2',
    webhooksUrl: 'http://127.0.0.1:3',
    databaseUrl: 'postgres://file@127.0.0.1/pairloop',
    labelStudio: { url: 'http://127.0.0.1:4', apiKey: 'file-key' },
    accounts: [],
    demoProjectId: null,
    ...over,
  };
}
const config = (environment: NodeJS.ProcessEnv = {}) => loadConfig({ PAIRLOOP_DATA: folder, ...environment });

test('without a running system the sentence says how to start one', () => {
  expect(() => resolveConnections(config())).toThrow(/does not run on .*pairloop up/);
  expect(() => resolveDatabaseUrl(config())).toThrow(/DATABASE_URL/);
});

test('the running file is found, private, and gone after removal', () => {
  writeRunningFile(folder, running());
  expect(statSync(join(folder, 'running.json')).mode & 0o777).toBe(0o600);
  expect(resolveConnections(config())).toEqual({
    databaseUrl: 'postgres://file@127.0.0.1/pairloop',
    labelStudio: { url: 'http://127.0.0.1:4', apiKey: 'file-key' },
    publicUrl: 'http://127.0.0.1:1',
  });
  removeRunningFile(folder);
  expect(readRunningFile(folder)).toBeUndefined();
});

test('the environment goes before the running file, part by part', () => {
  writeRunningFile(folder, running());
  const found = resolveConnections(config({ DATABASE_URL: 'postgres://own@db.internal/own' }));
  expect(found.databaseUrl).toBe('postgres://own@db.internal/own');
  expect(found.labelStudio.apiKey).toBe('file-key');
});

test('the file of a process that has ended, or whose id went to another, does not count', () => {
  writeRunningFile(folder, running({ process: { pid: process.pid, started: 'another start' } }));
  expect(readRunningFile(folder)).toBeUndefined();
  writeRunningFile(folder, running({ process: { pid: 2 ** 22 - 1, started: 'long ago' } }));
  expect(readRunningFile(folder)).toBeUndefined();
});

test('a damaged running file does not count', () => {
  writeFileSync(join(folder, 'running.json'), '{"process":');
  expect(readRunningFile(folder)).toBeUndefined();
});
