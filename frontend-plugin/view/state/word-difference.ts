import { parseMarkdown, textsOf, type Block, type Text } from './markdown.js';

/** Above this many word pairs the comparison is made by line: memory is two bytes per pair. */
const PAIRS_MAX = 6_000_000;

const WORD = /[\p{L}\p{N}_]/u;
const WORDS = /[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu;

interface Word {
  readonly text: Text;
  readonly from: number;
  readonly to: number;
  readonly value: string;
}

/**
 * Parses two responses and marks, in each, the words that the other does not have at that place (the
 * complement of a longest common subsequence of words). Changing the two responses changes the two
 * results. Common words that stand alone between two differences are marked too, else a rewritten
 * sentence would look like confetti.
 */
export function markDifferences(a: string, b: string): { a: Block[]; b: Block[] } {
  // One order for both directions, so that ties between subsequences fall alike.
  if (a > b) {
    const { a: first, b: second } = markDifferences(b, a);
    return { a: second, b: first };
  }
  const blocks = { a: parseMarkdown(a), b: parseMarkdown(b) };
  const words = { a: wordsOf(blocks.a), b: wordsOf(blocks.b) };
  const common = commonWords(words.a.map((word) => word.value), words.b.map((word) => word.value));
  markAllBut(words.a, common.a);
  markAllBut(words.b, common.b);
  return blocks;
}

function wordsOf(blocks: readonly Block[]): Word[] {
  return textsOf(blocks).flatMap((text) =>
    [...text.text.matchAll(WORDS)].map((match) => ({
      text,
      from: match.index,
      to: match.index + match[0].length,
      value: match[0],
    })),
  );
}

/** Which words of each list belong to the common subsequence. */
function commonWords(a: readonly string[], b: readonly string[]): { a: boolean[]; b: boolean[] } {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const inner = longestCommon(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const whole = (words: readonly string[], middle: boolean[]): boolean[] =>
    words.map((_, at) => at < start || at >= words.length - end || middle[at - start] === true);
  return { a: withoutIslands(a, whole(a, inner.a)), b: withoutIslands(b, whole(b, inner.b)) };
}

/** Dynamic programme over all word pairs; texts too long for it share nothing but their ends. */
function longestCommon(a: readonly string[], b: readonly string[]): { a: boolean[]; b: boolean[] } {
  const common = { a: a.map(() => false), b: b.map(() => false) };
  const width = b.length + 1;
  if ((a.length + 1) * width > PAIRS_MAX) return common;
  const length = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const at = i * width + j;
      length[at] = a[i] === b[j] ? length[at + width + 1]! + 1 : Math.max(length[at + width]!, length[at + 1]!);
    }
  }
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      common.a[i++] = true;
      common.b[j++] = true;
    } else if (length[(i + 1) * width + j]! >= length[i * width + j + 1]!) i += 1;
    else j += 1;
  }
  return common;
}

/** Drops common stretches of fewer than two real words (punctuation counts for nothing) between differences. */
function withoutIslands(words: readonly string[], common: readonly boolean[]): boolean[] {
  const kept = [...common];
  for (let from = 0; from < kept.length; from += 1) {
    if (kept[from] !== true) continue;
    let to = from;
    while (kept[to] === true) to += 1;
    const island = from > 0 && to < kept.length;
    if (island && words.slice(from, to).filter((word) => WORD.test(word)).length < 2) kept.fill(false, from, to);
    from = to;
  }
  return kept;
}

/** Marks the words that are not common; neighbours on one line become one stretch. */
function markAllBut(words: readonly Word[], common: readonly boolean[]): void {
  words.forEach((word, at) => {
    if (common[at] === true) return;
    const last = word.text.marks.at(-1);
    const before = words[at - 1];
    const joins = before?.text === word.text && common[at - 1] === false && !word.text.text.slice(before.to, word.from).includes('\n');
    if (joins && last !== undefined) word.text.marks[word.text.marks.length - 1] = { from: last.from, to: word.to };
    else word.text.marks.push({ from: word.from, to: word.to });
  });
}
