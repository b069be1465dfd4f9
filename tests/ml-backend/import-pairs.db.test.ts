import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sql } from 'kysely';
import { incomingPairSchema, type IncomingPair } from '../../core/domain/pair.js';
import { swapsSides } from '../../ml-backend/pool/canonical-sides.js';
import { importPairs, type ImportOptions } from '../../ml-backend/pool/import.js';
import { readPair } from '../support/read-pair.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const SECRET = 'c'.repeat(64);
const NOW = new Date('2026-03-01T10:00:00Z');
const options: ImportOptions = {
  fileName: 'pairs.jsonl',
  contentSha256: 'f'.repeat(64),
  purpose: 'pool',
  redact: (text) => {
    const found = text.split('jo@example.com').length - 1;
    return { text: text.replaceAll('jo@example.com', '[EMAIL_1]'), counts: found === 0 ? {} : { email: found } };
  },
  redactionVersion: 'test-1',
  canonicalSidesSecret: SECRET,
  now: () => NOW,
};

function pair(id: string, more: Partial<IncomingPair> = {}): IncomingPair {
  return incomingPairSchema.parse({ id, prompt: `prompt ${id}`, response_a: `first ${id}`, response_b: `second ${id}`, ...more });
}

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await sql`truncate pair_import, pair, pair_embedding cascade`.execute(database.db);
});

async function counts(): Promise<Record<string, number>> {
  const { rows } = await sql<Record<string, number>>`select (select count(*) from pair) as pairs,
    (select count(*) from pair_import) as imports, (select count(*) from pair_embedding) as embeddings`.execute(database.db);
  return rows[0]!;
}

describe('importPairs', () => {
  test('stores redacted text in canonical sides; checks and generation change places with the response', async () => {
    const ids = Array.from({ length: 8 }, (_, index) => `pair-${index}`);
    const incoming = ids.map((id) =>
      pair(id, {
        prompt: 'mail jo@example.com',
        messages: [{ role: 'user', content: 'jo@example.com or jo@example.com' }],
        response_a: 'A to jo@example.com',
        checks_a: { execution: { status: 'failed', output: 'jo@example.com' }, findings: [] },
        checks_b: { findings: [{ tool: 'x', severity: 'error', kind: 'security', message: 'leaks jo@example.com' }] },
        model_a: 'm-a',
        generation_b: { model: 'm-b', temperature: 0.5 },
        consent: { basis: 'contract' },
        embedding: [0.5, -2],
      }),
    );
    const result = await importPairs(database.db, incoming, options);
    expect(result).toEqual({ imported: 8, skipped: 0, consentAdded: 0, withoutConsent: 0, redactions: { email: 48 } });
    expect(new Set(ids.map((id) => swapsSides(SECRET, id)))).toEqual(new Set([true, false]));
    for (const id of ids) {
      const stored = (await readPair(database.db, id))!;
      const swapped = swapsSides(SECRET, id);
      const a = { response: 'A to [EMAIL_1]', checks: { execution: { status: 'failed', output: '[EMAIL_1]' }, findings: [] }, generation: { model: 'm-a' } };
      const b = {
        response: `second ${id}`,
        checks: { findings: [{ tool: 'x', severity: 'error', kind: 'security', message: 'leaks [EMAIL_1]' }] },
        generation: { model: 'm-b', temperature: 0.5 },
      };
      const [first, second] = swapped ? [b, a] : [a, b];
      expect(stored).toEqual({
        id,
        opaqueId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        domain: 'general',
        prompt: 'mail [EMAIL_1]',
        messages: [{ role: 'user', content: '[EMAIL_1] or [EMAIL_1]' }],
        responseA: first.response,
        responseB: second.response,
        checksA: first.checks,
        checksB: second.checks,
        generationA: first.generation,
        generationB: second.generation,
        difficulty: null,
        safetyFlags: [],
        consent: { basis: 'contract' },
        redactionVersion: 'test-1',
        sidesSwapped: swapped,
      });
    }
    const { vector } = await database.db.selectFrom('pair_embedding').selectAll().where('pair_id', '=', 'pair-0').executeTakeFirstOrThrow();
    expect([...vector]).toEqual([0, 0, 0, 0x3f, 0, 0, 0, 0xc0]);
    expect(await readPair(database.db, 'absent')).toBeUndefined();
  });

  test('a pair imported again is skipped, and may bring the consent it lacked', async () => {
    const first = await importPairs(database.db, [pair('p1'), pair('p2', { consent: { basis: 'public' } })], options);
    expect(first).toMatchObject({ imported: 2, skipped: 0, withoutConsent: 1 });
    const opaque = (await readPair(database.db, 'p1'))!.opaqueId;
    const again = await importPairs(database.db, [pair('p1'), pair('p2'), pair('p3')], { ...options, consent: { basis: 'synthetic', reference: 'R' } });
    expect(again).toEqual({ imported: 1, skipped: 2, consentAdded: 1, withoutConsent: 0, redactions: {} });
    expect(await readPair(database.db, 'p1')).toMatchObject({ opaqueId: opaque, consent: { basis: 'synthetic', reference: 'R' } });
    expect(await readPair(database.db, 'p2')).toMatchObject({ consent: { basis: 'public' } });
    expect(await counts()).toEqual({ pairs: 3, imports: 2, embeddings: 0 });
  });

  test('an id with other content, consent or purpose is refused by name and nothing is stored', async () => {
    await importPairs(database.db, [pair('p1'), pair('p2', { consent: { basis: 'public' } })], options);
    const before = await counts();
    await expect(importPairs(database.db, [pair('new'), pair('p1', { response_a: 'other' })], options)).rejects.toThrow(
      'pairs.jsonl: the id "p1" already stands for a pair with other content, consent or purpose; give a changed pair a new id. Nothing was imported.',
    );
    await expect(importPairs(database.db, [pair('p1'), pair('p2', { consent: { basis: 'contract' } })], options)).rejects.toThrow('"p2"');
    await expect(importPairs(database.db, [pair('p1'), pair('p2')], { ...options, purpose: 'gold' })).rejects.toThrow('the ids "p1", "p2" already stand for');
    expect(await counts()).toEqual(before);
  });

  test('embeddings of another length than those in the pool are refused', async () => {
    await importPairs(database.db, [pair('p1', { embedding: [1, 2, 3] })], options);
    await expect(importPairs(database.db, [pair('p2', { embedding: [1, 2] })], options)).rejects.toThrow('The embedding of "p2" has 2 numbers, those in the pool have 3');
    expect(await counts()).toEqual({ pairs: 1, imports: 1, embeddings: 1 });
  });

  test('two imports of the same pairs at once store each once', async () => {
    const incoming = Array.from({ length: 1_200 }, (_, index) => pair(`p${index}`));
    const results = await Promise.all([importPairs(database.db, incoming, options), importPairs(database.db, incoming, options)]);
    expect(results.map((one) => one.imported).sort()).toEqual([0, 1_200]);
    expect(await counts()).toEqual({ pairs: 1_200, imports: 1, embeddings: 0 });
  });
});
