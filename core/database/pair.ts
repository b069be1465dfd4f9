import type { Selectable } from 'kysely';
import type { Pair } from '../domain/pair.js';
import type { PairTable } from './tables.js';

/** The pair a row of the table `pair` holds. */
export function toPair(row: Selectable<PairTable>): Pair {
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
