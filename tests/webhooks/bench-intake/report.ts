import { quantile } from '../../../webhooks/statistics/bootstrap.js';
import type { Measured } from './measure.js';
import type { Answer } from './post.js';

/** What is to hold, and what the figures below are held against. */
const SHARE_MIN = 0.5;
const ACK_P99_MS_MAX = 50;
/** How much more memory the last third of the rounds may hold than the first: what a garbage collector leaves lying differs by as much. */
const MEMORY_GROWTH_MAX = 1.25;

export interface Circumstances {
  readonly machine: string;
  /** Load averages of the last minute before and after. */
  readonly load: readonly [number, number];
  readonly commit: string;
  readonly server: string;
  readonly clients: number;
}

/** The figures of one run. */
export interface Report {
  readonly circumstances: Circumstances;
  /** Per second, medians over the rounds. */
  readonly peerPerSecond: number;
  readonly intakePerSecond: number;
  /** Intake over peer: median, least and greatest of the rounds. */
  readonly share: { readonly median: number; readonly least: number; readonly greatest: number };
  readonly rounds: Measured['rounds'];
  readonly ackMs: { readonly n: number; readonly p50: number; readonly p99: number; readonly greatest: number };
  /** Resident memory of the service's process: medians of the first and the last third of the rounds, and the most, burst included. */
  readonly memoryMiB: { readonly first: number; readonly last: number; readonly most: number };
  /** Deliveries posted at one moment: how many were stored, how many refused with 503, how many not answered. */
  readonly burst: { readonly posted: number; readonly stored: number; readonly refused: number; readonly other: number };
  readonly acknowledged: number;
  readonly found: Measured['stored'];
  readonly lost: number;
  readonly appliedPerSecond: number;
  readonly missed: readonly string[];
}

export function reportOf(measured: Measured, circumstances: Circumstances): Report {
  const { rounds, stored: found, acknowledged } = measured;
  const shares = sorted(rounds.map(({ peer, intake }) => intake / peer));
  const times = sorted(measured.sustained.map(({ ms }) => ms));
  const third = Math.ceil(measured.memoryMiB.length / 3);
  const figures = {
    circumstances,
    peerPerSecond: median(rounds.map(({ peer }) => peer)),
    intakePerSecond: median(rounds.map(({ intake }) => intake)),
    share: { median: quantile(shares, 0.5), least: shares[0]!, greatest: shares.at(-1)! },
    rounds,
    ackMs: { n: times.length, p50: quantile(times, 0.5), p99: quantile(times, 0.99), greatest: times.at(-1)! },
    memoryMiB: {
      first: median(measured.memoryMiB.slice(0, third)),
      last: median(measured.memoryMiB.slice(-third)),
      most: Math.max(...measured.memoryMiB, ...measured.burstMemoryMiB),
    },
    burst: burstOf(measured.burst),
    acknowledged,
    found,
    // A delivery that was answered too late may be stored without having been acknowledged: that is no loss.
    lost: Math.max(0, acknowledged - Math.min(found.deliveries, found.jobs, found.applied, found.votes)),
    appliedPerSecond: found.applied / measured.applySeconds,
  };
  return { ...figures, missed: missedTargets(figures) };
}

function burstOf(answers: readonly Answer[]): Report['burst'] {
  const count = (status: number): number => answers.filter((one) => one.status === status).length;
  return { posted: answers.length, stored: count(200), refused: count(503), other: answers.length - count(200) - count(503) };
}

function missedTargets({ share, ackMs, memoryMiB, burst, lost }: Omit<Report, 'missed'>): string[] {
  return [
    ...(share.median >= SHARE_MIN ? [] : [`${share.median.toFixed(2)} of the peer's rate, the aim is ${SHARE_MIN}`]),
    ...(ackMs.p99 <= ACK_P99_MS_MAX ? [] : [`99 % answered within ${ackMs.p99.toFixed(0)} ms, the aim is ${ACK_P99_MS_MAX} ms`]),
    ...(memoryMiB.last <= memoryMiB.first * MEMORY_GROWTH_MAX ? [] : [`memory grew from ${memoryMiB.first.toFixed(0)} to ${memoryMiB.last.toFixed(0)} MiB`]),
    ...(burst.other === 0 ? [] : [`${burst.other} deliveries of the burst were neither stored nor refused`]),
    ...(lost === 0 ? [] : [`${lost} acknowledged deliveries are lost`]),
  ];
}

/** The report as a page of plain text. */
export function describeReport(report: Report): string {
  const { circumstances, share, ackMs, memoryMiB, burst, found, missed } = report;
  const rate = (value: number): string => value.toFixed(0).padStart(7);
  return [
    `${circumstances.machine}; load ${circumstances.load.map((one) => one.toFixed(1)).join(' → ')}; commit ${circumstances.commit}; ${circumstances.server}`,
    'The service runs as `pairloop up` runs it, with the worker at work beside it; a delivery is an ANNOTATION_CREATED with a pair of 5 KB.',
    '',
    `                                          per second (median of ${report.rounds.length} rounds of each in turns)`,
    `Inserts, one client, committed one by one    ${rate(report.peerPerSecond)}`,
    `Deliveries answered, ${String(circumstances.clients).padStart(3)} at once              ${rate(report.intakePerSecond)}   ${share.median.toFixed(2)} of it [${share.least.toFixed(2)} – ${share.greatest.toFixed(2)}]`,
    `Deliveries applied to votes, one worker      ${rate(report.appliedPerSecond)}`,
    '',
    `Answered within: half ${ackMs.p50.toFixed(1)} ms, 99 % ${ackMs.p99.toFixed(1)} ms, all ${ackMs.greatest.toFixed(0)} ms (${ackMs.n} deliveries)`,
    `Memory of the service: ${memoryMiB.first.toFixed(0)} MiB in the first third, ${memoryMiB.last.toFixed(0)} MiB in the last, ${memoryMiB.most.toFixed(0)} MiB at most`,
    `${burst.posted} at one moment: ${burst.stored} stored, ${burst.refused} refused with 503, ${burst.other} anything else`,
    `${report.acknowledged} answered with 200; found: ${found.deliveries} deliveries, ${found.jobs} jobs, ${found.applied} applied, ${found.votes} votes: ${report.lost} lost`,
    '',
    missed.length === 0 ? 'All targets hold.' : ['Missed:', ...missed.map((one) => `  ${one}`)].join('\n'),
    '',
  ].join('\n');
}

function sorted(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

function median(values: readonly number[]): number {
  return quantile(sorted(values), 0.5);
}
