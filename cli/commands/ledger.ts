import { readFile, writeFile } from 'node:fs/promises';
import { defineCommand } from 'citty';
import { loadConfig } from '../../core/config.js';
import { PairloopError, messageOf } from '../../core/errors.js';
import { openFile } from '../../core/files/open-file.js';
import { exportLedger } from '../../webhooks/datasets/ledger/export-ledger.js';
import { parseVerifierKey } from '../../webhooks/datasets/ledger/signed-note.js';
import { LedgerVerifier, type Consistent, type Verification } from '../../webhooks/datasets/ledger/verify-ledger.js';
import { withDatabase } from '../system/connected.js';

const exportCommand = defineCommand({
  meta: { name: 'export', description: 'Write the whole ledger to a file that can be verified without Pairloop, with its key and checkpoint beside it.' },
  args: {
    path: { type: 'positional', required: true, valueHint: 'PATH', description: 'A file that is not there yet.' },
    json: { type: 'boolean', default: false, description: 'Print one JSON document.' },
  },
  run: ({ args }) =>
    withDatabase(async (db) => {
      const { checkpoint, ...found } = await exportLedger({ db, dataDir: loadConfig().dataDir, now: () => new Date() }, args.path);
      const files = { key: `${args.path}.key`, checkpoint: `${args.path}.checkpoint` };
      await writeFile(files.key, `${found.key}\n`);
      await writeFile(files.checkpoint, checkpoint);
      const said = `${args.path}: ${found.entries} entries. Public key ${found.key}\nKeep ${files.key} and ${files.checkpoint} where nobody here can write, and verify with them.\n`;
      process.stdout.write(args.json ? `${JSON.stringify({ entries: found.entries, root: found.root, key: found.key, checkpoint, files }, null, 2)}\n` : said);
    }),
});

const verifyCommand = defineCommand({
  meta: { name: 'verify', description: 'Whether an exported ledger is as it was written; needs no database, and names the first bad entry.' },
  args: {
    path: { type: 'positional', required: true, valueHint: 'PATH', description: 'The exported ledger.' },
    key: { type: 'string', valueHint: 'FILE', description: 'The public key, kept elsewhere: finds a ledger that somebody else signed.' },
    checkpoint: { type: 'string', valueHint: 'FILE', description: 'An earlier checkpoint, kept elsewhere: finds what was cut off, or changed and signed anew.' },
    json: { type: 'boolean', default: false, description: 'Print one JSON document.' },
  },
  async run({ args }) {
    const verifier = new LedgerVerifier({
      key: args.key === undefined ? undefined : parseVerifierKey(await readPin(args.key, 'public key'), args.key),
      checkpoint: args.checkpoint === undefined ? undefined : await readPin(args.checkpoint, 'checkpoint'),
    });
    for await (const bytes of await openFile(args.path, 'ledger entries')) verifier.feed(Buffer.from(bytes));
    const found = verifier.finish();
    process.stdout.write(args.json ? `${JSON.stringify(found, null, 2)}\n` : `${args.path}: ${describe(found)}\n`);
    if (!found.ok) process.exitCode = 1;
  },
});

async function readPin(path: string, what: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new PairloopError(`The ${what} ${path} cannot be read (${messageOf(error)}); check the path.`, 'usage', { cause: error });
  });
}

function describe(found: Verification): string {
  if (!found.ok) return `broken, line ${found.line}: ${found.problem}.`;
  return `${found.entries} entries, consistent, ${anchorOf(found)}.`;
}

function anchorOf({ anchor, pinnedEntries, entries }: Consistent): string {
  if (anchor === 'checkpoint') return `anchored by the given checkpoint of ${pinnedEntries} of ${entries} entries`;
  if (anchor === 'key') return 'signed with the given key; give a checkpoint too, to know that nothing was cut off';
  return 'not anchored: whoever can write the file can write all of it anew; give --key and --checkpoint, kept elsewhere';
}

export const ledgerCommand = defineCommand({
  meta: { name: 'ledger', description: 'The append-only log of everything that was decided.' },
  subCommands: { export: exportCommand, verify: verifyCommand },
});
