import { sql, type Kysely } from 'kysely';

/** Which rows of a selection round have one prompt, for strategies that balance prompts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // The lowest place of a row with the same prompt; null in rounds whose strategy does not ask.
  await sql`alter table selection_input add column prompt integer`.execute(db);
}
