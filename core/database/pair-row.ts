import type { Selectable } from 'kysely';
import type { Pair } from '../domain/pair.js';
import type { Db } from './connect.js';
import type { PairTable } from './tables.js';

/** A row of table `pair` as the domain's Pair, in canonical sides. */
export function pairFromRow(row: Selectable<PairTable>): Pair {
  return {
    id: row.id,
    opaqueId: row.opaque_id,
    domain: row.domain,
    prompt: row.prompt,
    messages: row.messages,
    responseA: row.response_a,
    responseB: row.response_b,
    checksA: row.checks_a,
    checksB: row.checks_b,
    generationA: row.generation_a,
    generationB: row.generation_b,
    difficulty: row.difficulty,
    safetyFlags: row.safety_flags,
    consent: row.consent,
    redactionVersion: row.redaction_version,
    sidesSwapped: row.sides_swapped,
  };
}

/** The pair with the team's id, or undefined when there is none. */
export async function readPair(db: Db, id: string): Promise<Pair | undefined> {
  const row = await db.selectFrom('pair').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : pairFromRow(row);
}
