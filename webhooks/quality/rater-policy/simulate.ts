import { VERDICTS, type Verdict } from '../../../core/domain/verdict.js';
import { createFractions } from '../../../core/random.js';
import { kappaInterval } from '../../statistics/kappa-interval.js';
import type { Fact } from './facts.js';
import type { RaterPolicy } from './policy.js';
import { drawItem, drawNoticed, drawVerdict, otherThan, type RaterKind } from './simulated-rater.js';
import { advance, goldShareOf, NEW_RATER, type Standing } from './standing.js';

/** Shares of attention checks and impossible items among all tasks. */
const ATTENTION_SHARE = 0.02;
const IMPOSSIBLE_SHARE = 0.01;
const BATCH_SIZE = 100;
/** Probability that the majority of the others has the accepted verdict of a gold item. */
const MAJORITY_RIGHT = 0.97;
/** Seconds that a vote takes on the virtual clock: read, and not. */
const READING_S = 60;
const CLICKING_S = 10;

/** What became of one simulated rater; golds are counted from the fall for one who drifts. */
export interface Course {
  /** Golds answered when paused; null when not paused. */
  readonly pausedAfterGolds: number | null;
  /** Ordinary votes cast by then, and hours worked. */
  readonly votes: number;
  readonly hours: number;
  /** Share of the tasks that were done while warned. */
  readonly warned: number;
}

export interface Simulation {
  readonly policy: RaterPolicy;
  readonly raters: number;
  /** The simulation of a rater ends after so many golds. */
  readonly golds: number;
  readonly seed: number;
}

/**
 * The courses of `raters` raters of one kind under a policy, each from its own seed. A drifting rater who was paused before the
 * fall is left out, and another drawn. Time is virtual.
 */
export function simulate(kind: RaterKind, { policy, raters, golds, seed }: Simulation): Course[] {
  const courses: Course[] = [];
  // Two thirds paused before their fall would be too many to wait for: then fewer courses come back.
  for (let number = 0; courses.length < raters && number < 3 * raters; number += 1) {
    const course = new SimulatedWork(policy, kind, createFractions(seed * 1_000_003 + number)).run(golds);
    if (course !== null) courses.push(course);
  }
  return courses;
}

/** One rater at work, task after task. */
class SimulatedWork {
  private standing: Standing = NEW_RATER;
  private readonly counts = VERDICTS.map(() => VERDICTS.map(() => 0));
  private tasks = 0;
  private golds = 0;
  private votes = 0;
  private seconds = 0;
  private warnedTasks = 0;
  private atFall = { tasks: 0, votes: 0, seconds: 0, warnedTasks: 0 };

  constructor(
    private readonly policy: RaterPolicy,
    private readonly kind: RaterKind,
    private readonly random: () => number,
  ) {}

  /** Null: paused before the fall. */
  run(goldsMax: number): Course | null {
    const fallAfter = this.kind.fall?.after ?? 0;
    while (this.standing.state !== 'paused' && this.golds < goldsMax + fallAfter) {
      this.work();
      if (this.golds < fallAfter) this.atFall = { tasks: this.tasks, votes: this.votes, seconds: this.seconds, warnedTasks: this.warnedTasks };
    }
    if (this.golds <= fallAfter && fallAfter > 0) return null;
    const isPaused = this.standing.state === 'paused';
    return {
      pausedAfterGolds: isPaused ? this.golds - fallAfter : null,
      votes: this.votes - this.atFall.votes,
      hours: (this.seconds - this.atFall.seconds) / 3_600,
      warned: (this.warnedTasks - this.atFall.warnedTasks) / (this.tasks - this.atFall.tasks),
    };
  }

  private work(): void {
    const batchId = Math.floor(this.tasks / BATCH_SIZE);
    this.tasks += 1;
    if (this.standing.state === 'warned') this.warnedTasks += 1;
    this.seconds += this.random() < this.kind.reads ? READING_S : CLICKING_S;
    if (this.random() < this.kind.tooFast) this.learn({ kind: 'too_fast' });
    const drawn = this.random();
    const goldShare = goldShareOf(this.policy, this.standing);
    if (drawn < goldShare) this.answerGold(batchId);
    else if (drawn < goldShare + ATTENTION_SHARE) this.learn({ kind: 'attention', passed: drawNoticed(this.kind, this.random) });
    else if (drawn < goldShare + ATTENTION_SHARE + IMPOSSIBLE_SHARE) this.learn({ kind: 'impossible', passed: drawNoticed(this.kind, this.random) });
    else this.votes += 1;
  }

  private answerGold(batchId: number): void {
    const item = drawItem(this.random);
    const verdict = drawVerdict(this.kind, item, this.golds, this.random);
    this.golds += 1;
    this.learn({ kind: 'gold', batchId, passed: verdict === item.accepted });
    this.compare(verdict, this.kind.guess === 'shared' ? item.shared : this.majority(item.accepted));
  }

  private majority(accepted: Verdict): Verdict {
    return this.random() < MAJORITY_RIGHT ? accepted : otherThan(accepted, this.random);
  }

  private compare(verdict: Verdict, majority: Verdict): void {
    this.counts[VERDICTS.indexOf(verdict)]![VERDICTS.indexOf(majority)]! += 1;
    if (this.golds < this.policy.kappa_golds) return;
    const kappa = kappaInterval(this.counts);
    if (kappa !== null) this.learn({ kind: 'kappa', golds: kappa.n, value: kappa.value, high: kappa.high });
  }

  private learn(fact: Fact): void {
    this.standing = advance(this.policy, this.standing, fact);
  }
}
