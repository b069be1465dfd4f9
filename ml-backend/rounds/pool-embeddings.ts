import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { sql, type RawBuilder } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import { promptText, type Message } from '../../core/domain/pair.js';
import { PairloopError } from '../../core/errors.js';
import { firstTokens } from '../embedding/code/first-tokens.js';
import { SyntaxSource } from '../embedding/code/syntax-source.js';
import { embedTexts, embedderOf, type EmbeddingSource, type NamedText } from '../embedding/embedding-source.js';
import { pairVector } from '../embedding/pair-vector.js';
import { GIVEN_EMBEDDER, vectorFromBytes, vectorToBytes } from '../embedding/vector-bytes.js';
import type { Matrix } from '../numerics/matrix.js';
import { createMatrix } from '../numerics/wasm-kernel.js';

/** Pairs read, embedded and stored at a time: what a kill costs, and the bound of their texts' memory. */
const EMBED_CHUNK = 100;
const READ_CHUNK = 2_000;
/** Vectors in a row in what is stored: prompt, response A, response B. */
const TEXTS = 3;

/** Pairs of this domain are embedded by their syntax. */
const CODE_DOMAIN = 'code';
/** How a response is embedded as a text, and where there are no grammars, as code. Stored with the vectors: they are made again when it changes. */
const AS_TEXT = 'texts-1';
const AS_TOKENS = 'tokens-1';

/** SHA-256 of what is embedded of a row of `pair`, and how. */
function textsSha256(): RawBuilder<Buffer> {
  const asCode = SyntaxSource.version() ?? AS_TOKENS;
  return sql<Buffer>`sha256(convert_to(jsonb_build_array(case domain when ${CODE_DOMAIN} then ${asCode} else ${AS_TEXT} end, prompt, messages, response_a, response_b)::text, 'UTF8'))`;
}

/** Whether every one of the pairs has a vector given in the data; the round then ranks by those. Vectors of two embedders cannot be compared. */
export async function haveGivenVectors(db: Db, pairIds: readonly string[]): Promise<boolean> {
  const { count } = await db
    .selectFrom('pair_embedding')
    .select(sql<number>`count(*)`.as('count'))
    .where('embedder', '=', GIVEN_EMBEDDER)
    .where(sql<boolean>`pair_id = any(${pairIds})`)
    .executeTakeFirstOrThrow();
  return count === pairIds.length;
}

/**
 * Embeds those of the pairs that the source has not embedded yet, or whose texts have changed since, and stores each
 * chunk whole as it is done: killed and run again, it goes on where it was.
 *
 * @throws PairloopError when the source cannot answer, or answers with a wrong vector (naming pair and text); chunks stored before stay.
 */
export async function embedMissing(db: Db, pairIds: readonly string[], source: EmbeddingSource, onProgress: (done: number, total: number) => unknown): Promise<void> {
  const embedder = embedderOf(source);
  // Pairs of one prompt one after another, so that it is embedded once.
  const { rows } = await sql<{ id: string }>`select id from pair where id = any(${pairIds}) and not exists
    (select from pair_embedding where pair_id = id and embedder = ${embedder} and texts_sha256 = ${textsSha256()})
    order by md5(prompt), id collate "C"`.execute(db);
  if (rows.length === 0) return;
  const syntax = await SyntaxSource.open(source.dimension);
  for (let start = 0; start < rows.length; start += EMBED_CHUNK) {
    const ids = rows.slice(start, start + EMBED_CHUNK).map((row) => row.id);
    await embedChunk(db, ids, source, syntax);
    await onProgress(start + ids.length, rows.length);
  }
}

interface PairTexts {
  readonly id: string;
  readonly prompt: string | null;
  readonly messages: Message[] | null;
  readonly response_a: string;
  readonly response_b: string;
}

async function embedChunk(db: Db, ids: readonly string[], source: EmbeddingSource, syntax: SyntaxSource | undefined): Promise<void> {
  const pairs = await db.selectFrom('pair').select(['id', 'domain', 'prompt', 'messages', 'response_a', 'response_b', textsSha256().as('texts_sha256')]).where('id', 'in', ids).execute();
  const parts = [];
  for (const pair of pairs) parts.push(...(pair.domain === CODE_DOMAIN ? await partsOfCode(pair, syntax) : textsOf(pair)));
  const embedded = await embedTexts(source, parts.flatMap((part) => (part instanceof Float32Array ? [] : [part])));
  const vectors = parts.map((part) => (part instanceof Float32Array ? part : embedded.shift()!));
  const embedder = embedderOf(source);
  const rows = pairs.map(({ id, texts_sha256 }, at) => {
    const vector = vectorToBytes(vectors.slice(at * TEXTS, (at + 1) * TEXTS).flatMap((part) => [...part]));
    return { pair_id: id, embedder, vector, texts_sha256 };
  });
  await db
    .insertInto('pair_embedding')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['pair_id', 'embedder']).doUpdateSet(({ ref }) => ({ vector: ref('excluded.vector'), texts_sha256: ref('excluded.texts_sha256') })))
    .execute();
}

/** The prompt to embed; of each response the vector of its syntax, or its first tokens to embed where it has none. */
async function partsOfCode(pair: PairTexts, syntax: SyntaxSource | undefined): Promise<(NamedText | Float32Array)[]> {
  const [prompt, ...responses] = textsOf(pair);
  const parts: (NamedText | Float32Array)[] = [prompt!];
  for (const { text, what } of responses) {
    parts.push((await syntax?.embed(text)) ?? { text: firstTokens(text), what });
    await setImmediate();
  }
  return parts;
}

function textsOf(pair: PairTexts): NamedText[] {
  const name = JSON.stringify(pair.id);
  return [
    { text: promptText(pair), what: `the prompt of the pair ${name}` },
    { text: pair.response_a, what: `response_a of the pair ${name}` },
    { text: pair.response_b, what: `response_b of the pair ${name}` },
  ];
}

/**
 * The pairs' vectors as rows, in the order of the ids: those given in the data as they are, else `pairVector` of the texts' vectors.
 *
 * @param expected the SHA-256 of what is stored for each pair; not looked at unless given
 * @throws PairloopError naming the pair whose vector is missing, is not what was expected, holds NaN or infinity, or has
 * another length than the first.
 */
export async function readEmbeddings(db: Db, pairIds: readonly string[], embedder: string, expected?: readonly Buffer[]): Promise<Matrix> {
  let matrix: Matrix | undefined;
  for (let start = 0; start < pairIds.length; start += READ_CHUNK) {
    const ids = pairIds.slice(start, start + READ_CHUNK);
    const { rows } = await sql<{ pair_id: string; vector: Buffer }>`select pair_id, vector from pair_embedding
      where embedder = ${embedder} and pair_id = any(${ids})`.execute(db);
    const vectors = new Map(rows.map((row) => [row.pair_id, row.vector]));
    for (const [place, id] of ids.entries()) {
      const vector = readVector(id, vectors.get(id), embedder, expected?.[start + place]);
      matrix ??= createMatrix(pairIds.length, vector.length, false);
      const { data, columns } = matrix;
      if (vector.length !== columns) {
        throw new PairloopError(`The embedding of the pair ${JSON.stringify(id)} has ${vector.length} numbers, that of ${JSON.stringify(pairIds[0])} has ${columns}; give embeddings of one model only.`);
      }
      data.set(vector, (start + place) * columns);
    }
  }
  return matrix ?? { data: new Float32Array(0), rows: 0, columns: 0 };
}

/**
 * By how much response A's vector differs from response B's, a row for each pair in the order of the ids; what a reward head weighs.
 *
 * @throws PairloopError naming the pair that the source has embedded no texts of, or texts of another length.
 */
export async function readDifferences(db: Db, pairIds: readonly string[], source: EmbeddingSource): Promise<Matrix> {
  const { dimension } = source;
  const data = new Float64Array(pairIds.length * dimension);
  const embedder = embedderOf(source);
  for (let start = 0; start < pairIds.length; start += READ_CHUNK) {
    const ids = pairIds.slice(start, start + READ_CHUNK);
    const { rows } = await sql<{ pair_id: string; vector: Buffer }>`select pair_id, vector from pair_embedding
      where embedder = ${embedder} and pair_id = any(${ids})`.execute(db);
    const vectors = new Map(rows.map((row) => [row.pair_id, row.vector]));
    for (const [place, id] of ids.entries()) {
      const bytes = vectors.get(id);
      if (bytes?.length !== TEXTS * dimension * 4) throw new PairloopError(`The texts of the pair ${JSON.stringify(id)} are not embedded by ${embedder}; run this again.`);
      const stored = vectorFromBytes(bytes);
      for (let at = 0; at < dimension; at += 1) data[(start + place) * dimension + at] = stored[dimension + at]! - stored[2 * dimension + at]!;
    }
  }
  return { data, rows: pairIds.length, columns: dimension };
}

function readVector(id: string, bytes: Buffer | undefined, embedder: string, expected: Buffer | undefined): Float32Array {
  const pair = `the pair ${JSON.stringify(id)}`;
  if (bytes === undefined) throw new PairloopError(`There is no embedding of ${pair} by ${embedder}; start a new round.`);
  if (expected !== undefined && !createHash('sha256').update(bytes).digest().equals(expected)) {
    throw new PairloopError(`The embedding of ${pair} by ${embedder} is another one than the round looked at (its SHA-256 differs); start a new round.`);
  }
  if (bytes.length === 0 || bytes.length % 4 !== 0) throw new PairloopError(`The embedding of ${pair} has ${bytes.length} bytes, which is no vector of float32 numbers; import the pair again with another id.`);
  const stored = vectorFromBytes(bytes);
  const vector = embedder === GIVEN_EMBEDDER ? stored : joinTexts(stored);
  const wrong = vector.findIndex((number) => !Number.isFinite(number));
  if (wrong !== -1) throw new PairloopError(`The embedding of ${pair} holds ${vector[wrong]} at column ${wrong} (counted from 0); every number must be finite.`);
  return vector;
}

function joinTexts(stored: Float32Array): Float32Array {
  const dimension = stored.length / TEXTS;
  const part = (at: number): Float32Array => stored.subarray(at * dimension, (at + 1) * dimension);
  return pairVector({ prompt: part(0), responseA: part(1), responseB: part(2) });
}
