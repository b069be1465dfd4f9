import { sql } from 'kysely';
import { connect, type Db } from '../../../core/database/connect.js';
import { record, type LedgerFacts } from '../../../core/database/ledger-record.js';
import { migrate } from '../../../core/database/migrate.js';
import { sequenceRecords } from '../../../webhooks/datasets/ledger/sequence.js';
import { databaseUrl, startDatabaseServer } from '../../support/database-server.js';

const COMMITS = 3_000;
const CLIENTS = 8;

/** Rows per second, of each round. */
export interface AppendRates {
  readonly plain: number[];
  /** Recorded, and given their place. */
  readonly ledger: number[];
}

/** Commits single rows, plain and into the ledger, in turns. */
export async function measureAppends(rounds: number): Promise<AppendRates> {
  const server = await startDatabaseServer();
  const name = `pairloop_bench_ledger_${process.pid}`;
  const admin = connect(server.serverUrl, 1);
  await sql`create database ${sql.id(name)}`.execute(admin);
  const db = connect(databaseUrl(server.serverUrl, name), CLIENTS);
  try {
    await migrate(db);
    await sql`create table plain (id bigint generated always as identity primary key, kind text not null, facts jsonb not null, recorded_at timestamptz not null default now())`.execute(db);
    const rates: AppendRates = { plain: [], ledger: [] };
    for (let round = 0; round <= rounds; round += 1) {
      const plain = await rateOf(() => commitAll((facts) => insertPlain(db, facts)));
      const ledger = await rateOf(async () => {
        await commitAll((facts) => db.transaction().execute((tx) => record(tx, 'vote.stored', [facts])));
        await sequenceRecords(db, () => new Date());
      });
      // The first round warms up.
      if (round === 0) continue;
      rates.plain.push(plain);
      rates.ledger.push(ledger);
    }
    return rates;
  } finally {
    await db.destroy();
    await sql`drop database ${sql.id(name)} with (force)`.execute(admin);
    await admin.destroy();
    await server.stop();
  }
}

/** In a transaction as the other: what is compared is the ledger, not the number of statements. */
async function insertPlain(db: Db, facts: LedgerFacts): Promise<void> {
  await db.transaction().execute((tx) => sql`insert into plain (kind, facts) values ('vote.stored', ${JSON.stringify(facts)})`.execute(tx));
}

async function rateOf(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return COMMITS / ((performance.now() - start) / 1_000);
}

async function commitAll(commit: (facts: LedgerFacts) => Promise<void>): Promise<void> {
  let next = 0;
  const client = async (): Promise<void> => {
    for (let index = next++; index < COMMITS; index = next++) await commit(factsOf(index));
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

/** As large as those of a vote. */
export function factsOf(index: number): Record<string, string | number | boolean> {
  const hash = index.toString(16).padStart(64, '0');
  return { annotation: index, project: 1, pair: `pair-${index}`, rater: '6f1c7d0e-0000-4000-8000-000000000000', verdict: 'a', counted: true, guideline: hash, said: hash };
}
