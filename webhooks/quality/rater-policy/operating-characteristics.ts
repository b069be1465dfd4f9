import { absorbed } from './exact-characteristics.js';
import type { Hypotheses } from './likelihood.js';
import type { RaterPolicy } from './policy.js';
import { raterKinds, type RaterKind } from './simulated-rater.js';
import { simulate, type Course, type Simulation } from './simulate.js';

/** A share of n with its 95 % interval (Wilson 1927). Null for n = 0. */
export interface Share {
  readonly n: number;
  readonly count: number;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** What a policy does with one kind of rater. */
export interface KindCharacteristics {
  readonly kind: Pick<RaterKind, 'name' | 'what'>;
  /** Share paused within each of `PAUSED_WITHIN` golds, as far as so many were simulated. */
  readonly pausedWithin: readonly { readonly golds: number; readonly share: Share }[];
  /** Mean share of the tasks that were done while warned; null without raters. */
  readonly warned: number | null;
  /** Over all raters; null when fewer than half were paused. */
  readonly medianGolds: number | null;
  /** Ordinary votes and hours before the pause, over those who were paused; null when nobody was. */
  readonly medianVotes: number | null;
  readonly medianHours: number | null;
}

/** One of the figures a policy is judged by. */
export interface Promised {
  readonly what: string;
  readonly within: number;
  readonly wanted: { readonly relation: '≤' | '≥'; readonly share: number };
  readonly simulated: Share;
  /** Of the two tests alone, computed; null for a policy without them. */
  readonly exact: number | null;
}

export interface PolicyCharacteristics {
  readonly policy: RaterPolicy;
  readonly promises: readonly Promised[];
  readonly kinds: readonly KindCharacteristics[];
}

const PAUSED_WITHIN = [8, 25, 45, 500];
const Z = 1.959963984540054;
const CLICKER_PASSES = 0.25;
/** What a strict policy is tried with, which has no hypotheses. */
const USUAL: Hypotheses = { good: 0.9, bad: 0.6 };

interface PromiseRow {
  readonly kind: string;
  readonly what: string;
  readonly within: number;
  readonly wanted: Promised['wanted'];
  readonly passes: number;
  readonly from: 'fresh' | 'settled';
}

function promiseRows({ good, bad }: Hypotheses): readonly PromiseRow[] {
  const atLeast = (share: number) => ({ relation: '≥', share }) as const;
  const fall = { kind: 'drifting', passes: bad, from: 'settled' } as const;
  return [
    { kind: 'good', what: 'a good rater is paused falsely', within: 500, wanted: { relation: '≤', share: 0.05 }, passes: good, from: 'fresh' },
    { kind: 'noisy', what: 'a fresh noisy rater is paused', within: 25, wanted: atLeast(0.9), passes: bad, from: 'fresh' },
    { ...fall, what: 'paused after a fall', within: 25, wanted: atLeast(0.5) },
    { ...fall, what: 'paused after a fall', within: 45, wanted: atLeast(0.9) },
    { kind: 'clicker', what: 'a four-way clicker is paused', within: 8, wanted: atLeast(0.95), passes: CLICKER_PASSES, from: 'fresh' },
  ];
}

/** The figures of a policy: simulated with every kind of rater, whole policy included, and computed exactly for its tests. */
export function operatingCharacteristics(simulation: Simulation): PolicyCharacteristics {
  const { policy } = simulation;
  const hypotheses = policy.policy === 'sequential' ? policy.hypotheses : USUAL;
  const courses = new Map(raterKinds(hypotheses).map((kind) => [kind.name, { kind, courses: simulate(kind, simulation) }]));
  const promises = promiseRows(hypotheses)
    .filter(({ within }) => within <= simulation.golds)
    .map(({ kind, what, within, wanted, passes, from }) => ({
      what,
      within,
      wanted,
      simulated: shareOf(courses.get(kind)!.courses, pausedWithin(within)),
      exact: policy.policy === 'sequential' ? absorbed({ ...policy, passes, golds: within, from }).at(-1)! : null,
    }));
  return { policy, promises, kinds: [...courses.values()].map((one) => characterise(one.kind, one.courses, simulation.golds)) };
}

function characterise({ name, what }: RaterKind, courses: readonly Course[], golds: number): KindCharacteristics {
  const paused = courses.filter((course) => course.pausedAfterGolds !== null);
  return {
    kind: { name, what },
    pausedWithin: PAUSED_WITHIN.filter((within) => within <= golds).map((within) => ({ golds: within, share: shareOf(courses, pausedWithin(within)) })),
    warned: courses.length === 0 ? null : courses.reduce((sum, { warned }) => sum + warned, 0) / courses.length,
    medianGolds: median(courses.map((course) => course.pausedAfterGolds ?? Infinity)),
    medianVotes: median(paused.map(({ votes }) => votes)),
    medianHours: median(paused.map(({ hours }) => hours)),
  };
}

const pausedWithin = (golds: number) => (course: Course): boolean => course.pausedAfterGolds !== null && course.pausedAfterGolds <= golds;

function shareOf(courses: readonly Course[], holds: (course: Course) => boolean): Share {
  const n = courses.length;
  const count = courses.filter(holds).length;
  if (n === 0) return { n, count, value: null, low: null, high: null };
  const value = count / n;
  const centre = (value + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
  const reach = (Z / (1 + Z ** 2 / n)) * Math.sqrt((value * (1 - value)) / n + Z ** 2 / (4 * n ** 2));
  return { n, count, value, low: Math.max(0, centre - reach), high: Math.min(1, centre + reach) };
}

/** The lower median; null for none, and when it is infinite. */
function median(values: readonly number[]): number | null {
  const middle = values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) / 2)];
  return middle === undefined || middle === Infinity ? null : middle;
}
