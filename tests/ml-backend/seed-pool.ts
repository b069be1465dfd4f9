import { sql } from 'kysely';
import { incomingPairSchema, type IncomingPair } from '../../core/domain/pair.js';
import { importPairs } from '../../ml-backend/pool/import.js';
import type { Db } from '../../core/database/connect.js';

const AT = new Date('2026-03-01T10:00:00Z');

/** Takes every pair, round and batch away and makes one project; its id. */
export async function emptyPool(db: Db): Promise<number> {
  await sql`truncate project, batch, batch_item, pair_import, pair, pair_embedding, selection_round, selection_input, selection_pick restart identity cascade`.execute(db);
  return seedBareProject(db, 7);
}

export async function seedBareProject(db: Db, labelStudioId: number): Promise<number> {
  const values = { label_studio_id: labelStudioId, title: `Project ${labelStudioId}`, rubric: 'support', guideline_version: '1', guideline_sha256: 'x', label_config_hash: 'y' };
  return (await db.insertInto('project').values(values).returning('id').executeTakeFirstOrThrow()).id;
}

/** Imports pairs about nothing, with consent unless they say otherwise. */
export async function addPairs(db: Db, purpose: 'pool' | 'gold', pairs: readonly (Partial<IncomingPair> & { id: string })[]): Promise<void> {
  const incoming = pairs.map((pair) =>
    incomingPairSchema.parse({ prompt: `about ${pair.id}`, response_a: `first ${pair.id}`, response_b: `second ${pair.id}`, consent: { basis: 'synthetic' }, ...pair }),
  );
  await importPairs(db, incoming, {
    fileName: 'x.jsonl',
    contentSha256: 'x',
    purpose,
    redact: (text) => ({ text, counts: {} }),
    redactionVersion: 'r1',
    canonicalSidesSecret: 's',
    now: () => AT,
  });
}

/** Puts pairs into a batch of the project. */
export async function addBatch(db: Db, projectId: number, pairIds: readonly string[]): Promise<number> {
  const { id } = await db.insertInto('batch').values({ project_id: projectId }).returning('id').executeTakeFirstOrThrow();
  await db.insertInto('batch_item').values(pairIds.map((pair_id, position) => ({ batch_id: id, pair_id, kind: 'pair' as const, position }))).execute();
  return id;
}
