import { randomBytes } from 'node:crypto';
import type { Db } from './connect.js';

const SECRET_NAMES = ['webhook', 'internal', 'presentation', 'canonical_sides', 'redaction', 'api'] as const;

/**
 * Secrets that all roles share, made at the first start and kept in the database: `webhook` (header of
 * Label Studio's deliveries), `internal` (between roles), `presentation` (side order per annotator and
 * pair), `canonical_sides` (shuffle at import), `redaction` (stable tokens), `api` (the token of the HTTP API). Hex, 256 bits each.
 */
export type Secrets = Readonly<Record<(typeof SECRET_NAMES)[number], string>>;

/** Reads the shared secrets, making those that are missing. Two processes at once end with the same ones. */
export async function ensureSecrets(db: Db): Promise<Secrets> {
  const rows = SECRET_NAMES.map((name) => ({
    key: `secret.${name}`,
    value: JSON.stringify(randomBytes(32).toString('hex')),
  }));
  await db.insertInto('setting').values(rows).onConflict((conflict) => conflict.column('key').doNothing()).execute();
  const stored = await db
    .selectFrom('setting')
    .select(['key', 'value'])
    .where('key', 'in', rows.map((row) => row.key))
    .execute();
  const entries = stored.map((row) => [row.key.slice('secret.'.length), String(row.value)]);
  return Object.fromEntries(entries) as Secrets;
}
