import { sql, type Kysely } from 'kysely';

/**
 * What the votes behind an accepted pair said beside its verdict. Pairs accepted before get what their
 * votes say: nothing, for nothing was asked.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table accepted_pair
    -- How many of the votes for the accepted verdict said how clear it is: {"much": 1, "slightly": 2}.
    add column strengths jsonb not null default '{}',
    -- Names of the flags that any counted vote set, by canonical side.
    add column flags jsonb not null default '{"a": [], "b": []}'`.execute(db);
}
