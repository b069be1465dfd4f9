import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { sql, type Insertable } from 'kysely';
import type { Db, Tx } from '../../core/database/connect.js';
import { record } from '../../core/database/ledger-record.js';
import { saltedHashes } from '../../core/database/salted-hash.js';
import type { PairTable } from '../../core/database/tables.js';
import type { Consent, Generation, IncomingPair } from '../../core/domain/pair.js';
import { PairloopError } from '../../core/errors.js';
import { GIVEN_EMBEDDER, vectorToBytes } from '../embedding/vector-bytes.js';
import { swapsSides } from './canonical-sides.js';
import { contentSha256, redactPair, stableJson, type Redact } from './incoming-content.js';

/** Rows per statement: 24 columns each, far below PostgreSQL's 65,535 parameters. */
const CHUNK = 500;
const IDS_SHOWN_MAX = 10;

export interface ImportOptions {
  readonly fileName: string;
  readonly contentSha256: string;
  /** Gold pairs are pairs too, but never part of the pool that selection ranks. */
  readonly purpose: 'pool' | 'gold';
  readonly redact: Redact;
  readonly redactionVersion: string;
  /** The shared secret `canonical_sides`. */
  readonly canonicalSidesSecret: string;
  /** Holds for every pair that brings none of its own. */
  readonly consent?: Consent | undefined;
  readonly now: () => Date;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface ImportResult {
  readonly imported: number;
  /** Already there with the same content. */
  readonly skipped: number;
  /** Of the skipped, those without consent until now. */
  readonly consentAdded: number;
  /** Of the imported and skipped, those that still have no consent: kept, but never released. */
  readonly withoutConsent: number;
  /** How many of each kind of personal data or secret were replaced in the imported pairs. */
  readonly redactions: Record<string, number>;
}

/**
 * Puts pairs into the pool, redacted and in canonical sides, all or nothing in one transaction. A pair
 * that is already there with the same content is skipped, but takes the consent it lacked. Imports run
 * one after another, so two at once cannot store a pair twice.
 *
 * @throws PairloopError naming the ids that are there already with another content, consent or purpose,
 * and when given embeddings have another length than those in the pool; nothing is stored then.
 */
export async function importPairs(db: Db, incoming: readonly IncomingPair[], options: ImportOptions): Promise<ImportResult> {
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('pairloop.pair_import'))`.execute(tx);
    const known = await readKnown(tx, incoming.map((pair) => pair.id));
    const { fresh, granted, withoutConsent } = sortOut(incoming, known, options);
    await assertEmbeddingLength(tx, fresh);
    for (const [id, consent] of granted) {
      await tx.updateTable('pair').set({ consent: JSON.stringify(consent) }).where('id', '=', id).execute();
    }
    await record(tx, 'pair.consented', [...granted].map(([pair, { basis }]) => ({ pair, basis })));
    return {
      imported: fresh.length,
      skipped: incoming.length - fresh.length,
      consentAdded: granted.size,
      withoutConsent,
      redactions: await storePairs(tx, fresh, options),
    };
  });
}

interface Known {
  readonly id: string;
  readonly purpose: 'pool' | 'gold';
  readonly content_sha256: string;
  readonly consent: Consent | null;
}

async function readKnown(tx: Tx, ids: readonly string[]): Promise<Map<string, Known>> {
  const { rows } = await sql<Known>`select id, purpose, content_sha256, consent from pair where id = any(${ids})`.execute(tx);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Tells new pairs from those already there, and refuses what contradicts them. */
function sortOut(incoming: readonly IncomingPair[], known: ReadonlyMap<string, Known>, options: ImportOptions) {
  const fresh: IncomingPair[] = [];
  const granted = new Map<string, Consent>();
  const changed: string[] = [];
  let withoutConsent = 0;
  for (const pair of incoming) {
    const stored = known.get(pair.id);
    const consent = pair.consent ?? options.consent;
    if (stored === undefined) fresh.push({ ...pair, consent });
    else if (contradicts(stored, pair, options.purpose)) changed.push(pair.id);
    else if (stored.consent === null && consent !== undefined) granted.set(pair.id, consent);
    if (consent === undefined && (stored?.consent ?? null) === null) withoutConsent += 1;
  }
  if (changed.length > 0) {
    const shown = changed.slice(0, IDS_SHOWN_MAX).map((id) => JSON.stringify(id)).join(', ');
    const more = changed.length > IDS_SHOWN_MAX ? ` and ${changed.length - IDS_SHOWN_MAX} more` : '';
    throw new PairloopError(
      `${options.fileName}: ${changed.length === 1 ? 'the id' : 'the ids'} ${shown}${more} already stand${changed.length === 1 ? 's' : ''} for a pair with other content, consent or purpose; give a changed pair a new id. Nothing was imported.`,
    );
  }
  return { fresh, granted, withoutConsent };
}

function contradicts(stored: Known, pair: IncomingPair, purpose: 'pool' | 'gold'): boolean {
  if (stored.purpose !== purpose || stored.content_sha256 !== contentSha256(pair)) return true;
  return pair.consent !== undefined && stored.consent !== null && stableJson(pair.consent) !== stableJson(stored.consent);
}

async function assertEmbeddingLength(tx: Tx, pairs: readonly IncomingPair[]): Promise<void> {
  const first = pairs.find((pair) => pair.embedding !== undefined);
  if (first?.embedding === undefined) return;
  const stored = await tx
    .selectFrom('pair_embedding')
    .select(sql<number>`length(vector) / 4`.as('length'))
    .where('embedder', '=', GIVEN_EMBEDDER)
    .limit(1)
    .executeTakeFirst();
  if (stored !== undefined && stored.length !== first.embedding.length) {
    throw new PairloopError(
      `The embedding of ${JSON.stringify(first.id)} has ${first.embedding.length} numbers, those in the pool have ${stored.length}; give embeddings of one model only. Nothing was imported.`,
    );
  }
}

async function storePairs(tx: Tx, pairs: readonly IncomingPair[], options: ImportOptions): Promise<Record<string, number>> {
  if (pairs.length === 0) return {};
  const at = options.now();
  const { id: importId } = await tx
    .insertInto('pair_import')
    .values({ file_name: options.fileName, content_sha256: options.contentSha256, pair_count: pairs.length, imported_at: at })
    .returning('id')
    .executeTakeFirstOrThrow();
  const redactions: Record<string, number> = {};
  for (let start = 0; start < pairs.length; start += CHUNK) {
    const chunk = pairs.slice(start, start + CHUNK);
    const rows = [];
    for (const pair of chunk) {
      rows.push(toRow(pair, importId, at, options));
      // Redacting takes a moment a pair; other requests are answered in between.
      await setImmediate();
    }
    await tx.insertInto('pair').values(rows.map(({ row }) => row)).execute();
    await recordPairs(tx, rows.map(({ row }) => row), chunk);
    const vectors = chunk.flatMap(({ id, embedding }) => (embedding === undefined ? [] : [{ pair_id: id, embedder: GIVEN_EMBEDDER, vector: vectorToBytes(embedding) }]));
    if (vectors.length > 0) await tx.insertInto('pair_embedding').values(vectors).execute();
    options.onProgress?.(start + chunk.length, pairs.length);
    for (const [kind, count] of rows.flatMap(({ counts }) => Object.entries(counts))) redactions[kind] = (redactions[kind] ?? 0) + count;
  }
  return redactions;
}

async function recordPairs(tx: Tx, rows: readonly Insertable<PairTable>[], incoming: readonly IncomingPair[]): Promise<void> {
  const contents = await saltedHashes(tx, rows.map((row) => ({ pairId: row.id, text: row.content_sha256 })));
  const facts = rows.map((row, index) => ({
    pair: row.id,
    import: row.import_id,
    purpose: row.purpose,
    content: contents[index]!,
    redaction: row.redaction_version ?? null,
    basis: incoming[index]?.consent?.basis ?? null,
  }));
  await record(tx, 'pair.imported', facts);
}

function toRow(incoming: IncomingPair, importId: number, at: Date, options: ImportOptions): { row: Insertable<PairTable>; counts: Record<string, number> } {
  const { pair, counts } = redactPair(incoming, options.redact);
  const sidesSwapped = swapsSides(options.canonicalSidesSecret, pair.id);
  const a = { response: pair.response_a, checks: pair.checks_a, generation: generationOf(pair.model_a, pair.generation_a) };
  const b = { response: pair.response_b, checks: pair.checks_b, generation: generationOf(pair.model_b, pair.generation_b) };
  const [first, second] = sidesSwapped ? [b, a] : [a, b];
  const row = {
    id: pair.id,
    opaque_id: randomUUID(),
    import_id: importId,
    purpose: options.purpose,
    domain: pair.domain,
    prompt: pair.prompt ?? null,
    messages: jsonOrNull(pair.messages),
    response_a: first.response,
    response_b: second.response,
    sides_swapped: sidesSwapped,
    checks_a: jsonOrNull(first.checks),
    checks_b: jsonOrNull(second.checks),
    generation_a: jsonOrNull(first.generation),
    generation_b: jsonOrNull(second.generation),
    difficulty: pair.difficulty ?? null,
    safety_flags: JSON.stringify(pair.safety_flags),
    consent: jsonOrNull(pair.consent),
    redaction_version: options.redactionVersion,
    redaction_counts: JSON.stringify(counts),
    source: pair.source ?? null,
    uncertainty: pair.uncertainty ?? null,
    priority: pair.priority ?? null,
    content_sha256: contentSha256(incoming),
    created_at: at,
  };
  return { row, counts };
}

/** One record of how a response came about; `model_a` and `generation_a.model` say the same thing, the latter prevails. */
function generationOf(model: string | undefined, generation: Generation | undefined): Generation | undefined {
  return model === undefined ? generation : { model, ...generation };
}

function jsonOrNull(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
