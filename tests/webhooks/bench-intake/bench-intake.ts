import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { describeCommit, describeMachine } from '../../support/circumstances.js';
import { measure, type Effort } from './measure.js';
import { describeReport, reportOf } from './report.js';
import { startIntakeSystem, type IntakeSystem } from './system.js';

const EFFORT = { peerSeconds: 1, intakeSeconds: 2, warmUpSeconds: 4, burst: 1_000 } as const;

/**
 * Measures how many deliveries per second the webhook service stores beside plain inserts, and that none is lost; prints a page of
 * text, with `--json` one JSON document. `--rounds N` (8) and `--clients N` (24) change how long and how many at once. Resolves with the
 * exit code: 1 when a target is missed.
 */
export async function benchIntake(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '8' }, clients: { type: 'string', default: '24' } },
  });
  const effort: Effort = { ...EFFORT, rounds: countOf('--rounds', values.rounds), clients: countOf('--clients', values.clients) };
  const loadBefore = loadavg()[0]!;
  const system = await startIntakeSystem();
  try {
    const measured = await measure(system, effort, (line) => console.error(line));
    const circumstances = { machine: describeMachine(), load: [loadBefore, loadavg()[0]!] as const, commit: describeCommit(), server: await serverOf(system), clients: effort.clients };
    const report = reportOf(measured, circumstances);
    process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : describeReport(report));
    return report.missed.length === 0 ? 0 : 1;
  } finally {
    await system.stop();
  }
}

function countOf(name: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new Error(`${name} is ${JSON.stringify(text)}; give a whole number from 1.`);
}

async function serverOf({ db }: IntakeSystem): Promise<string> {
  const { rows } = await sql<{ version: string; sync: string }>`select current_setting('server_version') as version, current_setting('fsync') as sync`.execute(db);
  return `PostgreSQL ${rows[0]!.version} with fsync ${rows[0]!.sync}, Node ${process.versions.node}`;
}
