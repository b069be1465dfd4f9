import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db, Tx } from '../../core/database/connect.js';
import { PairloopError } from '../../core/errors.js';
import { stableJson } from '../pool/incoming-content.js';
import type { PoolPair } from './pool.js';
import type { StoredRound } from './stored-round.js';

/** Rows per statement. */
const CHUNK = 10_000;

/** A row that a round looks at, before its vector's hash is known. */
export interface Candidate extends PoolPair {
  /** Labelled or being labelled: never picked, but distances count from it. */
  readonly isCenter: boolean;
}

/** One row that a round looked at. */
export interface InputRow {
  readonly pairId: string;
  readonly domain: string;
  readonly isCenter: boolean;
  readonly uncertainty: number | null;
  readonly priority: number | null;
  /** Of the vector's bytes as stored. */
  readonly vectorSha256: Buffer;
  /** The lowest place of a row with the same prompt; null where the strategy does not ask. */
  readonly prompt: number | null;
}

/**
 * Stores what a round looks at, in the order given, with the SHA-256 of each vector as it is now.
 *
 * @throws PairloopError naming a pair that the embedder has no vector of.
 */
export async function storeInputs(tx: Tx, roundId: number, embedder: string, candidates: readonly Candidate[]): Promise<void> {
  await tx.deleteFrom('selection_input').where('round_id', '=', roundId).execute();
  for (let start = 0; start < candidates.length; start += CHUNK) {
    const chunk = candidates.slice(start, start + CHUNK);
    const stored = await sql`insert into selection_input (round_id, place, pair_id, domain, is_center, uncertainty, priority, vector_sha256)
      select ${roundId}, ${start}::int + row.at - 1, row.id, row.domain, row.is_center, row.uncertainty, row.priority, sha256(embedding.vector)
      from unnest(${chunk.map(({ id }) => id)}::text[], ${chunk.map(({ domain }) => domain)}::text[], ${chunk.map(({ isCenter }) => isCenter)}::boolean[],
        ${chunk.map(({ uncertainty }) => uncertainty)}::float8[], ${chunk.map(({ priority }) => priority)}::float8[])
        with ordinality as row (id, domain, is_center, uncertainty, priority, at)
      join pair_embedding as embedding on embedding.pair_id = row.id and embedding.embedder = ${embedder}`.execute(tx);
    if (stored.numAffectedRows !== BigInt(chunk.length)) throw await missingVector(tx, roundId, embedder, chunk);
  }
}

/** Notes for each stored row of a round which rows have its prompt. */
export async function storePrompts(tx: Tx, roundId: number): Promise<void> {
  await sql`update selection_input set prompt = numbered.prompt
    from (select input.place, min(input.place) over (partition by md5(jsonb_build_array(pair.prompt, pair.messages)::text)) as prompt
      from selection_input as input join pair on pair.id = input.pair_id where input.round_id = ${roundId}) as numbered
    where selection_input.round_id = ${roundId} and selection_input.place = numbered.place`.execute(tx);
}

async function missingVector(tx: Tx, roundId: number, embedder: string, chunk: readonly Candidate[]): Promise<PairloopError> {
  const rows = await tx.selectFrom('selection_input').select('pair_id').where('round_id', '=', roundId).execute();
  const there = new Set(rows.map((row) => row.pair_id));
  const missing = chunk.find(({ id }) => !there.has(id));
  return new PairloopError(`The pair ${JSON.stringify(missing?.id)} has no embedding of ${embedder}; run the round again.`);
}

/** What a round looked at, in its order. */
export async function readInputs(db: Db, roundId: number): Promise<InputRow[]> {
  const rows = await db.selectFrom('selection_input').selectAll().where('round_id', '=', roundId).orderBy('place').execute();
  return rows.map((row) => ({ pairId: row.pair_id, domain: row.domain, isCenter: row.is_center, uncertainty: row.uncertainty, priority: row.priority, vectorSha256: row.vector_sha256, prompt: row.prompt }));
}

/** What decides the picks beside the rows. */
type Settings = Pick<StoredRound, 'projectId' | 'asked' | 'embedder' | 'head'>;

/** SHA-256 (hex) of all that decides the picks: equal inputs have equal hashes. */
export function hashInputs({ projectId, asked, embedder, head }: Settings, rows: readonly InputRow[]): string {
  const hash = createHash('sha256').update(stableJson({ projectId, asked, embedder, head }));
  for (const row of rows) {
    hash.update(JSON.stringify([row.pairId, row.domain, row.isCenter, row.uncertainty, row.priority, ...(row.prompt === null ? [] : [row.prompt])]));
    hash.update(row.vectorSha256);
  }
  return hash.digest('hex');
}
