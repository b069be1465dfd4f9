import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { ItemVote } from '../../../core/domain/vote.js';
import { packagePath } from '../../../core/package-root.js';
import { agreementReport } from '../../../webhooks/statistics/agreement-report.js';
import { estimate } from '../../../webhooks/statistics/bootstrap.js';
import { kappaOfCells } from '../../../webhooks/statistics/cohen-kappa.js';
import { dawidSkene, dawidSkeneOfTable, type DawidSkene } from '../../../webhooks/statistics/dawid-skene.js';
import { krippendorffAlpha } from '../../../webhooks/statistics/krippendorff-alpha.js';
import { countRaterPairs } from '../../../webhooks/statistics/pair-cells.js';
import { countValues } from '../../../webhooks/statistics/value-counts.js';
import { tabulateVotes, type VoteTable } from '../../../webhooks/statistics/vote-table.js';
import { drawVotes, namedVotes } from './drawn-votes.js';
import { askPeers, preparePeers, type PeerAnswer } from './peers.js';
import { describeReport, type Comparison, type Growth, type Report, type Times } from './report.js';

const SEED = 20_240_607;
const REPEATS = 7;
const AIM = 5;
const EQUAL = 1e-9;
const PLAIN = { seed: 1, resamples: 0 };
/** crowd-kit's own number; no earlier stop, so that both do the same work. */
const ITERATIONS = { iterationsMax: 20, tolerance: -1 };

/**
 * Measures the agreement statistics beside Python's libraries on the same votes, checks that both find the same, and prints the report: a page of
 * text, with `--json` one JSON document. Resolves with the exit code: 1 when a figure differs or an aim is missed, 2 when there is no Python.
 */
export async function benchAgreement(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean', default: false }, items: { type: 'string', default: '100000' } } });
  const items = Number(values.items);
  if (!Number.isInteger(items) || items < 1000) throw new Error(`--items is ${values.items}; give a whole number from 1000.`);
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  let python: string;
  try {
    python = preparePeers(say);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 2;
  }
  const loadBefore = loadavg()[0]!;
  const votes = drawVotes(items, SEED);
  say(`${items} items × 3 of ${votes.raters} raters: the libraries…`);
  const peers = askPeers(python, votes, REPEATS);
  say('ours…');
  const report: Report = { ...measureOurs(namedVotes(votes), peers), machine: describeMachine(loadBefore), versions: { node: process.versions.node, ...peers.versions } };
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : describeReport(report));
  return report.missed.length === 0 ? 0 : 1;
}

function measureOurs(votes: readonly ItemVote[], peers: PeerAnswer): Omit<Report, 'machine' | 'versions'> {
  const table = tabulateVotes(votes);
  const alpha = measure(() => alphaOf(table));
  const kappas = measure(() => kappasOf(table));
  const consensus = measure(() => dawidSkeneOfTable(table, ITERATIONS));
  const alphaDifference = Math.abs(alpha.result - peers.alpha);
  const comparisons: Comparison[] = [
    compare("Krippendorff's α", alpha, 'krippendorff, from reliability data', peers.seconds.alpha, alphaDifference),
    compare("Krippendorff's α", alpha, 'krippendorff, from value counts', peers.seconds.alpha_of_counts, Math.max(alphaDifference, Math.abs(alpha.result - peers.alpha_of_counts))),
    compare(`${peers.kappas.length} Cohen's κ`, kappas, 'scikit-learn, one call a pair', peers.seconds.kappas, largestDifference(kappas.result, peers.kappas)),
    compare('Dawid–Skene', consensus, 'crowd-kit, 20 iterations', peers.seconds.consensus, posteriorDifference(consensus.result, peers.posterior)),
  ];
  const others = {
    'names and values to numbers': measure(() => tabulateVotes(votes)).cpu,
    'Dawid–Skene from names': measure(() => dawidSkene(votes, ITERATIONS)).cpu,
    'the whole report without intervals': measure(() => agreementReport(votes, PLAIN)).cpu,
    'the whole report, 1,000 resamples': measure(() => agreementReport(votes, { seed: 1 }), 1).cpu,
  };
  return { items: table.itemCount, votes: votes.length, comparisons, others, growth: measureGrowth(table.itemCount), missed: comparisons.flatMap(missedAims) };
}

function alphaOf(table: VoteTable): number {
  return estimate(krippendorffAlpha(countValues(table), 'nominal'), PLAIN).value!;
}

function kappasOf(table: VoteTable): number[] {
  return countRaterPairs(table).map(({ cells }) => kappaOfCells(cells, PLAIN).value!);
}

interface Measured<T> extends Times {
  readonly result: T;
  /** Of the call that comes first, when nothing is compiled yet. */
  readonly first: Times;
}

function measure<T>(work: () => T, repeats = REPEATS): Measured<T> {
  const timed = (): { result: T; times: readonly [number, number] } => {
    const [cpu, begun] = [process.cpuUsage(), performance.now()];
    const result = work();
    const clock = (performance.now() - begun) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return { result, times: [(user + system) / 1e6, clock] };
  };
  const { result, times } = timed();
  return { result, first: { cpu: times[0], clock: times[1] }, ...medians(Array.from({ length: repeats }, () => timed().times)) };
}

function medians(seconds: readonly (readonly [number, number])[]): Times {
  const [cpu, clock] = ([0, 1] as const).map((which) => seconds.map((one) => one[which]).sort((one, other) => one - other)[Math.floor(seconds.length / 2)]!);
  return { cpu: cpu!, clock: clock! };
}

function compare(what: string, ours: Measured<unknown>, peer: string, seconds: PeerAnswer['seconds']['alpha'], difference: number): Comparison {
  const theirs = medians(seconds);
  const { cpu, clock, first } = ours;
  return { what, peer, ours: { cpu, clock }, first, theirs, ratio: theirs.cpu / cpu, clockRatio: theirs.clock / clock, difference };
}

function missedAims({ what, peer, ratio, difference }: Comparison): string[] {
  return [
    ...(difference <= EQUAL ? [] : [`${what} differs from ${peer} by ${difference}, more than ${EQUAL}`]),
    ...(ratio >= AIM ? [] : [`${what}: ${ratio.toFixed(1)} times as fast as ${peer}, not ${AIM}`]),
  ];
}

function largestDifference(some: readonly number[], others: readonly number[]): number {
  if (some.length !== others.length) return Infinity;
  return some.reduce((most, value, index) => Math.max(most, Math.abs(value - others[index]!)), 0);
}

/** crowd-kit puts a floor of 1e-10 under posteriors. Items are in the order of their names, which is that of their numbers. */
function posteriorDifference({ items, values }: DawidSkene, expected: Float64Array): number {
  if (items.length * values.length !== expected.length) return Infinity;
  return largestDifference(items.flatMap(({ posterior }) => [...posterior]), [...expected]);
}

/** The median seconds of CPU at a quarter, half and the whole of the items, of our own figures. */
function measureGrowth(items: number): Growth[] {
  return [0.25, 0.5, 1].map((share) => {
    const votes = namedVotes(drawVotes(Math.round(items * share), SEED));
    const table = tabulateVotes(votes);
    const seconds = { alpha: measure(() => alphaOf(table)).cpu, kappas: measure(() => kappasOf(table)).cpu, consensus: measure(() => dawidSkeneOfTable(table, ITERATIONS), 3).cpu };
    return { items: table.itemCount, seconds };
  });
}

function describeMachine(loadBefore: number): Report['machine'] {
  return {
    processor: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}`,
    load: [loadBefore, loadavg()[0]!],
    commit: execFileSync('git', ['-C', packagePath(), 'rev-parse', '--short', 'HEAD']).toString().trim(),
  };
}
