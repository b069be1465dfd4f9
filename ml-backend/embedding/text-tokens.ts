import { COMMON_WORDS } from './common-words.js';
import { beginHash, continueHash, finishHash } from './feature-hash.js';

/** A text counts up to here, in UTF-16 units, and in code points once it is normalised; some 3,000 words. Bounds time and memory. */
const LENGTH_MAX = 20_000;
/** How many tokens a text can have. */
export const TOKENS_MAX = LENGTH_MAX;
/** How many characters are read of a text, with a space at either end. */
export const CHARACTERS_MAX = LENGTH_MAX + 2;

const BEYOND_ASCII = /[^\0-\x7f]/;
const ASCII = 128;
const SPACE = 0x20;

// What a code point is to the tokens.
const UNKNOWN = 0;
/** White space: ends a token; any run of it counts as one space. */
const BLANK = 1;
/** Letter, mark, digit or _: part of a run that is one token. */
const LETTER = 2;
/** Of a script that puts no spaces between words: a token of its own. */
const UNSPACED = 3;
/** Anything else, such as operators and brackets, which matter in code: a token of its own. */
const SYMBOL = 4;

/** Thai and Lao, Myanmar, Khmer, kana, Han; from and to. */
const UNSPACED_RANGES = [
  [0x0e00, 0x0eff],
  [0x1000, 0x109f],
  [0x1780, 0x17ff],
  [0x3040, 0x30ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xf900, 0xfaff],
  [0x20000, 0x3ffff],
] as const;

/** Class of each code point met so far; asking Unicode each time would take most of the time. */
const classes = new Uint8Array(0x110000);

function classOf(codePoint: number): number {
  const known = classes[codePoint]!;
  return known === UNKNOWN ? (classes[codePoint] = findClass(codePoint)) : known;
}

function findClass(codePoint: number): number {
  const character = String.fromCodePoint(codePoint);
  if (/\s/u.test(character)) return BLANK;
  if (UNSPACED_RANGES.some(([from, to]) => codePoint >= from && codePoint <= to)) return UNSPACED;
  return /[\p{L}\p{M}\p{N}_]/u.test(character) ? LETTER : SYMBOL;
}

/** First item of what is hashed for a token; keeps tokens apart from other features. */
const TOKEN_KIND = 1;

function hashOfToken(token: string): number {
  let hash = beginHash(TOKEN_KIND);
  for (const character of token) hash = continueHash(hash, character.codePointAt(0)!);
  return finishHash(hash);
}

const commonHashes = new Set(COMMON_WORDS.map(hashOfToken));

/** A text cut into characters and tokens. One object is read into again and again, so that no text costs memory of its own. */
export class TextTokens {
  /** The text's code points, lower case, each run of white space as one space, with a space at either end. */
  readonly characters = new Int32Array(CHARACTERS_MAX);
  /** For each character how many up to it, itself included, are in a row spaces or of common tokens. */
  readonly commonRun = new Int32Array(CHARACTERS_MAX);
  characterCount = 0;
  /** Hash of each token. */
  readonly tokens = new Int32Array(TOKENS_MAX);
  /** 1 for a token that says little: a function word or an ASCII symbol. */
  readonly isCommon = new Uint8Array(TOKENS_MAX);
  tokenCount = 0;

  /**
   * Reads a text: up to 20,000 UTF-16 units of it, in ASCII as it is, else in NFKC and lower case (Unicode's own, no
   * language's). A lone surrogate is a symbol.
   */
  read(text: string): void {
    const cut = text.length > LENGTH_MAX ? text.slice(0, LENGTH_MAX) : text;
    const plain = BEYOND_ASCII.test(cut) ? cut.normalize('NFKC').toLowerCase() : cut.toLowerCase();
    this.tokenCount = 0;
    this.characters[0] = SPACE;
    this.commonRun[0] = 1;
    this.characterCount = 1;
    let tokenFrom = 0;
    let hash = 0;
    const end = plain.length;
    for (let at = 0, read = 0; at < end && read < LENGTH_MAX; at += 1, read += 1) {
      const unit = plain.charCodeAt(at);
      const codePoint = unit < 0xd800 ? unit : plain.codePointAt(at)!;
      if (codePoint > 0xffff) at += 1;
      const kind = classOf(codePoint);
      if (kind === LETTER) {
        if (tokenFrom === 0) {
          tokenFrom = this.characterCount;
          hash = beginHash(TOKEN_KIND);
        }
        hash = continueHash(hash, codePoint);
        this.characters[this.characterCount] = codePoint;
        this.characterCount += 1;
        continue;
      }
      if (tokenFrom !== 0) this.endToken(tokenFrom, finishHash(hash), false);
      tokenFrom = 0;
      if (kind === BLANK) this.space();
      else {
        this.characters[this.characterCount] = codePoint;
        this.characterCount += 1;
        this.endToken(this.characterCount - 1, finishHash(continueHash(beginHash(TOKEN_KIND), codePoint)), kind === SYMBOL && codePoint < ASCII);
      }
    }
    if (tokenFrom !== 0) this.endToken(tokenFrom, finishHash(hash), false);
    this.space();
  }

  private endToken(from: number, hash: number, symbol: boolean): void {
    const common = symbol || commonHashes.has(hash);
    this.tokens[this.tokenCount] = hash;
    this.isCommon[this.tokenCount] = common ? 1 : 0;
    this.tokenCount += 1;
    for (let at = from; at < this.characterCount; at += 1) this.commonRun[at] = common ? this.commonRun[at - 1]! + 1 : 0;
  }

  private space(): void {
    const last = this.characterCount - 1;
    if (this.characters[last] === SPACE) return;
    this.characters[last + 1] = SPACE;
    this.commonRun[last + 1] = this.commonRun[last]! + 1;
    this.characterCount += 1;
  }
}
