import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import { promptText } from '../../core/domain/pair.js';
import { PairloopError } from '../../core/errors.js';
import { HASHED_NGRAMS_VERSION, embedPair } from '../embedding/hashed-ngrams.js';
import { GIVEN_EMBEDDER, vectorFromBytes, vectorToBytes } from '../embedding/vector-bytes.js';
import type { Matrix } from '../numerics/matrix.js';
import { createMatrix } from '../numerics/wasm-kernel.js';

/** Pairs read, embedded and stored at a time; bounds the memory of their texts. */
const EMBED_CHUNK = 100;
const READ_CHUNK = 2_000;

/**
 * Which embedder a set of pairs is ranked by: the vectors given in the data if every one of them has one,
 * else the built-in featuriser for all (vectors of two embedders cannot be compared).
 */
export async function chooseEmbedder(db: Db, pairIds: readonly string[]): Promise<string> {
  const { count } = await db
    .selectFrom('pair_embedding')
    .select(sql<number>`count(*)`.as('count'))
    .where('embedder', '=', GIVEN_EMBEDDER)
    .where(sql<boolean>`pair_id = any(${pairIds})`)
    .executeTakeFirstOrThrow();
  return count === pairIds.length ? GIVEN_EMBEDDER : HASHED_NGRAMS_VERSION;
}

/** Embeds those of the pairs that the built-in featuriser has not embedded yet, and stores each chunk as it is done. */
export async function embedMissing(db: Db, pairIds: readonly string[], onProgress: (done: number, total: number) => void): Promise<void> {
  const { rows } = await sql<{ id: string }>`select id from unnest(${pairIds}::text[]) as id where not exists
    (select from pair_embedding where pair_id = id and embedder = ${HASHED_NGRAMS_VERSION})`.execute(db);
  for (let start = 0; start < rows.length; start += EMBED_CHUNK) {
    const ids = rows.slice(start, start + EMBED_CHUNK).map((row) => row.id);
    const pairs = await db.selectFrom('pair').select(['id', 'prompt', 'messages', 'response_a', 'response_b']).where('id', 'in', ids).execute();
    const vectors = [];
    for (const pair of pairs) {
      const vector = embedPair({ prompt: promptText(pair), responseA: pair.response_a, responseB: pair.response_b });
      vectors.push({ pair_id: pair.id, embedder: HASHED_NGRAMS_VERSION, vector: vectorToBytes(vector) });
      // The worker's other jobs run between two pairs.
      await setImmediate();
    }
    await db.insertInto('pair_embedding').values(vectors).onConflict((conflict) => conflict.doNothing()).execute();
    onProgress(start + ids.length, rows.length);
  }
}

/**
 * The pairs' vectors as rows, in the order of the ids.
 *
 * @throws PairloopError naming the pair whose vector is missing or has another length than the first.
 */
export async function readEmbeddings(db: Db, pairIds: readonly string[], embedder: string): Promise<Matrix> {
  let matrix: Matrix | undefined;
  for (let start = 0; start < pairIds.length; start += READ_CHUNK) {
    const ids = pairIds.slice(start, start + READ_CHUNK);
    const { rows } = await sql<{ pair_id: string; vector: Buffer }>`select pair_id, vector from pair_embedding
      where embedder = ${embedder} and pair_id = any(${ids})`.execute(db);
    const vectors = new Map(rows.map((row) => [row.pair_id, row.vector]));
    for (const [place, id] of ids.entries()) {
      const bytes = vectors.get(id);
      if (bytes === undefined) throw new PairloopError(`The pair ${JSON.stringify(id)} has no embedding of ${embedder}; run the round again.`);
      const vector = vectorFromBytes(bytes);
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
