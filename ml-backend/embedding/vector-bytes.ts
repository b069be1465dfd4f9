import { endianness } from 'node:os';

/** Embedder of vectors that the team's data brings along: one for each pair, made elsewhere, of any length. */
export const GIVEN_EMBEDDER = 'given';

/** A vector as stored in `pair_embedding`: float32, little endian, 4 bytes a number. */
export function vectorToBytes(vector: ArrayLike<number>): Buffer {
  const bytes = Buffer.allocUnsafe(vector.length * 4);
  for (let index = 0; index < vector.length; index += 1) bytes.writeFloatLE(vector[index]!, index * 4);
  return bytes;
}

/** The vector in such bytes. */
export function vectorFromBytes(bytes: Buffer): Float32Array {
  const vector = new Float32Array(bytes.length / 4);
  const own = Buffer.from(vector.buffer);
  bytes.copy(own);
  if (endianness() === 'BE') own.swap32();
  return vector;
}
