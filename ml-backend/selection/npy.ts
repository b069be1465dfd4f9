import { readFile } from 'node:fs/promises';
import { PairloopError, messageOf } from '../../core/errors.js';

/** An array from a `.npy` file, C order. */
export interface NpyArray {
  readonly data: Float32Array | Float64Array;
  readonly shape: readonly number[];
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
/** Magic, version, and the longer of the two header lengths. */
const PREAMBLE_BYTES = 12;

/**
 * Reads a NumPy array file, format versions 1 to 3, of little endian float32 or float64 in C order
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). At most 2 GiB.
 *
 * @throws PairloopError (usage) when the file cannot be read, is no `.npy` file, holds another kind of
 * number or Fortran order, or has more or fewer bytes than its shape says; each with the call that mends it.
 */
export async function readNpy(path: string): Promise<NpyArray> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new PairloopError(`${path} cannot be read (${messageOf(error)}); give a .npy file of at most 2 GiB.`, 'usage', { cause: error });
  });
  return parseNpy(bytes, path);
}

/** The same from bytes; `name` stands in the messages. */
export function parseNpy(bytes: Buffer, name: string): NpyArray {
  const { header, dataStart } = readHeader(bytes, name);
  const { descr, fortran, shape } = parseHeader(header, name);
  if (descr !== '<f4' && descr !== '<f8') {
    throw refusal(name, `holds numbers of type ${descr}, not float32 or float64`, `save it with np.save(…, array.astype(np.float32))`);
  }
  if (fortran) throw refusal(name, 'is in Fortran order', 'save it with np.save(…, np.ascontiguousarray(array))');
  const size = descr === '<f4' ? 4 : 8;
  const count = shape.reduce((product, length) => product * length, 1);
  const found = bytes.length - dataStart;
  if (found !== count * size) {
    throw refusal(name, `has ${found} bytes of data where its shape (${shape.join(', ')}) needs ${count * size}`, 'it is cut off or damaged; save it again');
  }
  // Copied, so that the numbers start at a multiple of their size whatever the buffer's own offset is.
  const data = new Uint8Array(bytes.subarray(dataStart)).buffer;
  return { data: size === 4 ? new Float32Array(data) : new Float64Array(data), shape };
}

function refusal(name: string, what: string, fix: string): PairloopError {
  return new PairloopError(`${name} ${what}; ${fix}.`, 'usage');
}

function readHeader(bytes: Buffer, name: string): { header: string; dataStart: number } {
  if (bytes.length < PREAMBLE_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw refusal(name, 'is not a .npy file', 'save it with np.save');
  }
  const version = bytes[6]!;
  if (version < 1 || version > 3) throw refusal(name, `has .npy version ${version}, not 1, 2 or 3`, 'save it with np.save');
  const headerStart = version === 1 ? 10 : 12;
  const headerLength = version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  const dataStart = headerStart + headerLength;
  if (dataStart > bytes.length) throw refusal(name, 'ends within its header', 'it is cut off; save it again');
  return { header: bytes.toString(version === 3 ? 'utf8' : 'latin1', headerStart, dataStart), dataStart };
}

/** The header is a Python dictionary with exactly these three keys. */
function parseHeader(header: string, name: string): { descr: string; fortran: boolean; shape: number[] } {
  const descr = /'descr':\s*(?:'([^']*)'|(\[.*\]))/.exec(header);
  const fortran = /'fortran_order':\s*(True|False)/.exec(header);
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(header);
  if (descr === null || fortran === null || shape === null) {
    throw refusal(name, `has a header that cannot be read: ${header.trim().slice(0, 100)}`, 'save it with np.save');
  }
  const lengths = shape[1]!.split(',').map((part) => part.trim()).filter((part) => part !== '').map(Number);
  return { descr: descr[1] ?? descr[2]!, fortran: fortran[1] === 'True', shape: lengths };
}
