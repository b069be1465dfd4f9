/** Silent reading of English prose, words a minute: mean of 190 studies (Brysbaert 2019, doi:10.1016/j.jml.2019.104047). */
const WORDS_PER_MINUTE = 238;
/** Chinese and Japanese are counted in characters: 255 and 357 a minute (IReST, Trauzettel-Klosinski et al. 2012, doi:10.1167/iovs.11-8284); the slower of both. */
const CJK_CHARACTERS_PER_MINUTE = 255;

const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu;
const WORD = /[\p{L}\p{N}_]+(?:['’.-][\p{L}\p{N}_]+)*/gu;

/** Words of a text; each Chinese or Japanese character counts as one, because no space parts words there. Empty text has none. */
export function countWords(text: string): number {
  const { words, characters } = measure(text);
  return words + characters;
}

/**
 * Milliseconds that a fluent adult needs to read texts once, silently. An estimate of the least time for an
 * honest judgement, not a measure of a person: standard deviation between readers is about 20 %. Code is
 * counted by its names and numbers, like prose. 0 for no text. Linear in the length of the texts.
 */
export function readingTimeMs(texts: readonly string[]): number {
  let minutes = 0;
  for (const text of texts) {
    const { words, characters } = measure(text);
    minutes += words / WORDS_PER_MINUTE + characters / CJK_CHARACTERS_PER_MINUTE;
  }
  return Math.round(minutes * 60_000);
}

function measure(text: string): { words: number; characters: number } {
  const characters = text.match(CJK)?.length ?? 0;
  const spaced = characters === 0 ? text : text.replace(CJK, ' ');
  return { words: spaced.match(WORD)?.length ?? 0, characters };
}
