import { addToDrift, EMPTY_TALLY, logLikelihoodRatio, reaches, type Hypotheses, type Tally } from './likelihood.js';
import type { Thresholds } from './thresholds.js';

export interface Course {
  readonly hypotheses: Hypotheses;
  readonly thresholds: Thresholds;
  /** Probability with which each gold item is passed, independently of the others. */
  readonly passes: number;
  /** How many gold items are looked at. */
  readonly golds: number;
  /** `fresh`: both tests begin; `settled`: the fresh test is over and the CUSUM is at 0, the slowest start of all. */
  readonly from: 'fresh' | 'settled';
}

/**
 * The probability that the two tests have paused a rater after 0, 1, … `golds` gold items, looking after each one. Exact up to
 * rounding, by dynamic programming over all values that the statistics can take: they depend on counts of passed and failed
 * gold items only.
 */
export function absorbed(course: Course): number[] {
  const start = course.from === 'settled' ? { paused: [0], open: new Map([[0, 1]]) } : throughFreshTest(course);
  return throughDrift(course, start);
}

interface Progress {
  /** Probability of having been paused, by gold items so far. */
  readonly paused: number[];
  /** Probability of each tally of the CUSUM among those still going, by `keyOf`. */
  readonly open: Map<number, number>;
}

const KEY_BASE = 4_096;
const keyOf = ({ failed, passed }: Tally): number => failed * KEY_BASE + passed;
const tallyOf = (key: number): Tally => ({ failed: Math.floor(key / KEY_BASE), passed: key % KEY_BASE });

/** Both tests side by side until the cut: the state is the CUSUM's tally and the fresh test's failures, −1 when it is over. */
function throughFreshTest(course: Course): Progress {
  const last = Math.min(course.golds, course.thresholds.freshGolds);
  const paused = [0];
  let states = new Map([[`0,0`, { drift: EMPTY_TALLY, failed: 0, share: 1 }]]);
  for (let gold = 1; gold <= last; gold += 1) {
    const next: typeof states = new Map();
    let stopped = paused.at(-1)!;
    for (const state of states.values()) {
      for (const pass of [true, false]) {
        const share = state.share * (pass ? course.passes : 1 - course.passes);
        const moved = step(course, state, pass, gold);
        if (moved === 'paused') {
          stopped += share;
          continue;
        }
        const key = `${keyOf(moved.drift)},${moved.failed}`;
        next.set(key, { ...moved, share: share + (next.get(key)?.share ?? 0) });
      }
    }
    states = next;
    paused.push(stopped);
  }
  const open = new Map<number, number>();
  for (const { drift, share } of states.values()) open.set(keyOf(drift), share + (open.get(keyOf(drift)) ?? 0));
  return { paused, open };
}

/** The state of both tests after one more gold item, the `gold`th. */
function step({ hypotheses, thresholds }: Course, state: { drift: Tally; failed: number }, pass: boolean, gold: number): { drift: Tally; failed: number } | 'paused' {
  const drift = addToDrift(state.drift, pass, hypotheses);
  if (reaches(logLikelihoodRatio(drift, hypotheses), thresholds.driftPause)) return 'paused';
  if (state.failed < 0) return { drift, failed: state.failed };
  const failed = state.failed + (pass ? 0 : 1);
  const end = freshEnd({ failed, passed: gold - failed }, hypotheses, thresholds);
  if (end === 'paused') return 'paused';
  return { drift, failed: end === 'passed' ? -1 : failed };
}

/** Whether the fresh test ends with these gold items, and how; null while it goes on. */
export function freshEnd(tally: Tally, hypotheses: Hypotheses, thresholds: Thresholds): 'paused' | 'passed' | null {
  const ratio = logLikelihoodRatio(tally, hypotheses);
  if (reaches(ratio, thresholds.freshPause)) return 'paused';
  if (tally.passed + tally.failed >= thresholds.freshGolds) return tally.failed >= thresholds.freshFailedMax ? 'paused' : 'passed';
  return reaches(-ratio, -thresholds.freshPass) ? 'passed' : null;
}

/** The CUSUM alone, over a table of its states: where a passed and a failed gold item lead from each, −1 for the pause. */
function throughDrift(course: Course, { paused, open }: Progress): number[] {
  const remaining = course.golds - paused.length + 1;
  if (remaining <= 0) return paused;
  if (course.thresholds.driftPause === Infinity) return [...paused, ...Array.from({ length: remaining }, () => paused.at(-1)!)];
  const table = driftTable(course, [...open.keys()], remaining);
  let shares = new Float64Array(table.passTo.length);
  for (const [key, share] of open) shares[table.place.get(key)!]! += share;
  for (let gold = 0; gold < remaining; gold += 1) {
    const next = new Float64Array(shares.length);
    let stopped = paused.at(-1)!;
    for (let state = 0; state < shares.length; state += 1) {
      const share = shares[state]!;
      if (share === 0) continue;
      next[table.passTo[state]!]! += share * course.passes;
      if (table.failTo[state] === -1) stopped += share * (1 - course.passes);
      else next[table.failTo[state]!]! += share * (1 - course.passes);
    }
    shares = next;
    paused.push(stopped);
  }
  return paused;
}

interface DriftTable {
  readonly place: ReadonlyMap<number, number>;
  readonly passTo: number[];
  readonly failTo: number[];
}

/** Every state that can be reached from `starts` within `steps` gold items; from what is reached last, any way leads to itself. */
function driftTable({ hypotheses, thresholds }: Course, starts: readonly number[], steps: number): DriftTable {
  const place = new Map<number, number>();
  const passTo: number[] = [];
  const failTo: number[] = [];
  const known = (key: number, found: number[]): number => {
    const at = place.get(key);
    if (at !== undefined) return at;
    found.push(key);
    place.set(key, place.size);
    return place.size - 1;
  };
  let frontier: number[] = [];
  for (const start of starts) known(start, frontier);
  for (let depth = 0; depth < steps && frontier.length > 0; depth += 1) {
    const found: number[] = [];
    for (const key of frontier) {
      const from = place.get(key)!;
      passTo[from] = known(keyOf(addToDrift(tallyOf(key), true, hypotheses)), found);
      const failed = addToDrift(tallyOf(key), false, hypotheses);
      failTo[from] = reaches(logLikelihoodRatio(failed, hypotheses), thresholds.driftPause) ? -1 : known(keyOf(failed), found);
    }
    frontier = found;
  }
  for (const key of frontier) passTo[place.get(key)!] = failTo[place.get(key)!] = place.get(key)!;
  return { place, passTo, failTo };
}
