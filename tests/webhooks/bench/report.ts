/** Seconds: of CPU in all threads (what counts where others use the machine too), and of the clock. */
export interface Times {
  readonly cpu: number;
  readonly clock: number;
}

/** One of our figures beside a library's on the same votes; times are medians of the calls after one that warms up. */
export interface Comparison {
  readonly what: string;
  readonly peer: string;
  readonly ours: Times;
  /** Our first call, when nothing is compiled yet. */
  readonly first: Times;
  readonly theirs: Times;
  /** How many times as much CPU the library takes. */
  readonly ratio: number;
  readonly clockRatio: number;
  /** The largest difference between the two results. */
  readonly difference: number;
}

/** Our median seconds of CPU for a number of items. */
export interface Growth {
  readonly items: number;
  readonly seconds: { readonly alpha: number; readonly kappas: number; readonly consensus: number };
}

export interface Report {
  readonly machine: { readonly processor: string; readonly load: readonly [number, number]; readonly commit: string };
  readonly versions: Readonly<Record<string, string>>;
  readonly items: number;
  readonly votes: number;
  readonly comparisons: readonly Comparison[];
  /** Median seconds of CPU of what has no peer. */
  readonly others: Readonly<Record<string, number>>;
  readonly growth: readonly Growth[];
  /** Differences and aims that were missed, in words. */
  readonly missed: readonly string[];
}

/** The report as a page of plain text. */
export function describeReport({ machine, versions, items, votes, comparisons, others, growth, missed }: Report): string {
  return [
    `${machine.processor}; load ${machine.load.map((one) => one.toFixed(1)).join(' → ')}; commit ${machine.commit}`,
    Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', '),
    `${items} items, ${votes} votes. One thread each. Both sides start from votes as numbers; what names cost us stands below.`,
    '',
    `${'CPU, ms'.padEnd(20)}${'ours'.padStart(8)}${'first'.padStart(8)}${'theirs'.padStart(9)}${'times as fast'.padStart(15)}${'by the clock'.padStart(14)}${'difference'.padStart(12)}  peer`,
    ...comparisons.map(
      ({ what, peer, ours, first, theirs, ratio, clockRatio, difference }) =>
        `${what.padEnd(20)}${ms(ours.cpu).padStart(8)}${ms(first.cpu).padStart(8)}${ms(theirs.cpu).padStart(9)}${ratio.toFixed(1).padStart(15)}${clockRatio.toFixed(1).padStart(14)}${difference.toExponential(0).padStart(12)}  ${peer}`,
    ),
    '',
    ...Object.entries(others).map(([what, seconds]) => `${what}: ${ms(seconds)} ms`),
    '',
    `${'items'.padEnd(20)}${"α, ms".padStart(10)}${'all κ, ms'.padStart(11)}${'Dawid–Skene, ms'.padStart(17)}`,
    ...growth.map(({ items: each, seconds }) => `${String(each).padEnd(20)}${ms(seconds.alpha).padStart(10)}${ms(seconds.kappas).padStart(11)}${ms(seconds.consensus).padStart(17)}`),
    'Each grows in step with the votes; all κ have a fixed part for each rater pair and pair of values; Dawid–Skene grows with votes × values × iterations.',
    '',
    missed.length === 0 ? 'Equal to 1e-9, and every aim is met.' : ['Missed:', ...missed.map((one) => `  ${one}`)].join('\n'),
    '',
  ].join('\n');
}

function ms(seconds: number): string {
  return seconds < 0.1 ? (seconds * 1000).toFixed(2) : (seconds * 1000).toFixed(0);
}
