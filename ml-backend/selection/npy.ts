import { open, type FileHandle } from 'node:fs/promises';
import { PairloopError, messageOf } from '../../core/errors.js';
import { createMatrix } from '../numerics/wasm-kernel.js';

/** An array from a `.npy` file, C order. */
export interface NpyArray {
  readonly data: Float32Array | Float64Array;
  readonly shape: readonly number[];
}

/** What a file says of itself before its numbers. */
interface NpyHeader {
  readonly descr: string;
  readonly shape: readonly number[];
  readonly dataStart: number;
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
/** Magic, version, and the longer of the two header lengths. */
const PREAMBLE_BYTES = 12;
/** Read at a time; one call takes less than 2 GiB. */
const CHUNK_BYTES = 2 ** 28;

/**
 * Reads a NumPy array file, format versions 1 to 3, of little endian float32 or float64 in C order
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). Two dimensions are read to where a
 * selection works on them, so that they are in memory once.
 *
 * @throws PairloopError (usage) when the file cannot be read, is no `.npy` file, holds another kind of
 * number or Fortran order, or has more or fewer bytes than its shape says; each with the call that mends it.
 */
export async function readNpy(path: string): Promise<NpyArray> {
  return withFile(path, async (file) => {
    const { descr, shape, dataStart } = await readHeader(file, path);
    if (descr !== '<f4' && descr !== '<f8') {
      throw refusal(path, `holds numbers of type ${descr}, not float32 or float64`, `save it with np.save(…, array.astype(np.float32))`);
    }
    const wide = descr === '<f8';
    await assertLength(file, path, { shape, dataStart, size: wide ? 8 : 4 });
    const data = allocate(shape, wide);
    await fill(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), file, dataStart);
    return { data, shape };
  });
}

/**
 * Reads whole numbers, such as row numbers, from a `.npy` file of int32 or int64 of one dimension.
 *
 * @throws PairloopError (usage) as `readNpy`, and for a number beyond 2⁵³.
 */
export async function readNpyIntegers(path: string): Promise<number[]> {
  return withFile(path, async (file) => {
    const { descr, shape, dataStart } = await readHeader(file, path);
    if ((descr !== '<i4' && descr !== '<i8') || shape.length !== 1) {
      throw refusal(path, `holds numbers of type ${descr} in the shape (${shape.join(', ')}), not whole numbers in one dimension`, 'save it with np.save(…, np.asarray(rows, dtype=np.int64))');
    }
    const size = descr === '<i4' ? 4 : 8;
    await assertLength(file, path, { shape, dataStart, size });
    const bytes = new Uint8Array(shape[0]! * size);
    await fill(bytes, file, dataStart);
    const numbers = size === 4 ? [...new Int32Array(bytes.buffer)] : Array.from(new BigInt64Array(bytes.buffer), Number);
    const wrong = numbers.find((number) => !Number.isSafeInteger(number));
    if (wrong !== undefined) throw refusal(path, `holds ${wrong}`, 'row numbers are far smaller');
    return numbers;
  });
}

async function withFile<T>(path: string, read: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    const file = await open(path);
    try {
      return await read(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof PairloopError) throw error;
    throw new PairloopError(`${path} cannot be read (${messageOf(error)}); give a .npy file.`, 'usage', { cause: error });
  }
}

function allocate(shape: readonly number[], wide: boolean): Float32Array | Float64Array {
  const [rows = 0, columns = 0] = shape;
  if (shape.length === 2 && rows > 0 && columns > 0) return createMatrix(rows, columns, wide).data;
  const length = lengthOf(shape);
  return wide ? new Float64Array(length) : new Float32Array(length);
}

/** Reads the file from `position` on until `bytes` is full. */
async function fill(bytes: Uint8Array, file: FileHandle, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, Math.min(CHUNK_BYTES, bytes.length - done), position + done);
    if (bytesRead === 0) throw new Error('it ends while it is read');
    done += bytesRead;
  }
}

function lengthOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

async function assertLength(file: FileHandle, name: string, { shape, dataStart, size }: { shape: readonly number[]; dataStart: number; size: number }): Promise<void> {
  const found = (await file.stat()).size - dataStart;
  const needed = lengthOf(shape) * size;
  if (found !== needed) {
    throw refusal(name, `has ${found} bytes of data where its shape (${shape.join(', ')}) needs ${needed}`, 'it is cut off or damaged; save it again');
  }
}

function refusal(name: string, what: string, fix: string): PairloopError {
  return new PairloopError(`${name} ${what}; ${fix}.`, 'usage');
}

async function readHeader(file: FileHandle, name: string): Promise<NpyHeader> {
  const { size } = await file.stat();
  const preamble = Buffer.alloc(Math.min(size, PREAMBLE_BYTES));
  await fill(preamble, file, 0);
  if (preamble.length < PREAMBLE_BYTES || !preamble.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw refusal(name, 'is not a .npy file', 'save it with np.save');
  }
  const version = preamble[6]!;
  if (version < 1 || version > 3) throw refusal(name, `has .npy version ${version}, not 1, 2 or 3`, 'save it with np.save');
  const headerStart = version === 1 ? 10 : 12;
  const headerLength = version === 1 ? preamble.readUInt16LE(8) : preamble.readUInt32LE(8);
  const dataStart = headerStart + headerLength;
  if (dataStart > size) throw refusal(name, 'ends within its header', 'it is cut off; save it again');
  const header = Buffer.alloc(headerLength);
  await fill(header, file, headerStart);
  return { ...parseHeader(header.toString(version === 3 ? 'utf8' : 'latin1'), name), dataStart };
}

/** The header is a Python dictionary with exactly these three keys. */
function parseHeader(header: string, name: string): { descr: string; shape: number[] } {
  const descr = /'descr':\s*(?:'([^']*)'|(\[.*\]))/.exec(header);
  const fortran = /'fortran_order':\s*(True|False)/.exec(header);
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(header);
  if (descr === null || fortran === null || shape === null) {
    throw refusal(name, `has a header that cannot be read: ${header.trim().slice(0, 100)}`, 'save it with np.save');
  }
  if (fortran[1] === 'True') throw refusal(name, 'is in Fortran order', 'save it with np.save(…, np.ascontiguousarray(array))');
  const lengths = shape[1]!.split(',').map((part) => part.trim()).filter((part) => part !== '').map(Number);
  return { descr: descr[1] ?? descr[2]!, shape: lengths };
}
