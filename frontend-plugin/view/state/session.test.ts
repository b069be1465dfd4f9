import { describe, expect, test } from 'vitest';
import { rubricSchema } from '../../../core/domain/rubric.js';
import type { DisplayedOrder } from '../../../core/domain/verdict.js';
import { voteMetaSchema, type VoteMeta } from '../../../core/domain/vote.js';
import type { Host } from '../../hosts/host.js';
import { EMPTY_DRAFT, withChanges, type Change, type Draft } from './draft.js';
import { storedPreferences } from './preferences.js';
import { ComparisonSession, type Clock } from './session.js';

const rubric = rubricSchema.parse({ name: 'support', title: 'Support', guideline: 'support', dimensions: [{ name: 'tone', title: 'Tone', weight: 1 }] });
const task = {
  pair: '8a7a2a0c-58a8-4c7e-9d77-5c2f3a1f0001',
  domain: 'support',
  difficulty: null,
  safety: false,
  prompt: 'p',
  messages: null,
  prompt_text: 'p',
  response_a: 'canonical a',
  response_b: 'canonical b',
  checks_a: null,
  checks_b: null,
  checks_a_text: '-',
  checks_b_text: '-',
};

/** A host in memory that stores as Label Studio does: drafts with history, changes announced to listeners. */
class MemoryHost implements Host {
  readonly capabilities = { undo: true, draft: true, veto: true, nativeSubmit: true };
  readonly task = task;
  readonly canSkip = true;
  readonly writes: Change[][] = [];
  readonly skipped: string[] = [];
  private listener = (): void => undefined;

  constructor(
    public draft: Draft = EMPTY_DRAFT,
    public meta: VoteMeta | null = null,
    readonly readOnly = false,
  ) {}

  read(): { draft: Draft; meta: VoteMeta | null } {
    return { draft: this.draft, meta: this.meta };
  }

  write(changes: readonly Change[], meta: VoteMeta): void {
    this.writes.push([...changes]);
    this.meta = meta;
    this.draft = withChanges(this.draft, changes);
    this.listener();
  }

  stamp(meta: VoteMeta): void {
    this.meta = meta;
  }

  subscribe(listener: () => void): () => void {
    this.listener = listener;
    return () => {
      this.listener = () => undefined;
    };
  }

  skip(reason: string): void {
    this.skipped.push(reason);
  }

  /** As an undo in the host would. */
  become(draft: Draft): void {
    this.draft = draft;
    this.listener();
  }
}

class ManualClock implements Clock {
  time = Date.parse('2026-03-01T12:00:00Z');
  private waiting: { at: number; call: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(ms: number, call: () => void): () => void {
    const one = { at: this.time + ms, call };
    this.waiting.push(one);
    return () => {
      this.waiting = this.waiting.filter((other) => other !== one);
    };
  }

  pass(ms: number): void {
    this.time += ms;
    const due = this.waiting.filter((one) => one.at <= this.time);
    this.waiting = this.waiting.filter((one) => one.at > this.time);
    for (const one of due) one.call();
  }
}

interface Started {
  readonly session: ComparisonSession;
  readonly host: MemoryHost;
  readonly clock: ManualClock;
}

function start(displayed: DisplayedOrder, host = new MemoryHost(), changedFrom: string | null = null, acknowledge = async (): Promise<string> => ACKNOWLEDGED): Started {
  const clock = new ManualClock();
  const guideline = { version: 'v7', sha256: 'ab'.repeat(32), markdown: '', changed_from: changedFrom, acknowledged_at: null };
  const presentation = { displayed, rubric, guideline, label_config_hash: 'cd'.repeat(32), progress: null };
  const preferences = storedPreferences(() => ({ getItem: () => null, setItem: () => undefined }));
  const openedAt = clock.now();
  return { host, clock, session: new ComparisonSession({ host, presentation, clock, view: 'test', visible: true, preferences, acknowledge, openedAt }) };
}

const ACKNOWLEDGED = '2026-03-01T12:00:05.000Z';

describe('ComparisonSession', () => {
  test('with the sides swapped, choosing the left response stores canonical b, once', () => {
    const { session, host } = start('ba');
    session.dispatch({ type: 'choose', verdict: 'a' });
    session.dispatch({ type: 'choose', verdict: 'a' });
    session.dispatch({ type: 'rate', dimension: 'tone', side: 'a', level: 4 });
    expect(session.state.draft.verdict).toBe('a');
    expect(host.writes).toEqual([
      [{ part: 'verdict', verdict: 'b' }],
      [{ part: 'likert', dimension: 'tone', side: 'b', level: 4 }],
    ]);
    expect(host.meta).toMatchObject({ displayed: 'ba', guideline_version: 'v7', view: 'test' });
  });

  test('rating the same level again takes it back', () => {
    const { session, host } = start('ab');
    session.dispatch({ type: 'rate', dimension: 'tone', side: 'a', level: 4 });
    session.dispatch({ type: 'rate', dimension: 'tone', side: 'a', level: 4 });
    expect(host.writes.at(-1)).toEqual([{ part: 'likert', dimension: 'tone', side: 'a', level: null }]);
  });

  test('typing is stored when it rests, as one change', () => {
    const { session, host, clock } = start('ab');
    session.dispatch({ type: 'write', field: 'rationale', text: 'B' });
    clock.pass(300);
    session.dispatch({ type: 'write', field: 'rationale', text: 'Both' });
    clock.pass(599);
    expect(host.writes).toEqual([]);
    clock.pass(1);
    expect(host.writes).toEqual([[{ part: 'rationale', text: 'Both' }]]);
  });

  test("the host's undo is taken up; text that is being typed is kept", () => {
    const { session, host, clock } = start('ba');
    session.dispatch({ type: 'choose', verdict: 'tie' });
    session.dispatch({ type: 'write', field: 'rationale', text: 'half a sent' });
    host.become({ ...EMPTY_DRAFT, likert: { tone: { a: 2 } } });
    expect(session.state.draft).toMatchObject({ verdict: null, likert: { tone: { b: 2 } }, rationale: 'half a sent' });
    clock.pass(600);
    expect(host.draft.rationale).toBe('half a sent');
  });

  test('both bad without a reason may not be saved, and says so; with one it may, typed text included', () => {
    const { session, host } = start('ab');
    session.dispatch({ type: 'choose', verdict: 'both_bad' });
    expect(session.prepareToSave()).toBe(false);
    expect(session.state.refusals).toBe(1);
    session.dispatch({ type: 'write', field: 'rationale', text: 'Neither answers.' });
    expect(session.prepareToSave()).toBe(true);
    expect(host.draft.rationale).toBe('Neither answers.');
  });

  test('an earlier vote is shown in the order it was given in, and its times go on', () => {
    const earlier = voteMetaSchema.parse({
      view: 'test',
      displayed: 'ba',
      started_at: '2026-03-01T11:59:00.000Z',
      first_interaction_ms: 5_000,
      verdict_ms: 9_000,
      active_ms: 20_000,
    });
    const { session, host, clock } = start('ab', new MemoryHost({ ...EMPTY_DRAFT, verdict: 'b' }, earlier));
    expect(session.displayed).toBe('ba');
    expect(session.state.draft.verdict).toBe('a');
    clock.pass(10_000);
    expect(session.prepareToSave()).toBe(true);
    expect(host.meta).toMatchObject({ displayed: 'ba', started_at: '2026-03-01T11:59:00.000Z', first_interaction_ms: 5_000, verdict_ms: 9_000, active_ms: 30_000 });
    session.dispatch({ type: 'choose', verdict: 'tie' });
    expect(host.meta?.verdict_ms).toBe(70_000);
  });

  test('times: what is stored is what the clock and the tab say', () => {
    const { session, host, clock } = start('ab');
    clock.pass(12_000);
    session.seeVisibility(false);
    clock.pass(60_000);
    session.seeVisibility(true);
    session.dispatch({ type: 'choose', verdict: 'tie' });
    expect(voteMetaSchema.parse(host.meta)).toMatchObject({ started_at: '2026-03-01T12:00:00.000Z', first_interaction_ms: 72_000, verdict_ms: 72_000, active_ms: 12_000 });
  });

  test('times count from the first painting, which is told apart from the opening', () => {
    const { session, host, clock } = start('ab');
    clock.pass(400);
    session.painted();
    clock.pass(3_000);
    session.painted();
    session.dispatch({ type: 'choose', verdict: 'tie' });
    expect(host.meta).toMatchObject({ started_at: '2026-03-01T12:00:00.400Z', first_paint_ms: 400, first_interaction_ms: 3_000, verdict_ms: 3_000 });
    // "p", "canonical a" and "canonical b": five words.
    expect(host.meta?.reading_ms).toBe(Math.round((5 / 238) * 60_000));
  });

  test('a changed guideline has to be confirmed before a verdict, and that is stored', async () => {
    const { session, host } = start('ab', new MemoryHost(), 'v6');
    expect(session.state).toMatchObject({ mustAcknowledge: true, panel: 'guideline' });
    session.dispatch({ type: 'close' });
    session.dispatch({ type: 'choose', verdict: 'a' });
    expect(session.state).toMatchObject({ draft: { verdict: null }, panel: 'guideline' });
    expect(session.prepareToSave()).toBe(false);
    await session.acknowledge();
    expect(session.state).toMatchObject({ mustAcknowledge: false, panel: null });
    session.dispatch({ type: 'choose', verdict: 'a' });
    expect(host.meta?.guideline_acknowledged_at).toBe(ACKNOWLEDGED);
  });

  test('a confirmation that could not be stored confirms nothing', async () => {
    const { session } = start('ab', new MemoryHost(), 'v6', async () => Promise.reject(new Error('the gateway answered 503')));
    await expect(session.acknowledge()).rejects.toThrow('503');
    expect(session.state.mustAcknowledge).toBe(true);
  });

  test('digits rate the row the keyboard is in and go on; a level that does not exist does nothing', () => {
    const { session } = start('ab');
    session.rate({ dimension: 'tone', side: 'b', level: 4 });
    expect(session.state).toMatchObject({ draft: { likert: { tone: { b: 4 } } }, focus: { target: 'next-rating', count: 1 } });
    session.rate({ dimension: 'tone', side: 'b', level: 4 });
    expect(session.state.draft.likert['tone']?.b).toBe(4);
    session.rate({ dimension: 'nothing', side: 'b', level: 4 });
    expect(session.state.focus?.count).toBe(2);
  });

  test('a read-only judgement cannot be changed, and nothing is written', () => {
    const { session, host } = start('ab', new MemoryHost({ ...EMPTY_DRAFT, verdict: 'a' }, null, true));
    session.dispatch({ type: 'choose', verdict: 'tie' });
    session.dispatch({ type: 'write', field: 'rationale', text: 'x' });
    session.dispatch({ type: 'open', panel: 'skip' });
    expect(session.state).toMatchObject({ draft: { verdict: 'a', rationale: '' }, panel: null });
    session.dispose();
    expect(host.writes).toEqual([]);
  });

  test('a pair that is being left takes nothing more, and keeps what was typed; should it stay, it goes on', () => {
    const { session, host } = start('ab');
    session.dispatch({ type: 'choose', verdict: 'a' });
    session.dispatch({ type: 'write', field: 'rationale', text: 'clear' });
    session.dispatch({ type: 'leaving', leaving: true });
    session.dispatch({ type: 'choose', verdict: 'tie' });
    session.dispatch({ type: 'write', field: 'rationale', text: 'clearer' });
    session.dispatch({ type: 'open', panel: 'skip' });
    session.skip('distressing');
    expect(session.prepareToSave()).toBe(false);
    session.flush();
    expect(host.draft).toMatchObject({ verdict: 'a', rationale: 'clear' });
    expect(session.state).toMatchObject({ panel: null, refusals: 0 });
    expect(host.skipped).toEqual([]);
    session.dispatch({ type: 'leaving', leaving: false });
    session.dispatch({ type: 'choose', verdict: 'tie' });
    expect(session.prepareToSave()).toBe(true);
  });

  test('skip hands the reason to the host; the end of a session stores what was typed', () => {
    const { session, host } = start('ab');
    session.dispatch({ type: 'write', field: 'critique', text: 'shorter' });
    session.dispose();
    expect(host.draft.critique).toBe('shorter');
    session.skip('distressing');
    expect(host.skipped).toEqual(['distressing']);
  });
});
