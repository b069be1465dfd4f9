import type { Text } from './blocks.js';

/** A word of a text, or a sign of punctuation by itself. */
export interface Word {
  readonly text: Text;
  readonly from: number;
  readonly to: number;
  readonly value: string;
  /** The last of its sentence or line. */
  readonly endsSentence: boolean;
}

const WORDS = /[\p{L}\p{N}\p{M}_]+|[^\s\p{L}\p{N}\p{M}_]/gu;
/** Scripts that put no spaces between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const SENTENCE_END = /[.!?。！？…]/;

const segmenter = typeof Intl.Segmenter === 'function' ? new Intl.Segmenter('en', { granularity: 'word' }) : undefined;

/** The words of texts, in order. Chinese, Japanese, Thai and their like are cut into words by the browser's dictionary. */
export function wordsOf(texts: readonly Text[]): Word[] {
  return texts.flatMap((text) => (text.whole === true ? wholeWord(text) : wordsIn(text)));
}

function wholeWord(text: Text): Word[] {
  return text.text === '' ? [] : [{ text, from: 0, to: text.text.length, value: text.text, endsSentence: false }];
}

function wordsIn(text: Text): Word[] {
  const found: Word[] = [];
  const add = (value: string, from: number): void => {
    found.push({ text, from, to: from + value.length, value, endsSentence: SENTENCE_END.test(value) || /^[ \t]*(\n|$)/.test(text.text.slice(from + value.length, from + value.length + 20)) });
  };
  for (const { 0: run, index } of text.text.matchAll(WORDS)) {
    if (!UNSPACED.test(run)) add(run, index);
    else for (const word of cutUnspaced(run)) add(word.segment, index + word.index);
  }
  return found;
}

function cutUnspaced(run: string): { segment: string; index: number }[] {
  if (segmenter !== undefined) return [...segmenter.segment(run)];
  let index = 0;
  return [...run].map((segment) => ({ segment, index: (index += segment.length) - segment.length }));
}
