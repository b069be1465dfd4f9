import { describe, expect, test } from 'vitest';
import { openCheckpoint, signCheckpoint } from '../../../webhooks/datasets/ledger/checkpoint.js';
import { makeSigningKey, openNote, parseSigningKey, parseVerifierKey, signNote } from '../../../webhooks/datasets/ledger/signed-note.js';
import { newKey } from './built-ledger.js';
import { oracle } from './oracle.js';

describe('a signed note', () => {
  test("opens as in C2SP's and Go's examples, and as signed by another program", () => {
    for (const { note, key, text } of oracle.notes) expect(openNote(note, parseVerifierKey(`${key}\n`, 'the example'))).toBe(text);
    const { note, key, size, root, signing_key: signingKey } = oracle.ledger;
    const signer = parseSigningKey(signingKey, 'the example');
    expect(signer.verifier.text).toBe(key);
    expect(signCheckpoint({ size, root: Buffer.from(root, 'hex') }, signer)).toBe(note);
    expect(openCheckpoint(note, signer.verifier)).toEqual({ size, root: Buffer.from(root, 'hex') });
  });

  test('opens with no other key, and not when any bit differs', () => {
    const key = newKey();
    const note = signNote('first line\nsecond line\n', key);
    expect(openNote(note, key.verifier)).toBe('first line\nsecond line\n');
    expect(openNote(note, newKey().verifier)).toBeUndefined();
    expect(openNote(note, newKey('pairloop/other').verifier)).toBeUndefined();
    const bytes = Buffer.from(note);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = changed[bit >> 3]! ^ (1 << (bit & 7));
      expect(openNote(changed.toString(), key.verifier), `bit ${bit}`).toBeUndefined();
    }
    expect(openNote(`${note}\n`, key.verifier)).toBeUndefined();
    expect(openNote(note.slice(0, -1), key.verifier)).toBeUndefined();
  });

  test('that is no checkpoint of this ledger is none', () => {
    const key = newKey();
    const root = Buffer.alloc(32).toString('base64');
    for (const text of [`pairloop/other\n1\n${root}\n`, `pairloop/test\n01\n${root}\n`, `pairloop/test\n1\n${root}\nmore\n`, 'pairloop/test\n1\nAAAA\n', 'text\n']) {
      expect(openCheckpoint(signNote(text, key), key.verifier), text).toBeUndefined();
    }
  });

  test('keys that are none are refused, and say where they came from', () => {
    const [good] = oracle.notes;
    for (const text of ['', 'a+b', good!.key.replace('530d903a', '530d903b'), good!.key.slice(0, -4), good!.key.replace('example', 'ex ample'), `${good!.key}\n\n`]) {
      expect(() => parseVerifierKey(text, 'key.txt')).toThrow('key.txt is no public key of a ledger');
    }
    const secret = makeSigningKey('pairloop/test');
    for (const text of ['', secret.slice(1), secret.replace(/.{5}\n$/, 'AAA=\n'), good!.key]) {
      expect(() => parseSigningKey(text, 'key.txt')).toThrow('key.txt holds no signing key any more');
    }
  });
});
