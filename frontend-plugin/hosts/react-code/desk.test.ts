import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rubricSchema } from '../../../core/domain/rubric.js';
import { reactCodeValueSchema } from '../../../core/label-studio/react-code.js';
import { storedPreferences } from '../../view/state/preferences.js';
import type { ComparisonSession } from '../../view/state/session.js';
import type { ReactCodeRegion, ViewState } from './contract.js';
import { ReactCodeDesk } from './desk.js';

const RUBRIC = rubricSchema.parse({ name: 'plain', title: 'Plain', guideline: 'plain' });
const STREAM: ViewState = { currentScreen: 'label_stream', darkMode: false };

const idOf = (at: number): string => `018f3c1e-7a00-4000-8000-${String(at).padStart(12, '0')}`;
const dataOf = (at: number) => ({
  pair: idOf(at), domain: 'general', prompt: 'p', messages: null, prompt_text: 'p', response_a: 'A', response_b: 'B', checks_a: null, checks_b: null, checks_a_text: '-', checks_b_text: '-',
});

/** A platform in one process: what is written waits until `deliver`, what it shows until `show`. */
class FakePlatform {
  /** All that was written, and the task that was shown when it was. */
  readonly writes: { readonly shown: number; readonly value: unknown }[] = [];
  annotation: { id: string; value: unknown }[] = [];
  made = 0;
  open = 0;
  shown = 0;
  viewState = STREAM;
  private waiting: (() => void)[] = [];
  private ids = 0;
  private now = 1_000_000;
  private timers: { readonly due: number; readonly call: () => void }[] = [];
  readonly desk = new ReactCodeDesk({
    config: { salt: 's', rubric: RUBRIC, guideline: { version: '1', sha256: 'x', markdown: '' }, label_config_hash: 'h' },
    view: 'pairloop test',
    viewer: 'v',
    clock: {
      now: () => this.now,
      after: (ms, call) => {
        const timer = { due: this.now + ms, call };
        this.timers.push(timer);
        return () => void (this.timers = this.timers.filter((one) => one !== timer));
      },
    },
    preferences: storedPreferences(() => {
      throw new Error('closed');
    }),
    newId: () => idOf(1_000_000 + this.ids++),
    isVisible: () => true,
  });

  /** Draws the tag with what the platform holds. */
  show(): void {
    this.shown = this.open;
    const add = (value: unknown): void => {
      this.made += 1;
      this.annotation.push({ id: `r${this.ids++}`, value });
    };
    this.desk.take({ data: dataOf(this.open), regions: this.annotation.map((one) => this.region(one)), viewState: this.viewState, addRegion: (value) => this.receive(value, add) });
  }

  /** Takes what was written, and shows it. */
  deliver(count = Infinity): void {
    for (const take of this.waiting.splice(0, count)) {
      take();
      this.show();
    }
  }

  /** What was written is lost. */
  refuse(): void {
    this.waiting = [];
  }

  switchTo(task: number, annotation: { id: string; value: unknown }[] = []): void {
    this.open = task;
    this.annotation = annotation;
  }

  pass(ms: number): void {
    this.now += ms;
    for (const { due, call } of this.timers.filter((one) => one.due <= this.now)) {
      this.timers = this.timers.filter((one) => one.call !== call || one.due !== due);
      call();
    }
  }

  get session(): ComparisonSession {
    return this.desk.session()!;
  }

  /** Verdict that the annotator sees, in canonical sides. */
  get verdict(): string | null {
    const { draft } = this.session.state;
    if (draft.verdict === null || this.session.displayed === 'ab') return draft.verdict;
    return { a: 'b', b: 'a', tie: 'tie', both_bad: 'both_bad' }[draft.verdict];
  }

  private region({ id, value }: { id: string; value: unknown }): ReactCodeRegion {
    const put = (given: unknown): void => {
      const found = this.annotation.find((one) => one.id === id);
      if (found !== undefined) this.annotation = this.annotation.map((one) => (one === found ? { id, value: given } : one));
    };
    return { id, value: structuredClone(value), update: (given) => this.receive(given, put), delete: () => void this.waiting.push(() => void (this.annotation = this.annotation.filter((one) => one.id !== id))) };
  }

  private receive(value: unknown, take: (value: unknown) => void): void {
    this.writes.push({ shown: this.shown, value });
    this.waiting.push(() => take(structuredClone(value)));
  }
}

function opened(): FakePlatform {
  const platform = new FakePlatform();
  platform.show();
  return platform;
}
const draftIn = (value: unknown) => {
  const parsed = reactCodeValueSchema.parse(value);
  return parsed.complete ? parsed : parsed.draft;
};

describe('one judgement', () => {
  test('quick work makes one region, and its echoes overtake nothing', () => {
    const platform = opened();
    for (const verdict of ['tie', 'both_bad', 'tie'] as const) platform.session.dispatch({ type: 'choose', verdict });
    expect(platform.verdict).toBe('tie');
    platform.deliver(1);
    platform.session.dispatch({ type: 'choose', verdict: 'both_bad' });
    platform.session.dispatch({ type: 'write', field: 'rationale', text: 'Both wrong.' });
    platform.session.flush();
    platform.deliver(1);
    expect([platform.verdict, platform.session.state.draft.rationale]).toEqual(['both_bad', 'Both wrong.']);
    platform.deliver();
    expect(platform.made).toBe(1);
    expect(platform.annotation).toHaveLength(1);
    expect(platform.annotation[0]!.value).toMatchObject({ complete: true, verdict: 'both_bad', rationale: 'Both wrong.' });
    expect(platform.session.state.draft.verdict).toBe('both_bad');
  });

  test('both bad without a reason is kept as a draft, and complete with it, until it is taken back', () => {
    const platform = opened();
    platform.session.dispatch({ type: 'choose', verdict: 'both_bad' });
    platform.deliver();
    expect(platform.annotation[0]!.value).toMatchObject({ complete: false, draft: { verdict: 'both_bad' } });
    for (const [text, complete] of [['Both wrong.', true], ['  ', false]] as const) {
      platform.session.dispatch({ type: 'write', field: 'rationale', text });
      platform.session.flush();
      platform.deliver();
      expect(platform.annotation[0]!.value).toMatchObject({ complete });
    }
  });

  test('what never comes back is not shown for stored, and counts again once it does', () => {
    const platform = opened();
    platform.session.dispatch({ type: 'choose', verdict: 'tie' });
    platform.deliver();
    platform.session.dispatch({ type: 'choose', verdict: 'both_bad' });
    platform.refuse();
    platform.pass(4_999);
    expect(platform.verdict).toBe('both_bad');
    platform.pass(1);
    expect(platform.verdict).toBe('tie');
    expect(platform.desk.shown()).toMatchObject({ host: { lost: true } });
    platform.session.dispatch({ type: 'choose', verdict: 'both_bad' });
    platform.deliver();
    platform.pass(10_000);
    expect(platform.verdict).toBe('both_bad');
    expect(platform.desk.shown()).toMatchObject({ host: { lost: false } });
  });

  test('undo and redo of the platform are taken up; undone as a whole, its times stay', () => {
    const platform = opened();
    platform.session.dispatch({ type: 'choose', verdict: 'tie' });
    platform.deliver();
    const [first] = platform.annotation;
    platform.pass(60_000);
    platform.session.dispatch({ type: 'choose', verdict: 'both_bad' });
    platform.deliver();
    platform.annotation = [first!];
    platform.show();
    expect(platform.verdict).toBe('tie');
    platform.annotation = [];
    platform.show();
    expect(platform.verdict).toBeNull();
    platform.pass(60_000);
    platform.session.dispatch({ type: 'choose', verdict: 'both_bad' });
    platform.deliver();
    const { meta } = reactCodeValueSchema.parse(platform.annotation[0]!.value);
    expect(meta).toMatchObject({ started_at: new Date(1_000_000).toISOString(), verdict_ms: 120_000 });
    platform.annotation = [first!];
    platform.show();
    expect(platform.verdict).toBe('tie');
  });

  test('is read-only where annotations are compared or reviewed, and when its region is locked', () => {
    for (const currentScreen of ['side_by_side', 'review_stream']) {
      const platform = new FakePlatform();
      platform.viewState = { currentScreen };
      platform.show();
      platform.session.dispatch({ type: 'choose', verdict: 'tie' });
      expect(platform.writes).toEqual([]);
    }
    const platform = opened();
    platform.session.dispatch({ type: 'choose', verdict: 'tie' });
    platform.deliver();
    const locked = { ...platform.annotation[0]!, locked: true, update: () => expect.unreachable(), delete: () => {} };
    platform.desk.take({ data: dataOf(0), regions: [locked], viewState: STREAM, addRegion: () => expect.unreachable() });
    platform.session.dispatch({ type: 'choose', verdict: 'both_bad' });
    expect(platform.verdict).toBe('tie');
  });
});

describe('switches', () => {
  test('what was typed and not yet stored goes nowhere else', () => {
    for (const leave of [(platform: FakePlatform) => platform.switchTo(1), (platform: FakePlatform) => platform.switchTo(0, [])]) {
      const platform = opened();
      platform.session.dispatch({ type: 'choose', verdict: 'tie' });
      platform.deliver();
      const before = platform.writes.length;
      platform.session.dispatch({ type: 'write', field: 'rationale', text: 'half a thou' });
      leave(platform);
      platform.show();
      platform.pass(10_000);
      expect(platform.writes).toHaveLength(before);
      expect(platform.session.state.draft).toMatchObject({ verdict: null, rationale: '' });
    }
  });

  test("another annotation's judgement of the same pair is another comparison, also under a copied value", () => {
    const platform = opened();
    platform.session.dispatch({ type: 'choose', verdict: 'tie' });
    platform.deliver();
    const { session } = platform;
    platform.switchTo(0, [{ id: 'copy', value: platform.annotation[0]!.value }]);
    platform.show();
    expect(platform.session).not.toBe(session);
    session.dispatch({ type: 'choose', verdict: 'both_bad' });
    platform.deliver();
    expect(draftIn(platform.annotation[0]!.value).verdict).toBe('tie');
  });

  test('a stray judgement of another pair is not shown, and cleared away once there is an own', () => {
    const platform = opened();
    platform.session.dispatch({ type: 'choose', verdict: 'tie' });
    platform.deliver();
    platform.switchTo(1, platform.annotation);
    platform.show();
    expect(platform.verdict).toBeNull();
    platform.session.dispatch({ type: 'choose', verdict: 'both_bad' });
    platform.deliver();
    const held = () => platform.annotation.map(({ value }) => [reactCodeValueSchema.parse(value).pair, draftIn(value).verdict]);
    expect(held()).toEqual([[idOf(0), 'tie'], [idOf(1), 'both_bad']]);
    platform.session.dispatch({ type: 'choose', verdict: 'tie' });
    platform.deliver();
    expect(held()).toEqual([[idOf(1), 'tie']]);
  });

  test('a frame without data, or with a task of something else, shows no pair', () => {
    const platform = opened();
    const props = { regions: [], viewState: STREAM, addRegion: () => undefined };
    platform.desk.take({ ...props, data: null });
    expect(platform.desk.shown()).toBe('waiting');
    platform.desk.take({ ...props, data: { text: 'a review' } });
    expect(platform.desk.shown()).toBe('no-pair');
  });

  test('begun twice, because the first came late, it is one again with the next change', () => {
    const platform = opened();
    platform.session.dispatch({ type: 'choose', verdict: 'tie' });
    platform.switchTo(1);
    platform.show();
    platform.switchTo(0);
    platform.show();
    platform.session.dispatch({ type: 'choose', verdict: 'both_bad' });
    platform.deliver();
    expect(platform.annotation).toHaveLength(2);
    platform.session.dispatch({ type: 'choose', verdict: 'both_bad' });
    platform.deliver();
    expect(platform.annotation.map(({ value }) => draftIn(value).verdict)).toEqual(['both_bad']);
  });

  const step = fc.oneof(
    fc.record({ do: fc.constant('choose' as const), verdict: fc.constantFrom('a' as const, 'b' as const, 'tie' as const) }),
    fc.record({ do: fc.constant('type' as const), text: fc.string() }),
    fc.record({ do: fc.constant('switch' as const), to: fc.integer({ min: 0, max: 3 }) }),
    fc.record({ do: fc.constantFrom('show' as const, 'deliver' as const, 'pass' as const) }),
  );
  test('whatever happens in whatever order, a value names the pair that was shown when it was given', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const platform = opened();
        for (const one of steps) {
          if (one.do === 'choose') platform.session.dispatch({ type: 'choose', verdict: one.verdict });
          if (one.do === 'type') platform.session.dispatch({ type: 'write', field: 'rationale', text: one.text });
          if (one.do === 'switch') platform.switchTo(one.to);
          if (one.do === 'show') platform.show();
          if (one.do === 'deliver') platform.deliver();
          if (one.do === 'pass') platform.pass(700);
        }
        expect(platform.writes.map(({ value }) => reactCodeValueSchema.parse(value).pair)).toEqual(platform.writes.map(({ shown }) => idOf(shown)));
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
