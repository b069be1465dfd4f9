/** Word pairs that may be looked at in all: memory is two bytes per pair of one comparison. */
const PAIRS_MAX = 6_000_000;

/** Which words of each list belong to a common subsequence. */
export interface Common {
  readonly a: boolean[];
  readonly b: boolean[];
}

/** What is compared: values that are equal or not, and whether each ends a sentence. */
interface Word {
  readonly value: string;
  readonly endsSentence: boolean;
}

/**
 * The words that two texts share at the same place: a longest common subsequence where the texts are short enough for it, else
 * one of sentences first, then of the words between the sentences that both have. Undefined when the texts are
 * too long even for that. The cost is bounded by `PAIRS_MAX`, whatever the texts.
 */
export function commonWords(a: readonly Word[], b: readonly Word[]): Common | undefined {
  const ids = new Map<string, number>();
  const idOf = (value: string): number => ids.get(value) ?? (ids.set(value, ids.size), ids.size - 1);
  const numbers = (words: readonly Word[]): Int32Array => Int32Array.from(words, (word) => idOf(word.value));
  const comparison = new Comparison(numbers(a), numbers(b));
  if (comparison.byWords(0, a.length, 0, b.length)) return comparison.common;
  const [left, right] = [sentencesOf(a), sentencesOf(b)];
  const sentences = new Comparison(numbers(left), numbers(right));
  if (!sentences.byWords(0, left.length, 0, right.length)) return undefined;
  comparison.spend(sentences.spent);
  comparison.between(sentences.common, left, right);
  return comparison.common;
}

interface Sentence extends Word {
  readonly from: number;
  readonly to: number;
}

function sentencesOf(words: readonly Word[]): Sentence[] {
  const found: Sentence[] = [];
  let from = 0;
  words.forEach((word, at) => {
    if (!word.endsSentence && at < words.length - 1) return;
    const to = at + 1;
    found.push({ from, to, value: words.slice(from, to).map((one) => one.value).join(' '), endsSentence: true });
    from = to;
  });
  return found;
}

class Comparison {
  readonly common: Common;
  spent = 0;

  constructor(
    private readonly a: Int32Array,
    private readonly b: Int32Array,
  ) {
    this.common = { a: Array.from(a, () => false), b: Array.from(b, () => false) };
  }

  spend(pairs: number): void {
    this.spent += pairs;
  }

  /** Marks what two stretches share; false, and only their ends are marked, when the pairs left do not suffice. */
  byWords(aFrom: number, aTo: number, bFrom: number, bTo: number): boolean {
    let [i, j, iEnd, jEnd] = [aFrom, bFrom, aTo, bTo];
    while (i < iEnd && j < jEnd && this.a[i] === this.b[j]) this.share(i++, j++);
    while (i < iEnd && j < jEnd && this.a[iEnd - 1] === this.b[jEnd - 1]) this.share(--iEnd, --jEnd);
    const pairs = (iEnd - i + 1) * (jEnd - j + 1);
    if (i === iEnd || j === jEnd) return true;
    if (this.spent + pairs > PAIRS_MAX) return false;
    this.spent += pairs;
    this.longest(i, iEnd, j, jEnd);
    return true;
  }

  /** Marks the words of the sentences that both have, and compares what stands between those. */
  between(sentences: Common, left: readonly Sentence[], right: readonly Sentence[]): void {
    let [aFrom, bFrom] = [0, 0];
    for (let i = 0, j = 0; i < left.length || j < right.length; ) {
      while (i < left.length && sentences.a[i] !== true) i += 1;
      while (j < right.length && sentences.b[j] !== true) j += 1;
      const [one, other] = [left[i], right[j]];
      this.byWords(aFrom, one?.from ?? this.a.length, bFrom, other?.from ?? this.b.length);
      if (one === undefined || other === undefined) return;
      this.byWords(one.from, one.to, other.from, other.to);
      [aFrom, bFrom] = [one.to, other.to];
      i += 1;
      j += 1;
    }
  }

  private share(i: number, j: number): void {
    this.common.a[i] = true;
    this.common.b[j] = true;
  }

  /** Dynamic programme over all pairs of two stretches. */
  private longest(aFrom: number, aTo: number, bFrom: number, bTo: number): void {
    const { a, b } = this;
    const width = bTo - bFrom + 1;
    const length = new Uint16Array((aTo - aFrom + 1) * width);
    for (let i = aTo - 1; i >= aFrom; i -= 1) {
      for (let j = bTo - 1, at = (i - aFrom) * width + j - bFrom; j >= bFrom; j -= 1, at -= 1) {
        length[at] = a[i] === b[j] ? length[at + width + 1]! + 1 : Math.max(length[at + width]!, length[at + 1]!);
      }
    }
    for (let i = aFrom, j = bFrom; i < aTo && j < bTo; ) {
      const at = (i - aFrom) * width + j - bFrom;
      if (a[i] === b[j]) this.share(i++, j++);
      else if (length[at + width]! >= length[at + 1]!) i += 1;
      else j += 1;
    }
  }
}
