/* The same numbers as integer_noise.py, bit for bit. */

/** uint32 number i is the hash of seed + i: two rounds of xor-shift and multiply (lowbias32, Wellons 2018). */
export function noise(seed: number, index: number): number {
  let x = (seed + index) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** About normal with deviation 1: the sum of a number's four bytes, centred and scaled. */
export function bell(seed: number, index: number): number {
  const x = noise(seed, index);
  return ((x & 255) + ((x >>> 8) & 255) + ((x >>> 16) & 255) + (x >>> 24) - 510) * 0.00677;
}

/** float32 rows around `clusters` centres: centre of row mod clusters, plus half a bell. */
export function clustered(seed: number, rows: number, columns: number, clusters: number): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, at) => {
    const centre = (Math.floor(at / columns) % clusters) * columns + (at % columns);
    return bell(seed, centre) + bell(seed + 0x40000000, at) * 0.5;
  });
}
