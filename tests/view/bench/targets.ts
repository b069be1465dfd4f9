import type { BundleBytes } from '../bundle-bytes.js';
import { FIRST_LOAD_BYTES_MAX } from '../bundle-bytes.js';
import { WAYS, type Way } from './annotating.js';
import type { Measured } from './measure.js';
import { ratioOfMedians, summarize, type Ratio, type Summary } from './statistics.js';

/** "No slower than the native controls" allows for this much noise: a chosen margin, not a measured one. The interval beside each ratio says how well it is known. */
export const NOISE = 0.05;
/** A difference of the medians (ms) that counts as none: a sixteenth of a frame, less than a keyboard's own delay varies from press to press. */
export const RESOLUTION_MS = 1;

/** One figure of both ways of judging, in milliseconds. */
export interface Comparison {
  readonly name: string;
  /** Of the time that passes, no more than the native controls' is allowed; the rest explains it. */
  readonly isTarget: boolean;
  readonly summaries: Readonly<Record<Way, Summary>>;
  readonly ratio: Ratio;
}

/** Sums a measurement up: what passes for the annotator first, then where it comes from. */
export function compareAll(measured: Readonly<Record<Way, Measured>>): Comparison[] {
  const compare = (name: string, isTarget: boolean, read: (one: Measured) => number[]): Comparison => {
    const [ours, native] = WAYS.map((way) => read(measured[way])) as [number[], number[]];
    return { name, isTarget, summaries: { ours: summarize(ours), native: summarize(native) }, ratio: ratioOfMedians(ours, native) };
  };
  return [
    compare('task switch to painted', true, (one) => one.switches.map(({ painted }) => painted)),
    compare('key to stored verdict', true, (one) => one.verdicts.map(({ stored }) => stored)),
    compare('key to drawn verdict', true, (one) => one.verdicts.map(({ painted }) => painted)),
    compare('submit to next pair painted', true, (one) => one.submits.map(({ painted }) => painted)),
    compare('switch: whole text there', false, (one) => one.switches.map(({ whole }) => whole)),
    compare('submit: whole text there', false, (one) => one.submits.map(({ whole }) => whole)),
    compare('first load, cold cache', false, (one) => one.loads.map(({ painted }) => painted)),
    compare('switch: after the answer', false, (one) => one.switches.map(({ painted, answered }) => painted - (answered ?? 0))),
    compare('switch: processor time', false, (one) => one.switches.map(({ cpuMs }) => cpuMs)),
    compare('submit: after the answer', false, (one) => one.submits.map(({ painted, answered }) => painted - (answered ?? 0))),
    compare('submit: processor time', false, (one) => one.submits.map(({ cpuMs }) => cpuMs)),
    compare('key: processor time', false, (one) => one.verdicts.map(({ cpuMs }) => cpuMs)),
    compare('first load: processor time', false, (one) => one.loads.map(({ cpuMs }) => cpuMs)),
  ];
}

/** Where the time of one switch in Pairloop's view goes, medians in milliseconds after the input. */
export interface Attribution {
  readonly name: string;
  readonly answered: number;
  readonly presentationSent: number;
  readonly presentationAnswered: number;
  /** Seen once per frame: where the view is drawn in the frame in which the editor makes its nodes, this holds the drawing too. */
  readonly editor: number;
  readonly painted: number;
}

export function attribute(name: string, times: Measured['switches']): Attribution {
  const median = (read: (one: Measured['switches'][number]) => number | undefined): number => summarize(times.flatMap((one) => read(one) ?? [])).median;
  return {
    name,
    answered: median(({ answered }) => answered ?? undefined),
    presentationSent: median(({ presentation }) => presentation?.sent),
    presentationAnswered: median(({ presentation }) => presentation?.answered),
    editor: median(({ editor }) => editor),
    painted: median(({ painted }) => painted),
  };
}

/** What was promised and does not hold, in sentences; empty when all of it holds. */
export function missedTargets(comparisons: readonly Comparison[], { ours }: Readonly<Record<Way, Measured>>, bundle: BundleBytes): string[] {
  const slow = comparisons.filter(({ isTarget, ratio, summaries: { ours: own, native } }) => isTarget && ratio.value > 1 + NOISE && own.median - native.median > RESOLUTION_MS);
  const hidden = (['verdicts', 'ratings', 'submit'] as const).filter((part) => ours.reach[part].pressable < ours.reach[part].count);
  const bytes = bundle.firstLoad - bundle.react;
  return [
    ...slow.map(({ name, ratio }) => `${name}: ${ratio.value.toFixed(2)} times the native controls' (at most ${(1 + NOISE).toFixed(2)})`),
    ...hidden.map((part) => `${part}: ${ours.reach[part].pressable} of ${ours.reach[part].count} can be pressed without scrolling`),
    ...(bytes > FIRST_LOAD_BYTES_MAX ? [`first load without React: ${bytes} bytes (at most ${FIRST_LOAD_BYTES_MAX})`] : []),
  ];
}
