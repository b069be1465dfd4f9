import { PairloopError } from '../../core/errors.js';

/**
 * Turns texts into vectors: the built-in featuriser, a local model, an endpoint. Whoever makes one answers only when it is
 * ready, so that the dimension is known, and throws a PairloopError that says what is missing otherwise.
 */
export interface EmbeddingSource {
  /** What kind it is, such as `hashed-ngrams`. */
  readonly name: string;
  /** Changes whenever a vector would: of code, of a model's files, of the model that an endpoint was asked for. */
  readonly version: string;
  /** How many numbers each vector has. */
  readonly dimension: number;
  /**
   * One vector for each text, in the same order; a text in which there is nothing to read may give zeros. How many texts
   * are computed or sent at a time is the source's own affair. Equal texts are given once.
   *
   * @throws PairloopError when it cannot answer; all of these texts are then asked for again by the next run.
   */
  embed(texts: readonly string[]): Promise<readonly Float32Array[]>;
}

/** Names the source in `pair_embedding`: vectors of two names are never compared. */
export function embedderOf({ name, version }: Pick<EmbeddingSource, 'name' | 'version'>): string {
  return `${name}-${version}`;
}

/** A text to embed, and what it is in words, such as `the prompt of the pair "p1"`. */
export interface NamedText {
  readonly text: string;
  readonly what: string;
}

/**
 * The vector of each text, asking the source once for texts that occur several times.
 *
 * @throws PairloopError naming the text whose vector is missing, has the wrong length or holds a number that is not finite.
 */
export async function embedTexts(source: EmbeddingSource, texts: readonly NamedText[]): Promise<Float32Array[]> {
  const places = new Map<string, number>();
  const asked: NamedText[] = [];
  for (const named of texts) {
    if (places.has(named.text)) continue;
    places.set(named.text, asked.length);
    asked.push(named);
  }
  const vectors = await source.embed(asked.map(({ text }) => text));
  for (const [at, { what }] of asked.entries()) assertVector(source, vectors[at], what);
  if (vectors.length !== asked.length) throw new PairloopError(`${embedderOf(source)} gave ${vectors.length} vectors for ${asked.length} texts; nothing of its answer was stored.`);
  return texts.map(({ text }) => vectors[places.get(text)!]!);
}

function assertVector(source: EmbeddingSource, vector: Float32Array | undefined, what: string): void {
  const embedder = embedderOf(source);
  if (vector === undefined) throw new PairloopError(`${embedder} gave no vector for ${what}; nothing of its answer was stored.`);
  if (vector.length !== source.dimension) {
    throw new PairloopError(`${embedder} gave a vector of ${vector.length} numbers, not ${source.dimension}, for ${what}; nothing of its answer was stored.`);
  }
  const bad = vector.findIndex((number) => !Number.isFinite(number));
  if (bad >= 0) throw new PairloopError(`${embedder} gave ${vector[bad]} as number ${bad} of the vector for ${what}; nothing of its answer was stored.`);
}
