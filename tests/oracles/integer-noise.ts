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

/** float32 rows within `dimensions` directions: sums of number times direction, added in ascending direction. */
export function lowDimensional(seed: number, rows: number, columns: number, dimensions: number): Float32Array {
  const directions = Float64Array.from({ length: dimensions * columns }, (_, at) => bell(seed + 0x40000000, at));
  const data = new Float32Array(rows * columns);
  const total = new Float64Array(columns);
  for (let row = 0; row < rows; row += 1) {
    total.fill(0);
    for (let dimension = 0; dimension < dimensions; dimension += 1) {
      const number = bell(seed, row * dimensions + dimension);
      for (let column = 0; column < columns; column += 1) total[column]! += number * directions[dimension * columns + column]!;
    }
    data.set(total, row * columns);
  }
  return data;
}
