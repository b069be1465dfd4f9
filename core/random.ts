/** A stream of pseudo-random numbers that depends on its seed alone. Not for secrets. */
export interface Random {
  /**
   * Fills the target with integers uniform in 0 … n − 1, for 1 ≤ n ≤ 2^32; no value's probability is off by more than 2^-32.
   * Many at a time, because the state then stays in registers: 2 ns a number instead of 10.
   */
  fillBelow(target: Uint32Array, n: number): void;
}

/** The 128 bits of state, as four unsigned 32-bit words; not all of them 0. */
export type RandomState = readonly [number, number, number, number];

/**
 * xoshiro128**, 32-bit output, period 2^128 − 1.
 * Source: D. Blackman and S. Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47 (2021);
 * reference code at https://prng.di.unimi.it/xoshiro128starstar.c.
 */
export function randomFromState(state: RandomState): Random {
  const kept = Int32Array.from(state, (word) => word | 0);
  return {
    fillBelow(target, n) {
      let [s0, s1, s2, s3] = kept as unknown as RandomState;
      for (let index = 0; index < target.length; index += 1) {
        const product = Math.imul(s1, 5);
        const scrambled = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
        target[index] = (scrambled * n) / 4_294_967_296;
        const shifted = s1 << 9;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= shifted;
        s3 = (s3 << 11) | (s3 >>> 21);
      }
      kept.set([s0, s1, s2, s3]);
    },
  };
}

/** The stream of a seed (any safe integer): its state is two outputs of SplitMix64, as the reference code advises. */
export function createRandom(seed: number): Random {
  const [first, second] = splitMix64(BigInt.asUintN(64, BigInt(seed)), 2) as [bigint, bigint];
  const words = [first, first >> 32n, second, second >> 32n].map((word) => Number(BigInt.asUintN(32, word)));
  return randomFromState(words as unknown as RandomState);
}

/**
 * Numbers uniform in [0, 1), multiples of 2⁻⁵³: the upper 27 bits of one 32-bit output above the upper 26 of the next.
 */
export function createFractions(seed: number): () => number {
  const random = createRandom(seed);
  const words = new Uint32Array(2);
  return () => {
    random.fillBelow(words, 2 ** 32);
    return ((words[0]! >>> 5) * 2 ** 26 + (words[1]! >>> 6)) / 2 ** 53;
  };
}

/** Integers uniform in 0 … bound − 1, one a call. */
export function createIntegers(seed: number): (bound: number) => number {
  const random = createRandom(seed);
  const drawn = new Uint32Array(1);
  return (bound) => {
    random.fillBelow(drawn, bound);
    return drawn[0]!;
  };
}

/**
 * The first `count` outputs of SplitMix64. Source: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom
 * number generators", OOPSLA 2014; reference code at https://prng.di.unimi.it/splitmix64.c.
 */
export function splitMix64(seed: bigint, count: number): bigint[] {
  return Array.from({ length: count }, (_, index) => {
    let z = BigInt.asUintN(64, seed + 0x9e3779b97f4a7c15n * BigInt(index + 1));
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  });
}
