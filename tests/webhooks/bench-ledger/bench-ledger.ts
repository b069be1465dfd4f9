import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { describeCommit, describeMachine } from '../../support/circumstances.js';
import { measureAppends } from './append.js';
import { measureProofs, measureVerify, type ProofSize } from './verify-and-prove.js';

/** Appending is at least this share of plain inserts; verifying takes at most so many times the hashing. */
const AIMS = { append: 0.5, verify: 3 } as const;
const SIZES = [1_000, 10_000, 100_000, 1_000_000];

/**
 * Measures what the ledger costs and prints a page of text, with `--json` one JSON document. `--rounds N` (5) and `--entries N` (100,000 to
 * verify) change how much. Resolves with the exit code: 1 when an aim is missed.
 */
export async function benchLedger(args: readonly string[]): Promise<number> {
  const options = { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '5' }, entries: { type: 'string', default: '100000' } } as const;
  const { values } = parseArgs({ args: [...args], options });
  const [rounds, entries] = [countOf('--rounds', values.rounds), countOf('--entries', values.entries)];
  const loadBefore = loadavg()[0]!;
  const appends = await measureAppends(rounds);
  const ratios = appends.ledger.map((rate, round) => rate / appends.plain[round]!);
  const verify = measureVerify(entries, rounds);
  const proofs = measureProofs(SIZES);
  const report = {
    machine: describeMachine(),
    load: [loadBefore, loadavg()[0]!],
    commit: describeCommit(),
    append: { plain_per_s: median(appends.plain), ledger_per_s: median(appends.ledger), ratio: median(ratios), aim: AIMS.append },
    verify: { ...verify, times_hashing_once: verify.verifyMs / verify.hashOnceMs, times_hashing_lines: verify.verifyMs / verify.hashLinesMs, aim: AIMS.verify },
    proofs,
  };
  const missed = [...(report.append.ratio < AIMS.append ? ['append'] : []), ...(report.verify.times_hashing_once > AIMS.verify ? ['verify'] : []), ...(isLogarithmic(proofs) ? [] : ['proofs'])];
  process.stdout.write(values.json ? `${JSON.stringify({ ...report, missed }, null, 2)}\n` : describe(report, missed));
  return missed.length === 0 ? 0 : 1;
}

function countOf(name: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new Error(`${name} is ${JSON.stringify(text)}; give a whole number from 1.`);
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)]!;
}

function isLogarithmic(proofs: readonly ProofSize[]): boolean {
  return proofs.every(({ entries, hashes }) => hashes <= Math.ceil(Math.log2(entries)));
}

interface Report {
  readonly machine: string;
  readonly load: readonly number[];
  readonly commit: string;
  readonly append: { readonly plain_per_s: number; readonly ledger_per_s: number; readonly ratio: number };
  readonly verify: ReturnType<typeof measureVerify> & { readonly times_hashing_once: number; readonly times_hashing_lines: number };
  readonly proofs: readonly ProofSize[];
}

function describe({ machine, load, commit, append, verify, proofs }: Report, missed: readonly string[]): string {
  const whole = (number: number): string => Math.round(number).toLocaleString('en');
  return `${machine}, load ${load.map((one) => one.toFixed(1)).join(' to ')}, commit ${commit}

Append    ${whole(append.ledger_per_s)} rows/s, each committed by itself and given its place; plain inserts ${whole(append.plain_per_s)} rows/s: ${append.ratio.toFixed(2)} of them (aim ${AIMS.append})
Verify    ${whole(verify.entries)} entries, ${whole(verify.bytes / 1e6)} MB: ${whole(verify.verifyMs)} ms; SHA-256 of the file in one go ${whole(verify.hashOnceMs)} ms: ${verify.times_hashing_once.toFixed(1)} times (aim ${AIMS.verify})
          SHA-256 line by line ${whole(verify.hashLinesMs)} ms: ${verify.times_hashing_lines.toFixed(1)} times
${proofs.map((one) => `Proof     of one in ${whole(one.entries)}: at most ${one.hashes} hashes, of ${one.nodes} stored nodes, ${one.microseconds.toFixed(0)} µs`).join('\n')}
${missed.length === 0 ? 'Every aim is met.' : `Missed: ${missed.join(', ')}.`}
`;
}
