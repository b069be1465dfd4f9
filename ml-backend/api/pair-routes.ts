import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Db, Tx } from '../../core/database/connect.js';
import { consentSchema, incomingPairSchema } from '../../core/domain/pair.js';
import { PairloopError } from '../../core/errors.js';
import { importPairs } from '../pool/import.js';
import { PairCollector } from '../pool/pair-collector.js';
import { ApiRefusal, numberText, route, type ApiDeps, type ApiFault } from './route.js';

/** Pairs in one request; what is larger is a file for `pairloop pairs import`. */
const PAIRS_MAX = 1_000;
const NUMBERS_MAX = 10_000;
const PAGE_MAX = 1_000;

const pairSchema = z.object({
  id: z.string(),
  domain: z.string(),
  releasable: z.boolean().describe('Has consent or another legal basis, and is redacted.'),
  uncertainty: z.number().nullable(),
  priority: z.number().nullable(),
});

/** Each pair is parsed by itself, so that every fault names its pair. */
const { $schema: _, ...pairInput } = z.toJSONSchema(incomingPairSchema, { io: 'input' });

const listPairs = route({
  id: 'listPairs',
  method: 'get',
  path: '/pairs',
  summary: 'The pairs imported for selection, in code unit order of their ids; no texts.',
  query: z.strictObject({
    after: z.string().optional().describe('Only ids after this one: the `next` of the page before.'),
    domain: z.string().optional(),
    limit: numberText(1, PAGE_MAX).default(100),
  }),
  success: { status: 200, description: 'A page of pairs.', schema: z.object({ pairs: z.array(pairSchema), next: z.string().nullable().describe('Null on the last page.') }) },
  async handle({ db }, { query: { after, domain, limit } }) {
    let page = db
      .selectFrom('pair')
      .select(['id', 'domain', 'uncertainty', 'priority', sql<boolean>`consent is not null and redaction_version is not null`.as('releasable')])
      .where('purpose', '=', 'pool')
      .orderBy(sql`id collate "C"`)
      .limit(limit + 1);
    if (domain !== undefined) page = page.where('domain', '=', domain);
    if (after !== undefined) page = page.where(sql<boolean>`id collate "C" > ${after}`);
    const rows = await page.execute();
    return { pairs: rows.slice(0, limit), next: rows.length > limit ? rows[limit - 1]!.id : null };
  },
});

const addPairs = route({
  id: 'importPairs',
  method: 'post',
  path: '/pairs',
  summary: 'Put pairs into the pool, redacted and with shuffled sides; all of them or none. The same pair again is skipped.',
  body: z.strictObject({
    pairs: z
      .array(z.unknown().meta(pairInput), 'must be a list of pairs')
      .min(1, 'must hold at least one pair')
      .max(PAIRS_MAX, `must hold at most ${PAIRS_MAX} pairs; send several requests`),
    consent: consentSchema.optional().describe('Holds for every pair that brings none of its own.'),
  }),
  success: {
    status: 200,
    description: 'What became of them.',
    schema: z.object({
      imported: z.int(),
      skipped: z.int().describe('There already, with the same content.'),
      consent_added: z.int().describe('Of the skipped, those without consent until now.'),
      without_consent: z.int().describe('Kept, but never shown to anybody.'),
      redactions: z.record(z.string(), z.int()),
      redaction_version: z.string(),
    }),
  },
  refusals: { 409: 'An id stands for another pair already, or embeddings have another length than those in the pool. Nothing was imported.' },
  handle: (deps, { body: { pairs, consent } }) => importAll(deps, pairs, consent),
});

async function importAll({ db, importing, now }: ApiDeps, given: readonly unknown[], consent: z.infer<typeof consentSchema> | undefined): Promise<object> {
  const collector = new PairCollector('The request');
  for (const [at, value] of given.entries()) collector.take({ where: `pairs[${at}]`, value });
  const faults = collector.faults.shown.map(({ where, field, value, problem }): ApiFault => ({ field: field === undefined ? where : `${where}.${field}`, ...(value === undefined ? {} : { value }), fix: problem }));
  if (faults.length > 0) throw new ApiRefusal(400, 'There are faults in the pairs; nothing was imported.', faults);
  const contentSha256 = createHash('sha256').update(JSON.stringify(given)).digest('hex');
  const result = await importPairs(db, collector.pairs, { ...importing, fileName: 'HTTP API', contentSha256, purpose: 'pool', consent, now }).catch((error: unknown) => {
    if (error instanceof PairloopError) throw new ApiRefusal(409, error.message);
    throw error;
  });
  return {
    imported: result.imported,
    skipped: result.skipped,
    consent_added: result.consentAdded,
    without_consent: result.withoutConsent,
    redactions: result.redactions,
    redaction_version: importing.redactionVersion,
  };
}

const finite = z.number('must be a number, or null to take it away').nullable();

const changeSchema = z
  .strictObject({ id: z.string('must be the id of a pair'), priority: finite.optional(), uncertainty: finite.optional() })
  .refine(({ priority, uncertainty }) => priority !== undefined || uncertainty !== undefined, 'must have a priority or an uncertainty');

const setNumbers = route({
  id: 'setNumbers',
  method: 'patch',
  path: '/pairs',
  summary: "Set the priority or uncertainty of pairs in the pool (higher is more urgent, less certain); null takes it away. All of them or none. Counts from the next round on.",
  body: z.strictObject({
    changes: z.array(changeSchema, 'must be a list of {id, priority, uncertainty}').min(1, 'must hold at least one change').max(NUMBERS_MAX, `must hold at most ${NUMBERS_MAX} changes; send several requests`),
  }),
  success: { status: 200, description: 'How many pairs were named.', schema: z.object({ changed: z.int() }) },
  refusals: { 404: 'A pair is not in the pool. Nothing was changed.' },
  async handle({ db }, { body: { changes } }) {
    await db.transaction().execute(async (tx) => {
      await assertInPool(tx, changes.map(({ id }) => id));
      await setColumn(tx, 'priority', changes);
      await setColumn(tx, 'uncertainty', changes);
    });
    return { changed: new Set(changes.map(({ id }) => id)).size };
  },
});

async function assertInPool(db: Db, ids: readonly string[]): Promise<void> {
  const { rows } = await sql<{ id: string }>`select id from pair where purpose = 'pool' and id = any(${ids})`.execute(db);
  const known = new Set(rows.map(({ id }) => id));
  const missing = ids.flatMap((id, at) => (known.has(id) ? [] : [{ field: `changes[${at}].id`, value: id, fix: 'is not in the pool; import the pair first' }]));
  if (missing.length > 0) throw new ApiRefusal(404, `${missing.length === 1 ? 'A pair is' : `${missing.length} pairs are`} not in the pool; nothing was changed.`, missing.slice(0, 10));
}

async function setColumn(tx: Tx, column: 'priority' | 'uncertainty', changes: readonly z.infer<typeof changeSchema>[]): Promise<void> {
  const given = new Map(changes.flatMap((change) => (change[column] === undefined ? [] : [[change.id, change[column]] as const])));
  await sql`update pair set ${sql.ref(column)} = change.value
    from unnest(${[...given.keys()]}::text[], ${[...given.values()]}::float8[]) as change (id, value)
    where pair.id = change.id`.execute(tx);
}

export const PAIR_ROUTES = [listPairs, addPairs, setNumbers];
