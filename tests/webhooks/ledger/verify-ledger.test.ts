import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { canonicalJson, type Json } from '../../../webhooks/datasets/ledger/canonical-json.js';
import { readCanonicalLine } from '../../../webhooks/datasets/ledger/canonical-line.js';
import { parseVerifierKey } from '../../../webhooks/datasets/ledger/signed-note.js';
import { LedgerVerifier } from '../../../webhooks/datasets/ledger/verify-ledger.js';
import { buildLedger, newKey, type Facts } from './built-ledger.js';
import { verify } from './mutations.js';
import { oracle } from './oracle.js';

const facts = (count: number): Facts[] => Array.from({ length: count }, (_, index) => ({ pair: `p${index}` }));
const key = newKey();
const { file, checkpoint } = buildLedger(facts(9), key);
const pins = { key: key.verifier, checkpoint };
const lines = file.slice(0, -1).split('\n');
const join = (changed: readonly string[]): string => `${changed.join('\n')}\n`;

describe('verifying a ledger', () => {
  test('takes one that another program wrote, and is told what it is held against', () => {
    const { file: written, key: text, note, root, size } = oracle.ledger;
    const pinned = parseVerifierKey(text, 'the oracle');
    expect(verify(written)).toEqual({ ok: true, entries: size, root, key: text, anchor: 'none', pinnedEntries: null });
    expect(verify(written, { key: pinned })).toMatchObject({ ok: true, anchor: 'key' });
    expect(verify(written, { key: pinned, checkpoint: note })).toMatchObject({ ok: true, anchor: 'checkpoint', pinnedEntries: size });
  });

  test('takes a ledger that grew since the checkpoint, and an empty one', () => {
    const [grown, empty] = [buildLedger(facts(30), key), buildLedger([], key)];
    expect(verify(grown.file, pins)).toMatchObject({ ok: true, entries: 30, pinnedEntries: 9 });
    expect(verify(empty.file, { key: key.verifier, checkpoint: empty.checkpoint })).toMatchObject({ ok: true, entries: 0 });
    expect(verify(grown.file, { key: key.verifier, checkpoint: empty.checkpoint })).toMatchObject({ ok: true, pinnedEntries: 0 });
  });

  test('does not depend on the pieces the file comes in', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), fc.boolean(), (sizes, isChanged) => {
        const bytes = Buffer.from(isChanged ? file.replace('"p4"', '"p5"') : file);
        const verifier = new LedgerVerifier(pins);
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = sizes[turn % sizes.length]!;
          verifier.feed(bytes.subarray(at, at + size));
          at += size;
        }
        expect(verifier.finish()).toEqual(verify(bytes, pins));
      }),
    );
  });

  test('names the first bad entry, with nothing pinned', () => {
    for (let entry = 0; entry < 9; entry += 1) {
      const line = entry + 1;
      const where = { ok: false, entry, line: line + 1 };
      expect(verify(file.replace(`"p${entry}"`, '"px"')), `changed ${entry}`).toMatchObject(where);
      expect(verify(join(lines.toSpliced(line, 1))), `deleted ${entry}`).toMatchObject(where);
      expect(verify(join(lines.toSpliced(line, 0, lines[(line % 9) + 1]!))), `inserted before ${entry}`).toMatchObject(where);
      expect(verify(join(lines.slice(0, line))), `cut off at ${entry}`).toMatchObject(where);
      expect(verify(join(lines.with(line, lines[line]!.replace(/"previous":"...../, '"previous":"fffff')))), `unchained ${entry}`).toMatchObject(where);
    }
    for (let entry = 0; entry < 8; entry += 1) {
      const swapped = lines.with(entry + 1, lines[entry + 2]!).with(entry + 2, lines[entry + 1]!);
      expect(verify(join(swapped))).toMatchObject({ ok: false, entry });
    }
  });

  test('finds what needs a key or a checkpoint to be found, and only with them', () => {
    const thief = newKey();
    const signedAnew = buildLedger(facts(9).with(3, { pair: 'px' }), thief).file;
    const cutOff = buildLedger(facts(5), key).file;
    const rewritten = buildLedger(facts(12).with(3, { pair: 'px' }), key).file;
    for (const changed of [signedAnew, cutOff, rewritten]) expect(verify(changed)).toMatchObject({ ok: true, anchor: 'none' });
    expect(verify(signedAnew, { key: key.verifier })).toMatchObject({ ok: false, problem: expect.stringContaining('it is signed with the key') });
    expect(verify(cutOff, pins)).toMatchObject({ ok: false, entry: 5, problem: expect.stringContaining('the given checkpoint has 9 entries, 5 are here') });
    expect(verify(rewritten, pins)).toMatchObject({ ok: false, problem: expect.stringContaining('the first 9 entries are not those of the given checkpoint') });
    expect(verify(file, { key: thief.verifier })).toMatchObject({ ok: false });
    expect(verify(file, { checkpoint: buildLedger(facts(9), thief).checkpoint })).toMatchObject({ ok: false });
    expect(verify(file, { checkpoint: 'no note' })).toMatchObject({ ok: false, problem: expect.stringContaining('the given checkpoint is none') });
  });

  test('an entry changed with all behind it chained anew is at or behind the checkpoint that still holds', () => {
    const early = buildLedger(facts(4), key).checkpoint;
    const changed = buildLedger(facts(9).with(6, { pair: 'px' }), newKey()).file.split('\n');
    const mixed = join([lines[0]!, ...changed.slice(1, -2), lines.at(-1)!]);
    expect(verify(mixed, { key: key.verifier, checkpoint: early })).toMatchObject({ ok: false, entry: 4, problem: expect.stringContaining('the entries from 4 on') });
    expect(verify(mixed)).toMatchObject({ ok: false, entry: null });
  });

  test('says so when it is from a later version, or no ledger', () => {
    expect(verify(file.replace('"pairloop_ledger":1', '"pairloop_ledger":2'))).toMatchObject({ ok: false, problem: 'the first line has schema 2, and this Pairloop reads up to 1; verify it with the version that wrote it' });
    const later = canonicalJson({ v: 7, something: 'new' });
    expect(verify(join(lines.with(3, later)))).toMatchObject({ ok: false, entry: 2, problem: expect.stringContaining('has schema 7') });
    for (const text of ['', '\n', 'no ledger', 'no ledger\n', '{}\n', '{"a":\n', `${'['.repeat(200_000)}\n`]) expect(verify(text), text.slice(0, 20)).toMatchObject({ ok: false, line: 1 });
    expect(verify(file.slice(0, -1))).toMatchObject({ ok: false });
    expect(verify(`${file}\n`)).toMatchObject({ ok: false, problem: 'something stands behind the closing line' });
  });

  test('every line has one form only, also where nothing is hashed yet', () => {
    const schema = z.record(z.string(), z.json());
    const read = (text: string): boolean => 'value' in readCanonicalLine(Buffer.from(text), schema);
    for (const text of ['{}', '{"a":{"b":[{"c":1,"d":2}]}}', '{"1":0,"10":0,"9":0}', '{"a":"\\u000f\u20ac"}']) expect(read(text), text).toBe(true);
    const others = ['{ }', '{"b":1,"a":2}', '{"a":{"c":1,"b":2}}', '{"a":[{"c":1,"b":2}]}', '{"9":0,"10":0}', '{"a":1,"a":1}', '{"a":1.0}', '{"a":"\\u0061"}', '{"a":"\\ud83d"}', '{"a":"\\uD83D"}', '\uFEFF{}'];
    for (const text of others) expect(read(text), text).toBe(false);
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (object) => {
        const value = JSON.parse(JSON.stringify(object)) as Json;
        expect(read(JSON.stringify(value))).toBe(JSON.stringify(value) === canonicalJson(value));
        expect(read(canonicalJson(value))).toBe(true);
      }),
    );
  });

  test('a time that went back is found', () => {
    const back = lines.with(9, lines[9]!.replace('2026-01-02T00:00:02', '2026-01-01T00:00:02'));
    expect(verify(join(back))).toMatchObject({ ok: false, entry: 8, problem: expect.stringContaining('sealed at 2026-01-01') });
  });
});
