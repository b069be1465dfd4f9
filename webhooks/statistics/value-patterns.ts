/** The counts of the values on one item, whoever gave them: value `codes[i]` was given `counts[i]` times. */
export interface ValuePattern {
  /** Values by number, ascending, each once. */
  readonly codes: Uint32Array;
  readonly counts: Uint32Array;
  /** All votes on the item. */
  readonly votes: number;
}

/** The number of the pattern without any vote. */
export const NO_VOTES = 0;
const UNKNOWN = -1;
/** With more values than this most steps between patterns are never taken, and a dense table of them would be mostly holes. */
const DENSE_WIDTH_MAX = 64;

/**
 * The patterns of votes an item can show, numbered as they are met, and the steps between them: one vote more or one less leads
 * from a pattern to another. A step is worked out once and then looked up, so that following a vote costs a few nanoseconds,
 * however many votes the item has. `width` values are numbered from 0.
 */
export class ValuePatterns {
  private readonly numbers = new Map<string, number>([['', NO_VOTES]]);
  /** The votes of each pattern as ascending values. */
  private readonly members: Uint32Array[] = [new Uint32Array(0)];
  private readonly more: Steps;
  private readonly less: Steps;

  constructor(private readonly width: number) {
    this.more = new Steps(width);
    this.less = new Steps(width);
  }

  /** How many patterns have been met; their numbers are below. */
  get size(): number {
    return this.members.length;
  }

  votesOf(pattern: number): number {
    return this.members[pattern]!.length;
  }

  /** Decides the order of patterns, which does not depend on the order in which they were met. */
  keyOf(pattern: number): string {
    return this.members[pattern]!.join();
  }

  /** The pattern of each item, into `patternOf`: item i has the votes from place `offsets[i]` to `offsets[i + 1]` − 1 of `valueOf`. */
  findAll(valueOf: Uint32Array, offsets: Uint32Array, patternOf: Uint32Array): void {
    const { more } = this;
    for (let item = 0, vote = 0; item < patternOf.length; item += 1) {
      const end = offsets[item + 1]!;
      let pattern = NO_VOTES;
      for (; vote < end; vote += 1) {
        const known = more.get(pattern, valueOf[vote]!);
        pattern = known === UNKNOWN ? this.learnPlus(pattern, valueOf[vote]!) : known;
      }
      patternOf[item] = pattern;
    }
  }

  plus(pattern: number, code: number): number {
    const known = this.more.get(pattern, code);
    return known === UNKNOWN ? this.learnPlus(pattern, code) : known;
  }

  /** @throws RangeError when no vote of the pattern has the value. */
  minus(pattern: number, code: number): number {
    const known = this.less.get(pattern, code);
    return known === UNKNOWN ? this.learnMinus(pattern, code) : known;
  }

  describe(pattern: number): ValuePattern {
    const members = this.members[pattern]!;
    const counts = new Map<number, number>();
    for (const code of members) counts.set(code, (counts.get(code) ?? 0) + 1);
    return { codes: Uint32Array.from(counts.keys()), counts: Uint32Array.from(counts.values()), votes: members.length };
  }

  private learnPlus(pattern: number, code: number): number {
    const before = this.members[pattern]!;
    const members = new Uint32Array(before.length + 1);
    members.set(before);
    members[before.length] = code;
    const found = this.numberOf(members.sort());
    this.more.set(pattern, code, found);
    return found;
  }

  private learnMinus(pattern: number, code: number): number {
    const before = this.members[pattern]!;
    const place = before.indexOf(code);
    if (place < 0) throw new RangeError(`No vote of the item has value number ${code}.`);
    const found = this.numberOf(before.filter((_, index) => index !== place));
    this.less.set(pattern, code, found);
    return found;
  }

  private numberOf(members: Uint32Array): number {
    const key = members.join();
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const number = this.members.push(members) - 1;
    this.numbers.set(key, number);
    return number;
  }
}

/** The pattern a step leads to, by the pattern it starts from and the value of the vote: a table, or a map where there are many values. */
class Steps {
  private table: Int32Array | null;
  private readonly map = new Map<number, number>();

  constructor(private readonly width: number) {
    this.table = width > DENSE_WIDTH_MAX ? null : new Int32Array(64 * width).fill(UNKNOWN);
  }

  get(pattern: number, code: number): number {
    const place = pattern * this.width + code;
    const { table } = this;
    if (table === null) return this.map.get(place) ?? UNKNOWN;
    return place < table.length ? table[place]! : UNKNOWN;
  }

  set(pattern: number, code: number, to: number): void {
    const place = pattern * this.width + code;
    if (this.table === null) {
      this.map.set(place, to);
      return;
    }
    if (place >= this.table.length) {
      const larger = new Int32Array(2 * place + this.width).fill(UNKNOWN);
      larger.set(this.table);
      this.table = larger;
    }
    this.table[place] = to;
  }
}
