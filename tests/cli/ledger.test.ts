import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ledgerCommand } from '../../cli/commands/ledger.js';
import { runInProcess } from '../support/run-command.js';
import { buildLedger, newKey } from '../webhooks/ledger/built-ledger.js';

const folder = mkdtempSync(join(tmpdir(), 'pairloop-ledger-'));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const key = newKey();
const { file, checkpoint } = buildLedger([{ pair: 'p0' }, { pair: 'p1' }, { pair: 'p2' }], key);
const pins = ['--key', write('ledger.key', `${key.verifier.text}\n`), '--checkpoint', write('ledger.checkpoint', checkpoint)];

async function verify(path: string, ...rest: string[]): Promise<string> {
  return (await runInProcess(ledgerCommand, ['verify', path, ...rest])).stdout;
}

afterEach(() => {
  process.exitCode = undefined;
});

describe('pairloop ledger verify', () => {
  test('says how far a whole ledger can be believed', async () => {
    const path = write('whole.jsonl', file);
    expect(await verify(path)).toContain('3 entries, consistent, not anchored');
    expect(await verify(path, ...pins.slice(0, 2))).toContain('3 entries, consistent, signed with the given key');
    expect(await verify(path, ...pins)).toContain('3 entries, consistent, anchored by the given checkpoint of 3 of 3 entries.');
    expect(JSON.parse(await verify(path, '--json'))).toMatchObject({ ok: true, entries: 3, anchor: 'none', key: key.verifier.text });
    expect(process.exitCode).toBeUndefined();
  });

  test('names the first bad entry, and fails', async () => {
    const path = write('changed.jsonl', file.replace('"p1"', '"px"'));
    expect(await verify(path)).toBe(`${path}: broken, line 3: entry 1 is bad: the entry behind it was chained to another.\n`);
    expect(process.exitCode).toBe(1);
    expect(JSON.parse(await verify(path, ...pins, '--json'))).toMatchObject({ ok: false, entry: 1, line: 3 });
  });

  test('names a file that is not there, or no key', async () => {
    const path = write('whole.jsonl', file);
    await expect(verify(join(folder, 'none.jsonl'))).rejects.toThrow('cannot be read');
    await expect(verify(path, '--checkpoint', join(folder, 'none'))).rejects.toThrow(/The checkpoint .*none cannot be read/);
    await expect(verify(path, '--key', path)).rejects.toThrow('is no public key of a ledger');
  });
});
