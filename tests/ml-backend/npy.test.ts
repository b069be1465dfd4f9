import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PairloopError } from '../../core/errors.js';
import { readNpy, readNpyIntegers } from '../../ml-backend/selection/npy.js';

const files = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(new URL('../oracles/npy-cases.json', import.meta.url), 'utf8')));
const bytesOf = (name: string): Buffer => Buffer.from(files[name]!, 'base64');
const folder = mkdtempSync(join(tmpdir(), 'pairloop-npy-'));
let saved = 0;
function save(bytes: Buffer): string {
  saved += 1;
  const path = join(folder, `x${saved}.npy`);
  writeFileSync(path, bytes);
  return path;
}
const matrix = [1.5, -2.25, 3e-30, 0.1, 1e30, -0];

describe('reads what NumPy wrote:', () => {
  test.each(['float64', 'version 1', 'version 2', 'version 3'])('%s', async (name) => {
    expect(await readNpy(save(bytesOf(name)))).toEqual({ data: Float64Array.from(matrix), shape: [2, 3] });
  });
  test('float32', async () => {
    expect(await readNpy(save(bytesOf('float32')))).toEqual({ data: Float32Array.from(matrix), shape: [2, 3] });
  });
  test('one dimension, no rows, no dimension', async () => {
    expect(await readNpy(save(bytesOf('one dimension')))).toEqual({ data: Float32Array.of(0.25, 0.5), shape: [2] });
    expect(await readNpy(save(bytesOf('no rows')))).toEqual({ data: new Float32Array(0), shape: [0, 3] });
    expect(await readNpy(save(bytesOf('scalar')))).toEqual({ data: Float64Array.of(2.5), shape: [] });
  });
  test('whole numbers', async () => {
    expect(await readNpyIntegers(save(bytesOf('int64')))).toEqual([0, 1, 2]);
    expect(await readNpyIntegers(save(bytesOf('int32')))).toEqual([7, -1]);
    await expect(readNpyIntegers(save(bytesOf('one dimension')))).rejects.toThrow(/type <f4 .* not whole numbers in one dimension; .*dtype=np\.int64/);
    await expect(readNpyIntegers(save(bytesOf('int64').subarray(0, -1)))).rejects.toThrow(/has 23 bytes of data/);
  });
});

describe('refuses, saying what and how to mend it:', () => {
  const float32 = bytesOf('float32');
  const withHeader = (from: string, to: string): Buffer => Buffer.from(float32.toString('latin1').replace(from, to), 'latin1');
  test.each<[string, Buffer, RegExp]>([
    ['Fortran order', bytesOf('fortran'), /x\d+\.npy is in Fortran order; .*ascontiguousarray/],
    ['integers', bytesOf('int64'), /type <i8, not float32 or float64; .*astype\(np\.float32\)/],
    ['big endian', bytesOf('big endian'), /type >f4/],
    ['float16', bytesOf('float16'), /type <f2/],
    ['records', bytesOf('record'), /type \[\('a', '<f4'\), \('b', '<i4'\)\]/],
    ['a cut off file', float32.subarray(0, -1), /has 23 bytes of data where its shape \(2, 3\) needs 24; it is cut off/],
    ['bytes too many', Buffer.concat([float32, Buffer.alloc(4)]), /has 28 bytes of data/],
    ['a cut off header', float32.subarray(0, 40), /ends within its header/],
    ['text', Buffer.from('id,prompt\n1,hello\n'), /is not a \.npy file/],
    ['nothing', Buffer.alloc(0), /is not a \.npy file/],
    ['a later version', Buffer.concat([float32.subarray(0, 6), Buffer.of(4), float32.subarray(7)]), /version 4/],
    ['a damaged header', withHeader("'shape'", "'shade'"), /header that cannot be read/],
    ['a negative length', withHeader('(2, 3)', '(-2,3)'), /header that cannot be read/],
  ])('%s', async (_, bytes, message) => {
    const path = save(bytes);
    await expect(readNpy(path)).rejects.toThrow(message);
    await expect(readNpy(path)).rejects.toThrow(PairloopError);
  });
});

test('names a file that is not there', async () => {
  await expect(readNpy(join(folder, 'absent.npy'))).rejects.toThrow(/absent\.npy cannot be read/);
});
