import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { incomingPairSchema } from '../../core/domain/pair.js';
import { SyntaxSource } from '../../ml-backend/embedding/code/syntax-source.js';
import type { EmbeddingSource } from '../../ml-backend/embedding/embedding-source.js';
import { pairVector } from '../../ml-backend/embedding/pair-vector.js';
import { importPairs } from '../../ml-backend/pool/import.js';
import { embedMissing, readEmbeddings } from '../../ml-backend/rounds/pool-embeddings.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => sql`truncate pair_import, pair, pair_embedding restart identity cascade`.execute(database.db));

const idsOf = (count: number): string[] => Array.from({ length: count }, (_, at) => `p${String(at).padStart(3, '0')}`);

async function addPairs(ids: readonly string[]): Promise<void> {
  const pairs = ids.map((id) => incomingPairSchema.parse({ id, prompt: 'the one prompt', response_a: `first ${id}`, response_b: `second ${id}`, consent: { basis: 'synthetic' } }));
  await importPairs(database.db, pairs, { fileName: 'x', contentSha256: 'x', purpose: 'pool', redact: (text) => ({ text, counts: {} }), redactionVersion: 'r1', canonicalSidesSecret: 's', now: () => new Date(0) });
}

/** Three numbers from a text's length and ends; notes what it was asked, and fails on a text that holds `failOn`. */
function source({ version = 'v1', failOn }: { version?: string; failOn?: string } = {}): EmbeddingSource & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    name: 'test',
    version,
    dimension: 3,
    asked,
    embed(texts) {
      asked.push(...texts);
      if (failOn !== undefined && texts.some((text) => text.includes(failOn))) return Promise.reject(new Error('killed'));
      return Promise.resolve(texts.map(vectorOf));
    },
  };
}
const vectorOf = (text: string): Float32Array => Float32Array.of(text.length, text.charCodeAt(0), text.charCodeAt(text.length - 1));
const quiet = (): void => undefined;
const stored = () => database.db.selectFrom('pair_embedding').select(['pair_id', 'embedder']).orderBy('pair_id').execute();

test('the vectors read are those of the pairs, in the order asked for; nothing is embedded twice', async () => {
  const ids = idsOf(250);
  await addPairs(ids);
  const first = source();
  const progress: number[][] = [];
  await embedMissing(database.db, ids, first, (...step) => progress.push(step));
  expect(progress).toEqual([[100, 250], [200, 250], [250, 250]]);
  // Once for each chunk, not once for each pair.
  expect(first.asked.filter((text) => text === 'the one prompt')).toHaveLength(3);
  const { data, rows, columns } = await readEmbeddings(database.db, ['p007', 'p003'], 'test-v1');
  expect([rows, columns]).toEqual([2, 3]);
  const expected = ['p007', 'p003'].flatMap((id) => [...pairVector({ prompt: vectorOf('the one prompt'), responseA: vectorOf(`first ${id}`), responseB: vectorOf(`second ${id}`) })]);
  expect([...data]).toEqual(expected);

  const again = source();
  await addPairs(['q1']);
  await embedMissing(database.db, [...ids, 'q1'], again, quiet);
  expect(again.asked.sort()).toEqual(['first q1', 'second q1', 'the one prompt']);
});

test('killed in the middle, it goes on after the last chunk that was stored', async () => {
  const ids = idsOf(250);
  await addPairs(ids);
  await expect(embedMissing(database.db, ids, source({ failOn: 'first p150' }), quiet)).rejects.toThrow('killed');
  expect(await stored()).toHaveLength(100);
  const rest = source();
  await embedMissing(database.db, ids, rest, quiet);
  expect(rest.asked.filter((text) => text.startsWith('first'))).toHaveLength(150);
  expect(await stored()).toHaveLength(250);
});

test('a changed text is embedded again, the other pairs are not', async () => {
  await addPairs(['p1', 'p2']);
  await embedMissing(database.db, ['p1', 'p2'], source(), quiet);
  await database.db.updateTable('pair').set({ response_b: 'redacted anew' }).where('id', '=', 'p1').execute();
  const again = source();
  await embedMissing(database.db, ['p1', 'p2'], again, quiet);
  expect(again.asked).toContain('redacted anew');
  expect(again.asked).toHaveLength(3);
  expect(await stored()).toHaveLength(2);
});

test('of a code pair the prompt is embedded, and its responses by their syntax, or their first tokens', async () => {
  await addPairs(['p1', 'p2']);
  const code = { domain: 'code', response_a: 'def f(x):\n    return x + 1', response_b: `Prose of ${'many good words, '.repeat(200)}` };
  await database.db.updateTable('pair').set(code).where('id', '=', 'p2').execute();
  const first = source();
  await embedMissing(database.db, ['p1', 'p2'], first, quiet);
  const begun = `Prose of ${'many good words, '.repeat(127)}many good`;
  const asCode = SyntaxSource.version() === undefined ? [code.response_a] : [];
  expect(first.asked.sort()).toEqual([begun, ...asCode, 'first p1', 'second p1', 'the one prompt'].sort());
  const again = source();
  await database.db.updateTable('pair').set({ domain: 'general' }).where('id', '=', 'p2').execute();
  await embedMissing(database.db, ['p1', 'p2'], again, quiet);
  expect(again.asked.sort()).toEqual([code.response_b, code.response_a, 'the one prompt'].sort());
});

test('another version embeds all of them, and is kept apart', async () => {
  await addPairs(['p1', 'p2']);
  await embedMissing(database.db, ['p1', 'p2'], source(), quiet);
  const second = source({ version: 'v2' });
  await embedMissing(database.db, ['p1', 'p2'], second, quiet);
  expect(second.asked).toHaveLength(5);
  expect(await stored()).toEqual(['p1', 'p1', 'p2', 'p2'].map((pair_id, at) => ({ pair_id, embedder: at % 2 === 0 ? 'test-v1' : 'test-v2' })));
});

test('a bad vector is refused with pair and text, and nothing of its chunk is stored', async () => {
  await addPairs(['p1', 'p2']);
  const bad: EmbeddingSource = { ...source(), embed: (texts) => Promise.resolve(texts.map((text) => (text === 'second p2' || text === 'first p2' ? Float32Array.of(1, NaN, 2) : vectorOf(text)))) };
  await expect(embedMissing(database.db, ['p1', 'p2'], bad, quiet)).rejects.toThrow(/test-v1 gave NaN as number 1 of the vector for response_[ab] of the pair "p2"; nothing of its answer was stored\./);
  expect(await stored()).toEqual([]);
});
