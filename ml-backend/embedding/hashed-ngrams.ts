/** Names this featuriser in `pair_embedding`; changes whenever a vector would. */
export const HASHED_NGRAMS_VERSION = 'hashed-ngrams-1';

/** Numbers per text; three texts make a pair's vector. */
const TEXT_DIMENSIONS = 128;
/** Length of a pair's vector. */
export const PAIR_DIMENSIONS = 3 * TEXT_DIMENSIONS;

/** A text counts up to here (UTF-16 units), so that time is bounded; some 3,000 words. */
const CHARACTERS_MAX = 20_000;

/** A run of letters, marks, digits and _, or one other visible character (operators and brackets matter in code). */
const TOKEN = /[\p{L}\p{M}\p{N}_]+|[^\p{L}\p{M}\p{N}_\s]/gu;
const GRAM_LENGTHS = [3, 4] as const;

/** A pair's texts. */
export interface PairTexts {
  readonly prompt: string;
  readonly responseA: string;
  readonly responseB: string;
}

/**
 * The built-in featuriser: a pair as 384 float32 numbers, without a model or a download. Three parts of
 * 128 numbers, from the texts' own vectors p, a, b (`embedText`): what is asked, p; what is answered,
 * (a + b) / 2; where the answers differ, |a − b| / 2, number by number; together scaled to length 1. So the
 * sides' order changes nothing. Three empty texts give the zero vector.
 *
 * Only +, −, ×, ÷ and √ of float64, each rounded as IEEE 754 demands, so the same on every machine.
 */
export function embedPair({ prompt, responseA, responseB }: PairTexts): Float32Array {
  const asked = embedText(prompt);
  const a = embedText(responseA);
  const b = embedText(responseB);
  const joined = new Float64Array(PAIR_DIMENSIONS);
  for (let at = 0; at < TEXT_DIMENSIONS; at += 1) {
    joined[at] = asked[at]!;
    joined[TEXT_DIMENSIONS + at] = (a[at]! + b[at]!) / 2;
    joined[2 * TEXT_DIMENSIONS + at] = Math.abs(a[at]! - b[at]!) / 2;
  }
  return Float32Array.from(scaleToLengthOne(joined));
}

/**
 * One text as 128 float64 numbers of length 1: its features, hashed with a sign (Weinberger et al.,
 * "Feature hashing for large scale multitask learning", ICML 2009). The text is put into NFKC and lower
 * case (Unicode's own, no language's), and cut into tokens. Features are each token, each two tokens in
 * a row, and each 3 and 4 characters (code points) of a token with a space on either side. A feature seen n times
 * weighs √n. Its 32-bit hash h (FNV-1a of its UTF-8 bytes, finished as in MurmurHash3) puts it at
 * (h >> 1) mod 128 with the sign of its lowest bit. A text without tokens gives the zero vector.
 */
export function embedText(text: string): Float64Array {
  const counts = new Map<number, number>();
  for (const feature of features(text)) {
    const hash = hashUtf8(feature);
    counts.set(hash, (counts.get(hash) ?? 0) + 1);
  }
  const vector = new Float64Array(TEXT_DIMENSIONS);
  for (const [hash, count] of counts) {
    const at = (hash >>> 1) % TEXT_DIMENSIONS;
    vector[at] = vector[at]! + ((hash & 1) === 0 ? Math.sqrt(count) : -Math.sqrt(count));
  }
  return scaleToLengthOne(vector);
}

/** Each feature as a text; the first letter keeps the kinds apart (w token, b two tokens, c characters). */
function* features(text: string): Generator<string> {
  const tokens = text.slice(0, CHARACTERS_MAX).normalize('NFKC').toLowerCase().match(TOKEN) ?? [];
  let before: string | undefined;
  for (const token of tokens) {
    yield `w${token}`;
    if (before !== undefined) yield `b${before} ${token}`;
    before = token;
    const characters = [' ', ...token, ' '];
    for (const length of GRAM_LENGTHS) {
      for (let start = 0; start + length <= characters.length; start += 1) yield `c${characters.slice(start, start + length).join('')}`;
    }
  }
}

const encoder = new TextEncoder();

/** FNV-1a, 32 bit (http://www.isthe.com/chongo/tech/comp/fnv/), then MurmurHash3's finaliser, which spreads its weak low bits. */
function hashUtf8(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scaleToLengthOne(vector: Float64Array): Float64Array {
  let squares = 0;
  for (const number of vector) squares += number * number;
  const length = Math.sqrt(squares);
  return length === 0 ? vector : vector.map((number) => number / length);
}
