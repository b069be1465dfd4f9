import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fact, KeptFact } from './facts.js';
import { parsePolicy } from './policy.js';
import { advance, deriveStanding, goldShareOf, NEW_RATER, RATER_STATES, type Standing } from './standing.js';

const SEQUENTIAL = parsePolicy({ policy: 'sequential' });
const STRICT = parsePolicy({ policy: 'strict' });

const gold = (passed: boolean, batchId = 1): Fact => ({ kind: 'gold', batchId, passed });
const passes = (count: number): Fact[] => Array.from({ length: count }, () => gold(true));
const after = (policy: typeof STRICT, ...facts: Fact[]): Standing => facts.reduce((standing, fact) => advance(policy, standing, fact), NEW_RATER);
const kappa = (golds: number, value: number, high: number): Fact => ({ kind: 'kappa', golds, value, high });
const TOO_FAST: Fact = { kind: 'too_fast' };
const PAUSE: Fact = { kind: 'decision', to: 'paused', reason: 'Please talk to me.' };
const RESUME: Fact = { kind: 'decision', to: 'active', reason: 'We talked.' };
const calibration = (step: 'begun' | 'passed' | 'failed'): Fact => ({ kind: 'calibration', step });

describe('sequential', () => {
  test('twelve passed gold items end training, eleven do not', () => {
    expect(after(SEQUENTIAL, ...passes(11))).toMatchObject({ state: 'training', isFresh: true });
    expect(after(SEQUENTIAL, ...passes(12))).toMatchObject({ state: 'active', isFresh: false, reason: null });
  });

  test('three failed gold items at once pause a fresh rater, with one passed before it takes four', () => {
    const failed = [gold(false, 1), gold(false, 2), gold(false, 3)];
    expect(after(SEQUENTIAL, ...failed)).toMatchObject({ state: 'paused', reason: "Of your last 3 checked answers 3 differ from the experts'." });
    expect(after(SEQUENTIAL, gold(true), ...failed)).toMatchObject({ state: 'training' });
    expect(after(SEQUENTIAL, gold(true), ...failed, gold(false, 4))).toMatchObject({ state: 'paused' });
  });

  test('seven failed of twenty-five pause at the cut, six let go on', () => {
    const spread = (failed: number): Fact[] => Array.from({ length: 25 }, (_, at) => gold(at % 4 !== 3 || at / 4 > failed, at));
    const six = after(SEQUENTIAL, ...spread(6));
    expect(six).toMatchObject({ golds: { passed: 19, failed: 6 }, state: 'active' });
    expect(after(SEQUENTIAL, ...spread(6).slice(0, 24), gold(false, 99))).toMatchObject({ golds: { passed: 18, failed: 7 }, state: 'paused' });
  });

  test('after a thousand passed gold items the CUSUM pauses at the sixth failure in a row', () => {
    const settled = [...passes(1_000), ...[1, 2, 3, 4, 5].map((batch) => gold(false, batch))];
    expect(after(SEQUENTIAL, ...settled).state).toBe('active');
    expect(after(SEQUENTIAL, ...settled, gold(false, 6))).toMatchObject({ state: 'paused', reason: "Of your last 6 checked answers 6 differ from the experts'." });
  });

  test.each<[string, Fact[]]>([
    ['two gold items of a batch failed', [gold(false), gold(false)]],
    ['an attention check failed', [{ kind: 'attention', passed: false }]],
    ['an impossible item answered', [{ kind: 'impossible', passed: false }]],
    ['too fast', [TOO_FAST]],
    ['κ below .5 with its interval, over 30 golds', [kappa(30, 0.2, 0.49)]],
  ])('%s: warned, with the raised share of gold, until ten gold items are passed', (_, facts) => {
    const warned = after(SEQUENTIAL, ...passes(30), ...facts);
    expect(warned.state).toBe('warned');
    expect(warned.reason).not.toBeNull();
    expect(goldShareOf(SEQUENTIAL, warned)).toBe(0.15);
    expect([...passes(9)].reduce((standing, fact) => advance(SEQUENTIAL, standing, fact), warned).state).toBe('warned');
    const cleared = [...passes(10)].reduce((standing, fact) => advance(SEQUENTIAL, standing, fact), warned);
    expect(cleared).toMatchObject({ state: 'active', reason: null });
    expect(goldShareOf(SEQUENTIAL, cleared)).toBe(0.08);
  });

  test.each<[string, Fact[]]>([
    ['one failed gold item in each of two batches', [gold(false, 1), gold(false, 2)]],
    ['κ below .5 over 29 golds', [kappa(29, 0.1, 0.3)]],
    ['κ below .5 with an interval that reaches it', [kappa(40, 0.3, 0.5)]],
  ])('%s: no warning', (_, facts) => {
    expect(after(SEQUENTIAL, ...passes(30), ...facts).state).toBe('active');
  });

  test('a warning in training keeps the state, and training ends in warned', () => {
    expect(after(SEQUENTIAL, TOO_FAST, ...passes(9))).toMatchObject({ state: 'training' });
    expect(after(SEQUENTIAL, ...passes(5), TOO_FAST, ...passes(7))).toMatchObject({ state: 'warned' });
  });

  test('without failed gold nothing pauses', () => {
    const others: Fact[] = [TOO_FAST, kappa(100, -0.5, -0.4), { kind: 'attention', passed: false }, { kind: 'impossible', passed: false }];
    const many = Array.from({ length: 200 }, (_, at) => others[at % 4]!);
    expect(after(SEQUENTIAL, ...passes(12), ...many).state).toBe('warned');
  });
});

describe('strict', () => {
  test('the first failed gold item of a batch warns, the second pauses', () => {
    const trained = passes(10);
    expect(after(STRICT, ...trained).state).toBe('active');
    expect(after(STRICT, ...trained, gold(false)).state).toBe('warned');
    expect(after(STRICT, ...trained, gold(false), gold(false, 2)).state).toBe('warned');
    expect(after(STRICT, ...trained, gold(false), gold(false))).toMatchObject({ state: 'paused', reason: "Answers of this batch that differ from the experts': 2." });
  });

  test.each<[string, Fact]>([
    ['too fast', TOO_FAST],
    ['an attention check', { kind: 'attention', passed: false }],
    ['an impossible item', { kind: 'impossible', passed: false }],
    ['κ of .49, whatever its interval', kappa(10, 0.49, 0.8)],
  ])('%s pauses at once, in training too', (_, fact) => {
    expect(after(STRICT, fact).state).toBe('paused');
    expect(after(STRICT, ...passes(50), fact).state).toBe('paused');
  });

  test('κ of .5, and of too few golds, pass', () => {
    expect(after(STRICT, kappa(10, 0.5, 0.8), kappa(9, 0, 0.1)).state).toBe('training');
  });
});

describe('the way back', () => {
  const paused = after(SEQUENTIAL, ...passes(20), PAUSE);

  test('a person pauses, with their reason, and answers change nothing', () => {
    expect(paused).toMatchObject({ state: 'paused', reason: 'Please talk to me.' });
    expect(advance(SEQUENTIAL, paused, gold(false))).toBe(paused);
  });

  test('calibration leads through retraining back to new tests, or to the pause again', () => {
    const retraining = advance(SEQUENTIAL, paused, calibration('begun'));
    expect(retraining.state).toBe('retraining');
    expect(advance(SEQUENTIAL, retraining, calibration('failed'))).toMatchObject({ state: 'paused', reason: 'Please talk to me.' });
    const back = advance(SEQUENTIAL, retraining, calibration('passed'));
    expect(back).toEqual({ ...NEW_RATER, state: 'active' });
    expect(goldShareOf(SEQUENTIAL, back)).toBe(0.15);
    const failed = [1, 2, 3].map((batch) => gold(false, batch));
    expect(failed.reduce((standing, fact) => advance(SEQUENTIAL, standing, fact), back).state).toBe('paused');
  });

  test('a person lets go on from paused; who is not paused is not begun anew', () => {
    expect(advance(SEQUENTIAL, paused, RESUME)).toEqual({ ...NEW_RATER, state: 'active' });
    const active = after(SEQUENTIAL, ...passes(20));
    expect(advance(SEQUENTIAL, active, RESUME)).toBe(active);
    expect(advance(SEQUENTIAL, active, calibration('begun'))).toBe(active);
    expect(advance(SEQUENTIAL, paused, calibration('passed'))).toBe(paused);
  });
});

test('deriveStanding tells every change with its fact and its reason', () => {
  const facts: Fact[] = [...passes(12), TOO_FAST, PAUSE, calibration('begun'), calibration('passed')];
  const kept = facts.map((fact, at) => ({ id: `f${at}`, at: new Date(at * 1_000), fact }));
  const { standing, transitions } = deriveStanding(SEQUENTIAL, kept);
  expect(standing.state).toBe('active');
  expect(transitions.map(({ from, to, factId, reason }) => `${factId} ${from} → ${to}: ${reason}`)).toEqual([
    'f11 training → active: Trained: the first gold items were passed.',
    'f12 active → warned: A verdict was given faster than the pair can be read.',
    'f13 warned → paused: Please talk to me.',
    'f14 paused → retraining: Calibration session begun.',
    'f15 retraining → active: Calibration session passed.',
  ]);
  expect(deriveStanding(SEQUENTIAL, [])).toEqual({ standing: NEW_RATER, transitions: [] });
});

describe('as properties (seed 20260)', () => {
  const run = { seed: 20_260, numRuns: 300 };
  const fact: fc.Arbitrary<Fact> = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('gold' as const), batchId: fc.integer({ min: 1, max: 5 }), passed: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('attention' as const, 'impossible' as const), passed: fc.boolean() }) },
    { weight: 1, arbitrary: fc.constant(TOO_FAST) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('kappa' as const), golds: fc.integer({ min: 2, max: 60 }), value: fc.double({ min: -1, max: 1, noNaN: true }), high: fc.double({ min: -1, max: 1, noNaN: true }) }) },
    { weight: 1, arbitrary: fc.constantFrom(PAUSE, RESUME, calibration('begun'), calibration('passed'), calibration('failed')) },
  );
  const kept = fc.array(fact, { maxLength: 60 }).map((facts): KeptFact[] => facts.map((one, at) => ({ id: `f${at}`, at: new Date(Math.floor(at / 2)), fact: one })));
  const policy = fc.constantFrom(SEQUENTIAL, STRICT);
  const shuffled = kept.chain((facts) => fc.tuple(fc.constant(facts), fc.shuffledSubarray(facts, { minLength: facts.length })));

  test('facts in any order of telling, each told repeatedly, give the same', () => {
    fc.assert(
      fc.property(policy, shuffled, (policy, [facts, other]) => {
        expect(deriveStanding(policy, [...other, ...facts, ...other])).toEqual(deriveStanding(policy, facts));
      }),
      run,
    );
  });

  test('renaming batches changes nothing; neither do ids, where times differ', () => {
    const rename = (one: Fact): Fact => ('batchId' in one ? { ...one, batchId: 77 - one.batchId * 3 } : one);
    fc.assert(
      fc.property(policy, fc.array(fact, { maxLength: 60 }), (policy, facts) => {
        const told = (name: (at: number) => string, change: (one: Fact) => Fact) =>
          deriveStanding(policy, facts.map((one, at) => ({ id: name(at), at: new Date(at), fact: change(one) }))).transitions.map(({ from, to, reason }) => [from, to, reason]);
        expect(told((at) => `x${1_000 - at}`, rename)).toEqual(told((at) => `f${at}`, (one) => one));
      }),
      run,
    );
  });

  test('sequential: as long as nobody is paused, the order of the answers does not change what the fresh test knows', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 8 }), (outcomes) => {
        const facts = (some: readonly boolean[]): Fact[] => some.map((passed, at) => gold(passed, at));
        const [one, other] = [after(SEQUENTIAL, ...facts(outcomes)), after(SEQUENTIAL, ...facts([...outcomes].reverse()))];
        fc.pre(one.state !== 'paused' && other.state !== 'paused');
        expect([one.golds, one.isFresh, one.state]).toEqual([other.golds, other.isFresh, other.state]);
      }),
      run,
    );
  });

  test('only the ways of the drawing are taken, and who is stopped has a reason', () => {
    const ways = new Set(['training active', 'training warned', 'active warned', 'warned active', 'paused retraining', 'retraining active', 'paused active', ...RATER_STATES.map((from) => `${from} paused`)]);
    fc.assert(
      fc.property(policy, kept, (policy, facts) => {
        const { standing, transitions } = deriveStanding(policy, facts);
        for (const { from, to, reason } of transitions) {
          expect(ways).toContain(`${from} ${to}`);
          expect(reason).not.toBe('');
        }
        expect(standing.reason === null).toBe(standing.state === 'active' || (standing.state === 'training' && standing.passedSinceWarning === null));
      }),
      run,
    );
  });

  test('a failed gold item in place of a passed one never keeps a fresh rater going longer', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), fc.nat(), (outcomes, place) => {
        const worse = outcomes.map((passed, at) => passed && at !== place % outcomes.length);
        const pausedAt = (some: readonly boolean[]): number => {
          const { transitions } = deriveStanding(SEQUENTIAL, some.map((passed, at) => ({ id: `${at}`, at: new Date(at), fact: gold(passed, at) })));
          return transitions.find(({ to }) => to === 'paused')?.at.getTime() ?? Infinity;
        };
        expect(pausedAt(worse)).toBeLessThanOrEqual(pausedAt(outcomes));
      }),
      run,
    );
  });
});
