import { z } from 'zod';
import { roundOptionsFields } from './round-options.js';
import type { StoredRound } from './stored-round.js';

/** A round as commands print it and the HTTP API answers it. Times are ISO 8601 in UTC. */
export const roundJsonSchema = z.object({
  id: z.int(),
  project: z.int().nullable().describe("The project's number in Label Studio; null when the project is gone."),
  batch: z.int().nullable().describe('The batch whose open items were ranked again; null where the pool was ranked.'),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  options: roundOptionsFields.describe('As asked for, defaults filled in.'),
  progress: z.object({ step: z.enum(['embedding', 'picking']), done: z.int(), total: z.int() }).nullable(),
  picked: z.int(),
  pool: z.int().nullable().describe('How many pairs there were to pick from; null before that is decided.'),
  embedder: z.string().nullable(),
  head: z.string().nullable().describe('The reward head that gave the uncertainties, or "none".'),
  uncertainty: z.string().nullable().describe('Where the uncertainties come from.'),
  code_version: z.string().nullable(),
  inputs_sha256: z.string().nullable().describe('Of all that decides the picks: equal inputs have equal hashes.'),
  failure: z.string().nullable(),
  elapsed_ms: z.number().nullable(),
  created_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
});

export function roundJson(round: StoredRound): z.infer<typeof roundJsonSchema> {
  return {
    id: round.id,
    project: round.labelStudioProjectId,
    batch: round.batchId,
    state: round.state,
    options: round.options,
    progress: round.progress,
    picked: round.picked,
    pool: round.poolSize,
    embedder: round.embedder,
    head: round.head,
    uncertainty: round.uncertaintySource,
    code_version: round.codeVersion,
    inputs_sha256: round.inputsSha256,
    failure: round.failure,
    elapsed_ms: round.elapsedMs,
    created_at: round.createdAt.toISOString(),
    finished_at: round.finishedAt?.toISOString() ?? null,
  };
}
