import { rename, writeFile } from 'node:fs/promises';
import { messageOf, PairloopError } from '../../core/errors.js';

/** Magic, version and the header's length come before the header; all together a multiple of 64 bytes. */
const PREFIX_BYTES = 10;

/**
 * Writes numbers as a `.npy` file, format version 1, little endian float64 of one dimension. The file is complete or not there:
 * it is written beside its place and then renamed.
 *
 * @throws PairloopError (usage) when it cannot be written.
 */
export async function writeNpy(path: string, numbers: Float64Array): Promise<void> {
  const dictionary = `{'descr': '<f8', 'fortran_order': False, 'shape': (${numbers.length},), }`;
  const header = `${dictionary.padEnd(Math.ceil((PREFIX_BYTES + dictionary.length + 1) / 64) * 64 - PREFIX_BYTES - 1)}\n`;
  const bytes = Buffer.alloc(PREFIX_BYTES + header.length + 8 * numbers.length);
  bytes.write('\x93NUMPY\x01\x00', 'latin1');
  bytes.writeUInt16LE(header.length, 8);
  bytes.write(header, PREFIX_BYTES, 'latin1');
  for (const [at, number] of numbers.entries()) bytes.writeDoubleLE(number, PREFIX_BYTES + header.length + 8 * at);
  try {
    await writeFile(`${path}.part`, bytes);
    await rename(`${path}.part`, path);
  } catch (error) {
    throw new PairloopError(`${path} cannot be written (${messageOf(error)}); give a path in a folder that is there.`, 'usage', { cause: error });
  }
}
