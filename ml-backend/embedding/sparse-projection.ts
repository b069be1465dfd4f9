import type { FeatureCounts } from './feature-counts.js';
import { CHARACTERS_MAX } from './text-tokens.js';

/** Places of the vector that each feature is added to. */
const PLACES = 4;
/** √count is taken in steps of 1/64, so that all sums are of integers, and their order does not matter. */
const ROOT_STEPS = 64;
const roots = Int32Array.from({ length: CHARACTERS_MAX + 1 }, (_, count) => Math.round(Math.sqrt(count) * ROOT_STEPS));

/**
 * Random projection with a very sparse matrix (Li, Hastie, Church, "Very sparse random projections", KDD 2006; after Achlioptas 2003) that is
 * nowhere stored: a feature's row follows from its hash. The vector is cut into four blocks (the last may be shorter), and a row holds one 1 or −1 in each (Kane, Nelson,
 * "Sparser Johnson–Lindenstrauss transforms", 2014), which varies less than drawing every number by itself. For block 0, 1, 2, 3 in
 * turn the hash h becomes h · 0x9e3779b1 + 0x7f4a7c15 (32 bits); its highest 15 bits, times the block's length, over 2¹⁵, are the
 * place, and the bit below them the sign.
 */
export class SparseProjection {
  private readonly sums: Int32Array;
  private readonly block: number;

  constructor(private readonly dimension: number) {
    this.block = Math.ceil(dimension / PLACES);
    this.sums = new Int32Array(dimension);
  }

  /** Σ row · weight · √count of the features, scaled to length 1; zeros if there are none. */
  project(features: FeatureCounts): Float32Array {
    const { sums, block, dimension } = this;
    sums.fill(0);
    for (let feature = 0; feature < features.size; feature += 1) {
      const value = features.weightOf(feature) * roots[features.countOf(feature)]!;
      let bits = features.hashOf(feature);
      for (let from = 0; from < dimension; from += block) {
        bits = (Math.imul(bits, 0x9e3779b1) + 0x7f4a7c15) | 0;
        const place = from + (((bits >>> 17) * Math.min(block, dimension - from)) >>> 15);
        // Adds or subtracts without a branch, which would be guessed wrongly half of the time.
        const sign = (bits << 15) >> 31;
        sums[place]! += (value ^ sign) - sign;
      }
    }
    return toLengthOne(sums);
  }
}

function toLengthOne(sums: Int32Array): Float32Array {
  let squares = 0;
  for (let at = 0; at < sums.length; at += 1) squares += sums[at]! * sums[at]!;
  const length = Math.sqrt(squares);
  const vector = new Float32Array(sums.length);
  if (length > 0) for (let at = 0; at < sums.length; at += 1) vector[at] = sums[at]! / length;
  return vector;
}
