import { setImmediate } from 'node:timers/promises';
import type { EmbeddingSource } from './embedding-source.js';
import { FeatureCounts } from './feature-counts.js';
import { beginHash, continueHash, finishHash } from './feature-hash.js';
import { SparseProjection } from './sparse-projection.js';
import { CHARACTERS_MAX, TOKENS_MAX, TextTokens } from './text-tokens.js';

/** Length of a text's vector. */
const DIMENSION = 384;
/** Texts between which the worker's other jobs run. */
const TEXTS_AT_A_TIME = 8;

// First items of what is hashed for a feature; a token's is 1.
const TWO_TOKENS_KIND = 2;
const GRAM_KIND = 3;

// Weights by kind of feature, and by what it consists of: common tokens only, or anything else.
const TOKEN_WEIGHT = 4;
const TWO_TOKENS_WEIGHT = 1;
const GRAM_WEIGHT = 1;
const CONTENT = 5;
const COMMON = 1;

/** Two features begin with each token, two with each character. */
const FEATURES_MAX = 2 * (TOKENS_MAX + CHARACTERS_MAX);

const tokens = new TextTokens();
const features = new FeatureCounts(FEATURES_MAX);
const projection = new SparseProjection(DIMENSION);

/** The built-in featuriser: `embedText`, without a model or a download. */
export const hashedNgrams: EmbeddingSource = {
  name: 'hashed-ngrams',
  version: '3',
  dimension: DIMENSION,
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
 * One text as 384 float32 numbers of length 1: hashed n-grams, weighed, and projected at random. Features are each token, each two
 * tokens in a row, and each 3 and 4 characters of the text (white space is one space, and there is one at either end); a
 * script without spaces has a token for each character (`TextTokens`). A feature seen n times weighs √n, times 4 for a
 * token and 1 for the others, times 5, or 1 if it consists of function words, ASCII symbols and spaces only (the most it weighs anywhere in the
 * text). The latter stands for inverse document frequencies: fitted ones would change every vector whenever the pool
 * grows, and hardly tell texts apart better (`npm run bench:embedding` shows both).
 * `SparseProjection` makes 384 numbers of them. A text without tokens gives the zero vector.
 *
 * Integers up to the last step, then a root and divisions that IEEE 754 rounds one way: the same on every machine. Only what
 * a letter is, and its lower case, is the JavaScript engine's Unicode.
 */
export function embedText(text: string): Float32Array {
  tokens.read(text);
  features.begin(2 * (tokens.tokenCount + tokens.characterCount));
  addTokens();
  addGrams();
  return projection.project(features);
}

function addTokens(): void {
  const { tokens: hashes, isCommon, tokenCount } = tokens;
  for (let at = 0; at < tokenCount; at += 1) {
    const hash = hashes[at]!;
    const common = isCommon[at] === 1;
    features.add(hash, TOKEN_WEIGHT * (common ? COMMON : CONTENT));
    if (at > 0) {
      const two = finishHash(continueHash(continueHash(beginHash(TWO_TOKENS_KIND), hashes[at - 1]!), hash));
      features.add(two, TWO_TOKENS_WEIGHT * (common && isCommon[at - 1] === 1 ? COMMON : CONTENT));
    }
  }
}

const GRAM_BEGUN = beginHash(GRAM_KIND);

function addGrams(): void {
  const { characters, commonRun, characterCount } = tokens;
  for (let at = 2; at < characterCount; at += 1) {
    const run = commonRun[at]!;
    const three = continueHash(continueHash(continueHash(GRAM_BEGUN, characters[at]!), characters[at - 1]!), characters[at - 2]!);
    features.add(finishHash(three), GRAM_WEIGHT * (run >= 3 ? COMMON : CONTENT));
    if (at > 2) features.add(finishHash(continueHash(three, characters[at - 3]!)), GRAM_WEIGHT * (run >= 4 ? COMMON : CONTENT));
  }
}
