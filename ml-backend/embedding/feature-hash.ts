/**
 * 32-bit hash of a list of 32-bit integers: FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) taking up an integer where it takes up
 * a byte, finished as MurmurHash3 is, which spreads what FNV leaves in the low bits. Integers only: the same on every machine.
 */
export function beginHash(item: number): number {
  return continueHash(0x811c9dc5, item);
}

/** A hash begun before, with one more item. */
export function continueHash(begun: number, item: number): number {
  return Math.imul(begun ^ item, 0x01000193);
}

/** The hash of the items so far, as a signed 32-bit integer. */
export function finishHash(begun: number): number {
  let hash = Math.imul(begun ^ (begun >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
