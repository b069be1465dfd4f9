import { FIRST_LOAD_BYTES_MAX, type BundleBytes } from '../bundle-bytes.js';
import { WAYS, type Way } from './annotating.js';
import type { Measured } from './measure.js';
import { NOISE, RESOLUTION_MS, type Attribution, type Comparison } from './targets.js';

/** The machine and the versions that a measurement was made with. */
export interface Circumstances {
  readonly machine: string;
  /** Load averages of the last minute before and after. */
  readonly load: readonly [number, number];
  readonly commit: string;
  readonly versions: Readonly<Record<string, string>>;
}

export interface Report {
  readonly circumstances: Circumstances;
  readonly comparisons: readonly Comparison[];
  readonly attributions: readonly Attribution[];
  readonly reach: Readonly<Record<Way, Measured['reach']>>;
  readonly bundle: BundleBytes;
  readonly missed: readonly string[];
}

/** A measurement as a page of plain text. */
export function describeReport({ circumstances, comparisons, attributions, reach, bundle, missed }: Report): string {
  const { machine, load, commit, versions } = circumstances;
  return [
    `${machine}; load ${load.map((one) => one.toFixed(1)).join(' → ')}; commit ${commit}`,
    Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', '),
    'A pair is 2 × 2,000 words of Markdown with code, lists and tables. ours: Pairloop\'s view; native: Label Studio\'s own controls, same project and gateway.',
    'painted: all that the window shows of both responses; the text beyond it follows in the next frames (whole text there).',
    '',
    'ms                                ours median    p90   native median    p90   ours/native  [95 %]        n',
    ...comparisons.map(comparisonLine),
    `* target: at most ${(1 + NOISE).toFixed(2)}, a margin chosen for noise, or no more than ${RESOLUTION_MS} ms beyond; the interval says how well the ratio is known`,
    '',
    'ours, ms after the input       task answered   presentation sent → answered   editor nodes seen, drawn    painted',
    ...attributions.map(attributionLine),
    '',
    ...reachLines(reach),
    '',
    ...bundleLines(bundle),
    '',
    missed.length === 0 ? 'All targets hold.' : ['Missed:', ...missed.map((one) => `  ${one}`)].join('\n'),
    '',
  ].join('\n');
}

function comparisonLine({ name, isTarget, summaries: { ours, native }, ratio }: Comparison): string {
  const ms = (value: number): string => (value < 100 ? value.toFixed(1) : value.toFixed(0));
  const figures = [ms(ours.median).padStart(12), ms(ours.p90).padStart(7), ms(native.median).padStart(16), ms(native.p90).padStart(7)].join('');
  return `${`${name}${isTarget ? ' *' : ''}`.padEnd(33)}${figures}${ratio.value.toFixed(2).padStart(13)}   [${ratio.low.toFixed(2)}, ${ratio.high.toFixed(2)}]${String(ours.n).padStart(6)}`;
}

function attributionLine({ name, answered, presentationSent, presentationAnswered, editor, painted }: Attribution): string {
  const ms = (value: number): string => value.toFixed(0);
  return `${name.padEnd(30)}${ms(answered).padStart(14)}${`${ms(presentationSent)} → ${ms(presentationAnswered)}`.padStart(31)}${ms(editor).padStart(28)}${ms(painted).padStart(10)}`;
}

/** The window from above as a figure: one row per 100 px, up to its lower edge; what is further down is named below. */
function reachLines(reach: Report['reach']): string[] {
  return [
    'At 1400 × 1000, without scrolling (px from the upper edge):',
    ...WAYS.flatMap((way) =>
      (['verdicts', 'ratings', 'submit'] as const).map((part) => {
        const { top, bottom, count, pressable } = reach[way][part];
        const bar = Array.from({ length: 20 }, (_, at) => (top < (at + 1) * 50 && bottom > at * 50 ? '█' : '·')).join('');
        const below = top >= 1000 ? `, ${((top / 1000) - 1).toFixed(1)} windows below the edge` : '';
        return `  ${way.padEnd(7)}${part.padEnd(9)} ${bar}| ${top} – ${bottom}: ${pressable} of ${count} in reach${below}`;
      }),
    ),
  ];
}

function bundleLines({ firstLoad, react, later }: BundleBytes): string[] {
  const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;
  return [
    `First load, gzip: ${kilobytes(firstLoad)}; without React ${kilobytes(firstLoad - react)} (budget ${kilobytes(FIRST_LOAD_BYTES_MAX)})`,
    `Loaded when a pair needs it: ${later.length === 0 ? 'nothing' : later.map(({ file, bytes }) => `${file.replace(/^chunks\/|-[\w-]{8}\.js$/g, '')} ${kilobytes(bytes)}`).join(', ')}`,
  ];
}
