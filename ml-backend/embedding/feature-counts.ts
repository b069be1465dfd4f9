/**
 * Counts features by their hash, in a table of fixed size with open addressing that is emptied by going over what was used: a
 * `Map` would take several times as long, and memory for each text.
 */
export class FeatureCounts {
  private readonly hashes: Int32Array;
  private readonly counts: Int32Array;
  private readonly weights: Uint8Array;
  /** Slots in use, in order of first appearance. */
  private readonly used: Int32Array;
  private usedCount = 0;
  private mask = 0;

  /** For at most `featuresMax` different features at a time. */
  constructor(featuresMax: number) {
    const slots = slotsFor(featuresMax);
    this.hashes = new Int32Array(slots);
    this.counts = new Int32Array(slots);
    this.weights = new Uint8Array(slots);
    this.used = new Int32Array(featuresMax);
  }

  /** Empties the table for at most `features` features: the fewer, the smaller the part of it that is touched. */
  begin(features: number): void {
    for (let at = 0; at < this.usedCount; at += 1) this.counts[this.used[at]!] = 0;
    this.usedCount = 0;
    this.mask = slotsFor(features) - 1;
  }

  /** Counts one occurrence. The highest weight given for a hash holds. */
  add(hash: number, weight: number): void {
    const { hashes, counts, weights, mask } = this;
    let slot = hash & mask;
    while (counts[slot] !== 0) {
      if (hashes[slot] === hash) {
        counts[slot]! += 1;
        if (weights[slot]! < weight) weights[slot] = weight;
        return;
      }
      slot = (slot + 1) & mask;
    }
    hashes[slot] = hash;
    counts[slot] = 1;
    weights[slot] = weight;
    this.used[this.usedCount] = slot;
    this.usedCount += 1;
  }

  /** How many different features there are. They are numbered in order of first appearance. */
  get size(): number {
    return this.usedCount;
  }

  hashOf(feature: number): number {
    return this.hashes[this.used[feature]!]!;
  }

  weightOf(feature: number): number {
    return this.weights[this.used[feature]!]!;
  }

  countOf(feature: number): number {
    return this.counts[this.used[feature]!]!;
  }
}

/** A power of two, at least twice as many. */
function slotsFor(features: number): number {
  return 2 ** Math.ceil(Math.log2(2 * features + 2));
}
