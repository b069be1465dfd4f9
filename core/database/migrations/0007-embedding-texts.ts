import { sql, type Kysely } from 'kysely';

/**
 * A pair's embedding holds the vectors of its three texts, and of which texts: a changed text is embedded again. Vectors of the
 * featuriser before this one are dropped; no round will ask for them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`delete from pair_embedding where embedder = 'hashed-ngrams-1'`.execute(db);
  await sql`alter table pair_embedding
    -- SHA-256 of what was embedded; null for vectors given in the data.
    add column texts_sha256 bytea,
    -- Vectors cannot be compressed, so trying is a waste. Given in the data: the pair's own vector; else those of prompt, response_a and response_b in a row.
    alter column vector set storage external`.execute(db);
}
