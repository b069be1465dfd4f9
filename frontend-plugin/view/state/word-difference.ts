import { textsOf } from './blocks.js';
import { commonWords } from './common-words.js';
import { TextDocument } from './text-document.js';
import { wordsOf, type Word } from './words.js';

/** Letters of both texts together above which they are not compared: reading all of them takes too long for one key. */
const LETTERS_MAX = 80_000;

const REAL_WORD = /[\p{L}\p{N}_]/u;

interface Difference {
  readonly a: TextDocument;
  readonly b: TextDocument;
  /** The texts are too long to be compared; nothing is marked, and the documents are those given. */
  readonly isTooLong: boolean;
}

/**
 * Marks, in each of two texts, the words that the other does not have at that place (the complement of a common
 * subsequence of words). Changing the two texts changes the two results. Common words that stand alone between
 * two differences are marked too, else a rewritten sentence would look like confetti. A formula or an address is one word.
 */
export function markDifferences(a: TextDocument, b: TextDocument): Difference {
  // One order for both directions, so that ties between subsequences fall alike.
  if (a.source > b.source) {
    const { a: first, b: second, isTooLong } = markDifferences(b, a);
    return { a: second, b: first, isTooLong };
  }
  if (a.source.length + b.source.length > LETTERS_MAX) return { a, b, isTooLong: true };
  const marked = { a: new TextDocument(a.source), b: new TextDocument(b.source) };
  const words = { a: wordsOf(textsOf(marked.a.readAll())), b: wordsOf(textsOf(marked.b.readAll())) };
  const common = commonWords(words.a, words.b);
  if (common === undefined) return { a, b, isTooLong: true };
  markAllBut(words.a, withoutIslands(words.a, common.a));
  markAllBut(words.b, withoutIslands(words.b, common.b));
  return { ...marked, isTooLong: false };
}

/** Drops common stretches of fewer than two real words (punctuation counts for nothing) between differences. */
function withoutIslands(words: readonly Word[], common: readonly boolean[]): boolean[] {
  const kept = [...common];
  for (let from = 0; from < kept.length; from += 1) {
    if (kept[from] !== true) continue;
    let to = from;
    while (kept[to] === true) to += 1;
    const island = from > 0 && to < kept.length;
    if (island && words.slice(from, to).filter((word) => REAL_WORD.test(word.value)).length < 2) kept.fill(false, from, to);
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
