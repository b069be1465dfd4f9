import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { connect } from '../../core/database/connect.js';
import { packagePath } from '../../core/package-root.js';

/** Verdicts of three raters on 20 pairs, from unanimous to all different, one vote missing, and one empty answer. */
const VERDICTS = ['a a a', 'b b b', 'tie tie tie', 'both_bad both_bad both_bad', 'a a b', 'b tie b', 'a b tie', 'tie a a', 'b b a', 'both_bad a both_bad', 'a a a', 'b b b', 'a tie tie', 'b a a', 'a a a', 'b b tie', 'tie b a', 'a a a', 'b b b', 'a a -'];
const reportSchema = z.object({
  equal: z.boolean(),
  submitted: z.number(),
  votes: z.object({ file: z.number(), database: z.number(), lost: z.array(z.unknown()), doubled: z.array(z.unknown()), wrong: z.array(z.unknown()) }),
  agreement: z.object({ equal: z.boolean() }),
  accepted: z.object({ file: z.record(z.string(), z.number()), database: z.record(z.string(), z.number()) }),
});

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
  path = join(folder, 'votes.jsonl');
  const lines = VERDICTS.map((verdicts, i) => {
    const [r1, r2, r3] = verdicts.split(' ').map((verdict) => (verdict === '-' ? null : verdict));
    const response = i === 3 ? '' : `Answer two to question ${i}.`;
    return { id: `replay-test-${i}`, prompt: `Question ${i}?`, response_a: `Answer one to question ${i}.`, response_b: response, votes: { r1, r2, r3 } };
  });
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function replay(): Promise<z.infer<typeof reportSchema>> {
  const command = [packagePath('dist', 'cli', 'main.js'), 'replay', path, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, command, { env: { ...process.env, PAIRLOOP_DATA: inject('stack').dataDir } });
  return reportSchema.parse(JSON.parse(stdout));
}

test('20 × 3 votes through the running system come out as the file says; a second run casts nothing again', async () => {
  const first = await replay();
  expect(first).toMatchObject({
    equal: true,
    submitted: 60,
    votes: { file: 59, database: 59, lost: [], doubled: [], wrong: [] },
    agreement: { equal: true },
    accepted: { file: { a: 7, b: 6, tie: 2, both_bad: 2 } },
  });
  expect(first.accepted.database).toEqual(first.accepted.file);
  expect(await replay()).toMatchObject({ equal: true, submitted: 0, votes: { database: 59 } });
  const db = connect(inject('stack').databaseUrl, 1);
  const orders = await db.selectFrom('vote').select(['displayed_order']).distinct().where('view_version', '=', 'replay').where('state', '=', 'cast').execute();
  await db.destroy();
  expect(orders.map((row) => row.displayed_order).sort()).toEqual(['ab', 'ba']);
});
