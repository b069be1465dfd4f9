import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prepareDataFolder } from './data-folder.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pairloop-data-folder-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('makes the folder and those above it, passable by others; again changes nothing', () => {
  const path = join(folder, 'a', 'b');
  prepareDataFolder(path);
  prepareDataFolder(path);
  expect(statSync(path).mode & 0o777).toBe(0o711);
});

test('a file in its place, or above it, is named', () => {
  const path = join(folder, 'file');
  writeFileSync(path, '');
  expect(() => prepareDataFolder(path)).toThrow(`The data folder ${path} cannot be written: EEXIST`);
  expect(() => prepareDataFolder(join(path, 'b'))).toThrow(`The data folder ${join(path, 'b')} cannot be written: ENOTDIR`);
});

test.runIf(process.platform === 'linux')('where no folder can be made it says so, instead of trying without end', () => {
  expect(() => prepareDataFolder('/proc/pairloop/data')).toThrow('The data folder /proc/pairloop/data cannot be written: ENOENT');
});
