import { defineCommand } from 'citty';
import { ensureSecrets } from '../../core/database/secrets.js';
import { consentSchema, type Consent } from '../../core/domain/pair.js';
import { PairloopError } from '../../core/errors.js';
import type { ImportResult } from '../../ml-backend/pool/import.js';
import { createSteps } from '../step-lines.js';
import { parsePairsFile } from '../../ml-backend/pool/pairs-file.js';
import { withDatabase } from '../system/connected.js';
import { importFile } from '../system/project.js';

const BASES = consentSchema.shape.basis.options;

const importCommand = defineCommand({
  meta: {
    name: 'import',
    description: 'Put the pairs of a file into the pool, redacted and with shuffled sides; all of them or none.',
  },
  args: {
    file: { type: 'positional', required: true, valueHint: 'FILE', description: 'JSONL or CSV: id, prompt or messages, response_a, response_b, …' },
    consent: { type: 'string', valueHint: BASES.join('|'), description: 'Legal basis of the pairs that name none of their own.' },
    'consent-reference': { type: 'string', valueHint: 'TEXT', description: 'Where that basis is written down, such as a contract number.' },
    json: { type: 'boolean', description: 'Print one JSON document.' },
  },
  async run({ args }) {
    const consent = readConsent(args.consent, args['consent-reference']);
    const file = await parsePairsFile(args.file);
    if (file.ignoredFields.length > 0) process.stderr.write(`Not read, because a pair has no such field: ${file.ignoredFields.join(', ')}.\n`);
    const steps = createSteps(process.stderr);
    await withDatabase(async (db) => {
      const step = steps.begin(`Importing ${file.fileName}`);
      const result = await importFile({ db, secrets: await ensureSecrets(db) }, file, { purpose: 'pool', consent }, (done, total) =>
        step.report(`${done} of ${total} pairs`),
      );
      step.done('done');
      process.stdout.write(args.json === true ? `${JSON.stringify(toJson(result, result.redactionVersion))}\n` : describe(result));
    }).finally(() => steps.close());
  },
});

export const pairsCommand = defineCommand({
  meta: { name: 'pairs', description: 'The pool: pairs not yet labelled.' },
  subCommands: { import: importCommand },
});

function readConsent(basis: string | undefined, reference: string | undefined): Consent | undefined {
  if (basis === undefined) {
    if (reference !== undefined) throw new PairloopError('--consent-reference says where a basis is written down; give --consent BASIS with it.', 'usage');
    return undefined;
  }
  const parsed = consentSchema.safeParse({ basis, reference });
  if (!parsed.success) throw new PairloopError(`--consent ${basis} is not a legal basis; give ${BASES.join(', ')}.`, 'usage');
  return parsed.data;
}

function toJson(result: ImportResult, redactionVersion: string): object {
  return {
    imported: result.imported,
    skipped: result.skipped,
    consent_added: result.consentAdded,
    without_consent: result.withoutConsent,
    redactions: result.redactions,
    redaction_version: redactionVersion,
  };
}

function describe({ imported, skipped, consentAdded, withoutConsent, redactions }: ImportResult): string {
  const replaced = Object.entries(redactions).map(([kind, count]) => `${count} ${kind}`);
  return [
    `Imported ${imported} ${imported === 1 ? 'pair' : 'pairs'}.`,
    ...(skipped > 0 ? [`${skipped} were there already with the same content and were skipped.`] : []),
    ...(consentAdded > 0 ? [`${consentAdded} of those had no consent and have it now.`] : []),
    ...(replaced.length > 0 ? [`Redacted: ${replaced.join(', ')}.`] : []),
    ...(withoutConsent > 0
      ? [`${withoutConsent} have no consent: they are kept, but never shown to an annotator. Import the file again with --consent BASIS to change that.`]
      : []),
    '',
  ].join('\n');
}
