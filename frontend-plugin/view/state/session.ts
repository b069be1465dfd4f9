import { applyRubric, type AppliedRubric } from '../../../core/domain/applied-rubric.js';
import { contextOf } from '../../../core/domain/prompt-context.js';
import { readingTimeMs } from '../../../core/domain/reading-time.js';
import type { Rubric } from '../../../core/domain/rubric.js';
import type { DisplayedOrder } from '../../../core/domain/verdict.js';
import type { VoteMeta } from '../../../core/domain/vote.js';
import type { Host } from '../../hosts/host.js';
import { activeMs, seeSign, seeVisibility, startActiveTime, type ActiveTime } from './active-time.js';
import { applyTransaction, closesPair, startComparison, type ComparisonState, type Transaction } from './comparison.js';
import { acrossOrder, changesBetween, sideAcross, TEXT_FIELDS, withoutUnasked, type Draft, type Side } from './draft.js';
import { nextPlace, type PairChecks } from './findings.js';
import type { PreferenceStore } from './preferences.js';
import { levelsOf, missingRequirements } from './requirements.js';
import { arrangeTurns } from './turns.js';

/** Typing is stored when it rests for this long, so that one undo step is a thought and not a letter. */
const TYPING_REST_MS = 600;

/** What the gateway says about showing one task to one annotator. */
export interface Presentation {
  readonly displayed: DisplayedOrder;
  readonly rubric: Rubric;
  readonly guideline: {
    readonly version: string;
    readonly sha256: string;
    readonly markdown: string;
    /** Version that this annotator judged by before, when it is another and this one is not yet confirmed. */
    readonly changed_from: string | null;
    /** When this annotator confirmed this guideline after a change; ISO 8601. */
    readonly acknowledged_at: string | null;
  };
  readonly label_config_hash: string;
  /** How far this annotator is; null where nobody counts. Checks count like every other pair. */
  readonly progress: { readonly done_today: number; readonly batch_done: number; readonly batch_size: number } | null;
}

/** Time and timers of the surroundings. `now` is milliseconds since 1970 and never runs backwards. */
export interface Clock {
  now(): number;
  after(ms: number, call: () => void): () => void;
}

export interface SessionOptions {
  readonly host: Host;
  readonly presentation: Presentation;
  readonly clock: Clock;
  /** Name and version of the view, kept with each vote. */
  readonly view: string;
  readonly visible: boolean;
  readonly preferences: PreferenceStore;
  /** Records that this annotator has read the guideline; resolves with the time that is stored (ISO 8601). */
  acknowledge(sha256: string): Promise<string>;
  /** When the task was opened in the page, for the time to its first painting; `now` without it. */
  readonly openedAt?: number;
}

/**
 * One comparison, from its first painting to its end: holds the state, stores each change through the
 * host and takes up what the host changes. All of the view's state is here; components only draw it.
 */
export class ComparisonSession {
  readonly host: Host;
  readonly presentation: Presentation;
  /** The order shown: the one an earlier vote of this annotation was given in, else the gateway's. */
  readonly displayed: DisplayedOrder;
  /** The rubric as it holds for this pair's prompt. */
  readonly rubric: AppliedRubric;
  private current: ComparisonState;
  private stored: Draft;
  private active: ActiveTime;
  private readonly earlier: VoteMeta | null;
  private startedAt: number;
  private firstPaintMs: number | undefined;
  private acknowledgedAt: string | null;
  private readingMs: number | undefined;
  private firstInteraction: number | undefined;
  private verdictAt: number | undefined;
  private cancelRest: (() => void) | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly unsubscribe: () => void;

  constructor(private readonly options: SessionOptions) {
    this.host = options.host;
    this.presentation = options.presentation;
    const { draft, meta } = this.host.read();
    this.earlier = meta;
    this.displayed = meta?.displayed ?? this.presentation.displayed;
    this.rubric = applyRubric(this.presentation.rubric, contextOf(this.host.task));
    this.stored = acrossOrder(draft, this.displayed);
    this.acknowledgedAt = this.presentation.guideline.acknowledged_at;
    const { readOnly } = this.host;
    const mustAcknowledge = !readOnly && this.presentation.guideline.changed_from !== null;
    this.current = startComparison({ draft: this.stored, readOnly, preferences: options.preferences.read(), mustAcknowledge });
    const now = options.clock.now();
    this.active = startActiveTime(now, options.visible);
    this.startedAt = meta?.started_at === undefined ? now : Date.parse(meta.started_at);
    this.unsubscribe = this.host.subscribe(() => this.takeUp());
  }

  get state(): ComparisonState {
    return this.current;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Applies a transaction. What it changes is stored first and drawn then, so that what is seen is kept. */
  readonly dispatch = (transaction: Transaction): void => {
    const { draft: before, preferences } = this.current;
    const next = applyTransaction(this.current, transaction);
    if (next === this.current) return;
    this.current = next;
    try {
      if (next.preferences !== preferences) this.options.preferences.write(next.preferences);
      if (next.draft !== before) this.store(transaction);
    } finally {
      this.notify();
    }
  };

  /** Stores what was typed and not yet stored. */
  readonly flush = (): void => {
    this.cancelRest?.();
    this.cancelRest = undefined;
    const before = acrossOrder(this.stored, this.displayed);
    const changes = changesBetween(before, acrossOrder(this.current.draft, this.displayed));
    if (changes.length === 0) return;
    this.stored = this.current.draft;
    this.host.write(changes, this.meta());
  };

  /** Stores everything and says whether it may be submitted; if not, the view shows why. A pair that is closed or being left may not. */
  prepareToSave(): boolean {
    if (closesPair(this.current.notice) || this.current.leaving) return false;
    this.flush();
    const asked = withoutUnasked(this.current.draft, this.rubric);
    if (this.current.mustAcknowledge || missingRequirements(asked, this.rubric).length > 0) {
      this.dispatch({ type: 'refuse' });
      return false;
    }
    this.dispatch({ type: 'replace', draft: asked });
    this.host.stamp(this.meta());
    return true;
  }

  /** Sends the judgement through a host without a Submit of its own, if nothing is missing. */
  submit(): void {
    if (this.prepareToSave()) this.host.submit?.();
  }

  /**
   * Records that the annotator has read the changed guideline and lets them go on.
   *
   * @throws Error when it could not be stored; then nothing has changed.
   */
  async acknowledge(): Promise<void> {
    this.acknowledgedAt = await this.options.acknowledge(this.presentation.guideline.sha256);
    this.dispatch({ type: 'acknowledged' });
  }

  /** The pair is on the screen: from now on its times count. Only the first call does. */
  painted(): void {
    if (this.firstPaintMs !== undefined) return;
    const now = this.options.clock.now();
    this.firstPaintMs = Math.max(0, Math.round(now - (this.options.openedAt ?? now)));
    if (this.earlier?.started_at === undefined) this.startedAt = now;
    // While the annotator reads, so that the first key does not wait for it.
    this.options.clock.after(0, () => this.readingTime());
  }

  /** Rates one row by a digit and sends the keyboard to the next that is not rated. A level that cannot be chosen does nothing. */
  rate({ dimension, side, level }: { dimension: string; side: Side; level: number }): void {
    const rated = this.rubric.dimensions.find(({ name }) => name === dimension);
    if (rated === undefined || !levelsOf(rated).includes(level)) return;
    if (this.current.draft.likert[dimension]?.[side] !== level) this.dispatch({ type: 'rate', dimension, side, level });
    this.dispatch({ type: 'focus', target: 'next-rating' });
  }

  /** Sets off the next line that a finding of the checks points at. */
  nextFinding(): void {
    const place = nextPlace(this.checks(), this.current.line);
    if (place !== null) this.dispatch({ type: 'line', place });
  }

  /** What running and scanning the two responses gave, in displayed sides. */
  checks(): PairChecks {
    const { task } = this.host;
    return { a: task[`checks_${sideAcross('a', this.displayed)}`], b: task[`checks_${sideAcross('b', this.displayed)}`] };
  }

  skip(reason: string): void {
    if (this.current.leaving) return;
    this.dispatch({ type: 'close' });
    this.host.skip(reason);
  }

  /** The annotator did something: typed, moved, scrolled. */
  readonly seeSign = (): void => {
    this.active = seeSign(this.active, this.options.clock.now());
  };

  seeVisibility(visible: boolean): void {
    this.active = seeVisibility(this.active, this.options.clock.now(), visible);
  }

  /** Ends the session; what was typed and not yet stored is stored if the host still takes it. */
  dispose(): void {
    this.flush();
    this.unsubscribe();
    this.listeners.clear();
  }

  private meta(): VoteMeta {
    const { guideline, label_config_hash } = this.presentation;
    const since = (at: number | undefined, earlier: number | undefined): number | undefined =>
      at === undefined ? earlier : Math.max(0, Math.round(at - this.startedAt));
    return withoutUndefined({
      view: this.options.view,
      displayed: this.displayed,
      guideline_version: guideline.version,
      guideline_sha256: guideline.sha256,
      guideline_acknowledged_at: this.acknowledgedAt ?? undefined,
      label_config_hash,
      started_at: new Date(this.startedAt).toISOString(),
      first_paint_ms: this.earlier?.first_paint_ms ?? this.firstPaintMs,
      first_interaction_ms: this.earlier?.first_interaction_ms ?? since(this.firstInteraction, undefined),
      verdict_ms: since(this.verdictAt, this.earlier?.verdict_ms),
      active_ms: Math.round((this.earlier?.active_ms ?? 0) + activeMs(this.active, this.options.clock.now())),
      reading_ms: this.readingTime(),
    });
  }

  /** Of what has to be read for this judgement: the last user turn and both responses. */
  private readingTime(): number {
    const { prompt, messages, response_a, response_b } = this.host.task;
    this.readingMs ??= readingTimeMs([...arrangeTurns(prompt, messages).latest.map(({ content }) => content), response_a, response_b]);
    return this.readingMs;
  }

  private store({ type }: Transaction): void {
    const now = this.options.clock.now();
    this.firstInteraction ??= now;
    if (type === 'choose') this.verdictAt = now;
    if (type === 'write') this.flushAfterRest();
    else this.flush();
  }

  private flushAfterRest(): void {
    this.cancelRest?.();
    this.cancelRest = this.options.clock.after(TYPING_REST_MS, this.flush);
  }

  /** Takes up the host's draft. Text that is being typed wins: it will be stored over it. */
  private takeUp(): void {
    const now = acrossOrder(this.host.read().draft, this.displayed);
    const typing = TEXT_FIELDS.filter((field) => this.current.draft[field] !== this.stored[field]);
    const typed = Object.fromEntries(typing.map((field) => [field, this.current.draft[field]]));
    this.stored = now;
    const next = { ...now, ...typed };
    if (changesBetween(this.current.draft, next).length === 0) return;
    this.current = applyTransaction(this.current, { type: 'replace', draft: next });
    this.notify();
  }

  private notify(): void {
    for (const listener of this.listeners) listener();
  }
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}
