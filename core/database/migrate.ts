import { Migrator, type Kysely, type Migration } from 'kysely';
import { PairloopError, messageOf } from '../errors.js';
import type { Database } from './tables.js';
import { up as core } from './migrations/0001-core.js';
import { up as mlBackend } from './migrations/0002-ml-backend.js';
import { up as webhooks } from './migrations/0003-webhooks.js';
import { up as frontendPlugin } from './migrations/0004-frontend-plugin.js';
import { up as asInstalled } from './migrations/0005-as-installed.js';
import { up as acceptedMarks } from './migrations/0006-accepted-marks.js';
import { up as embeddingTexts } from './migrations/0007-embedding-texts.js';
import { up as rounds } from './migrations/0008-rounds.js';
import { up as deletedTasks } from './migrations/0009-deleted-tasks.js';
import { up as rewardHead } from './migrations/0010-reward-head.js';
import { up as roundPrompts } from './migrations/0011-round-prompts.js';
import { up as ledger } from './migrations/0012-ledger.js';
import { up as raterFacts } from './migrations/0013-rater-facts.js';

const MIGRATIONS: Record<string, Migration> = {
  '0001-core': { up: core },
  '0002-ml-backend': { up: mlBackend },
  '0003-webhooks': { up: webhooks },
  '0004-frontend-plugin': { up: frontendPlugin },
  '0005-as-installed': { up: asInstalled },
  '0006-accepted-marks': { up: acceptedMarks },
  '0007-embedding-texts': { up: embeddingTexts },
  '0008-rounds': { up: rounds },
  '0009-deleted-tasks': { up: deletedTasks },
  '0010-reward-head': { up: rewardHead },
  '0011-round-prompts': { up: roundPrompts },
  '0012-ledger': { up: ledger },
  '0013-rater-facts': { up: raterFacts },
};

/**
 * Brings the database to this version's tables. Safe to call twice and from two processes at once
 * (kysely takes an advisory lock). Returns the names of the migrations that ran now.
 *
 * @throws PairloopError when a migration fails; the database is then as it was before that migration.
 */
export async function migrate(db: Kysely<Database>): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(MIGRATIONS) } });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) {
    throw new PairloopError(`The database could not be brought up to date: ${messageOf(error)}`, 'failure', { cause: error });
  }
  return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName);
}
