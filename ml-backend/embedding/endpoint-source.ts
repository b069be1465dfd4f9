import { z } from 'zod';
import { PairloopError } from '../../core/errors.js';
import type { Endpoint } from '../endpoint/endpoint.js';
import { inParallel } from '../endpoint/in-parallel.js';
import type { EmbeddingSource } from './embedding-source.js';

/** What one request holds at most. */
const BATCH_TEXTS = 64;
const BATCH_BYTES = 256 * 1024;
const PARALLEL = 4;
/** What is asked to learn how many numbers a vector has. */
const PROBE = 'pairloop';

// A number that is none travels as null; it is named with its text by who asked.
const replySchema = z.object({ data: z.array(z.object({ index: z.number().int().nonnegative(), embedding: z.array(z.number().nullable()).min(1) })) });

export interface EndpointModel {
  readonly model: string;
  /** A text counts up to here (UTF-16 units): models refuse or drop what is longer than they take. */
  readonly charactersMax: number;
  /** How many numbers a vector has, where that is known. */
  readonly dimension?: number | undefined;
}

/**
 * Vectors from an OpenAI-compatible `/embeddings`. Its version names the model, the vectors' length and how much of a text counts; a server that
 * changes its vectors under the same name cannot be told from one that does not. A text without anything to read gives zeros and is not sent.
 * Asks for one vector when it does not know how many numbers it has.
 *
 * @throws PairloopError when the endpoint cannot answer.
 */
export async function openEndpointSource(endpoint: Endpoint, { model, charactersMax, dimension: known }: EndpointModel): Promise<EmbeddingSource> {
  const dimension = known ?? (await request(endpoint, model, [PROBE]))[0]!.length;
  const embed = async (texts: readonly string[]): Promise<Float32Array[]> => {
    const vectors: Float32Array[] = texts.map(() => new Float32Array(dimension));
    const asked = texts.map((text, place) => ({ place, text: cut(text, charactersMax) })).filter(({ text }) => text.trim() !== '');
    await inParallel(batchesOf(asked), PARALLEL, async (batch) => {
      const answered = await request(endpoint, model, batch.map(({ text }) => text));
      for (const [at, { place }] of batch.entries()) vectors[place] = answered[at]!;
    });
    return vectors;
  };
  return { name: 'endpoint', version: `${model}-${dimension}-${charactersMax}`, dimension, embed };
}

/** One vector for each text, in their order, whatever order the endpoint answers in. */
async function request(endpoint: Endpoint, model: string, texts: readonly string[]): Promise<Float32Array[]> {
  const tokensMost = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const { data } = await endpoint.post('/embeddings', { model, input: texts, encoding_format: 'float' }, replySchema, tokensMost);
  const byIndex = new Map(data.map(({ index, embedding }) => [index, embedding]));
  if (data.length !== texts.length) throw new PairloopError(`The embedding endpoint gave ${data.length} vectors of ${model} for ${texts.length} texts; nothing of its answer was stored.`);
  return texts.map((_, index) => {
    const embedding = byIndex.get(index);
    if (embedding === undefined) throw new PairloopError(`The embedding endpoint gave no vector of ${model} with the index ${index} for ${texts.length} texts; nothing of its answer was stored.`);
    return Float32Array.from(embedding, (number) => number ?? Number.NaN);
  });
}

interface PlacedText {
  readonly place: number;
  readonly text: string;
}

/** As many texts in a row as one request holds; a text longer than that goes alone. */
function batchesOf(texts: readonly PlacedText[]): PlacedText[][] {
  const batches: PlacedText[][] = [];
  let bytes = Infinity;
  for (const placed of texts) {
    const size = Buffer.byteLength(placed.text);
    const last = batches.at(-1);
    if (last === undefined || last.length === BATCH_TEXTS || bytes + size > BATCH_BYTES) {
      batches.push([placed]);
      bytes = size;
    } else {
      last.push(placed);
      bytes += size;
    }
  }
  return batches;
}

/** The beginning of a text, without half a surrogate pair at its end. */
function cut(text: string, charactersMax: number): string {
  return text.slice(0, charactersMax).replace(/[\uD800-\uDBFF]$/, '');
}
