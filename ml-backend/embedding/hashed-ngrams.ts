import { setImmediate } from 'node:timers/promises';
import type { EmbeddingSource } from './embedding-source.js';

/** Length of a text's vector. */
const TEXT_DIMENSIONS = 384;
/** Texts between which the worker's other jobs run. */
const TEXTS_AT_A_TIME = 3;

/** A text counts up to here (UTF-16 units), so that time is bounded; some 3,000 words. */
const CHARACTERS_MAX = 20_000;

/** A run of letters, marks, digits and _, or one other visible character (operators and brackets matter in code). */
const TOKEN = /[\p{L}\p{M}\p{N}_]+|[^\p{L}\p{M}\p{N}_\s]/gu;
const GRAM_LENGTHS = [3, 4] as const;

/** The built-in featuriser: `embedText`, without a model or a download. */
export const hashedNgrams: EmbeddingSource = {
  name: 'hashed-ngrams',
  version: '2',
  dimension: TEXT_DIMENSIONS,
  async embed(texts) {
    const vectors = [];
    for (const [at, text] of texts.entries()) {
      vectors.push(embedText(text));
      if (at % TEXTS_AT_A_TIME === 0) await setImmediate();
    }
    return vectors;
  },
};

/**
 * One text as 384 float32 numbers of length 1: its features, hashed with a sign (Weinberger et al.,
 * "Feature hashing for large scale multitask learning", ICML 2009). The text is put into NFKC and lower
 * case (Unicode's own, no language's), and cut into tokens. Features are each token, each two tokens in
 * a row, and each 3 and 4 characters (code points) of a token with a space on either side. A feature seen n times
 * weighs √n. Its 32-bit hash h (FNV-1a of w, b or c for the kind and then its UTF-8 bytes, finished as in
 * MurmurHash3) puts it at
 * (h >> 1) mod 384 with the sign of its lowest bit. A text without tokens gives the zero vector.
 */
export function embedText(text: string): Float32Array {
  const vector = new Float64Array(TEXT_DIMENSIONS);
  for (const [hash, count] of countFeatures(text)) {
    const at = (hash >>> 1) % TEXT_DIMENSIONS;
    vector[at] = vector[at]! + ((hash & 1) === 0 ? Math.sqrt(count) : -Math.sqrt(count));
  }
  return Float32Array.from(scaleToLengthOne(vector));
}

const encoder = new TextEncoder();

/** First byte of what is hashed for a feature; keeps the kinds apart. */
const TOKEN_KIND = 0x77; // w
const TWO_TOKENS_KIND = 0x62; // b
const CHARACTERS_KIND = 0x63; // c

/**
 * How often each feature's hash occurs, in order of first appearance. Works on the UTF-8 bytes of each token
 * between two spaces, so that no text is made for a feature (measured: five times as fast).
 */
function countFeatures(text: string): Map<number, number> {
  const counts = new Map<number, number>();
  const count = (hash: number): void => {
    const finished = finish(hash);
    counts.set(finished, (counts.get(finished) ?? 0) + 1);
  };
  let before: Uint8Array | undefined;
  for (const token of text.slice(0, CHARACTERS_MAX).normalize('NFKC').toLowerCase().match(TOKEN) ?? []) {
    const spaced = encoder.encode(` ${token} `);
    const end = spaced.length - 1;
    count(fnv1a(start(TOKEN_KIND), spaced, 1, end));
    if (before !== undefined) count(fnv1a(fnv1a(start(TWO_TOKENS_KIND), before, 1, before.length - 1), spaced, 0, end));
    before = spaced;
    const characters = characterStarts(spaced);
    for (const length of GRAM_LENGTHS) {
      for (let from = 0; from + length < characters.length; from += 1) {
        count(fnv1a(start(CHARACTERS_KIND), spaced, characters[from]!, characters[from + length]!));
      }
    }
  }
  return counts;
}

/** Where each character begins in UTF-8 bytes, and where the last one ends. */
function characterStarts(bytes: Uint8Array): number[] {
  const starts: number[] = [];
  for (let at = 0; at < bytes.length; at += 1) if ((bytes[at]! & 0xc0) !== 0x80) starts.push(at);
  starts.push(bytes.length);
  return starts;
}

/** FNV-1a, 32 bit (http://www.isthe.com/chongo/tech/comp/fnv/), begun with one byte. */
function start(kind: number): number {
  return Math.imul(0x811c9dc5 ^ kind, 0x01000193);
}

/** The same, continued over `bytes[from..to)`. */
function fnv1a(begun: number, bytes: Uint8Array, from: number, to: number): number {
  let hash = begun;
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash;
}

/** MurmurHash3's finaliser, which spreads the weak low bits of FNV. */
function finish(fnv: number): number {
  let hash = Math.imul(fnv ^ (fnv >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scaleToLengthOne(vector: Float64Array): Float64Array {
  let squares = 0;
  for (const number of vector) squares += number * number;
  const length = Math.sqrt(squares);
  return length === 0 ? vector : vector.map((number) => number / length);
}
