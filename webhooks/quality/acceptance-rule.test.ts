import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mirrorVerdict, VERDICTS, type Verdict } from '../../core/domain/verdict.js';
import { decide, type AcceptanceRule, type CastVote } from './acceptance-rule.js';

const RULE: AcceptanceRule = { votesMin: 2, votesMax: 3, agreementMin: 0.66 };

/** One vote per rater, cast one after another. */
function votes(...verdicts: Verdict[]): CastVote[] {
  return verdicts.map((verdict, index) => ({
    raterId: `rater-${index}`,
    verdict,
    submittedAt: new Date(1_000 * index),
    annotationId: index + 1,
  }));
}

describe('decide', () => {
  test.each<[Verdict[], Partial<ReturnType<typeof decide>>]>([
    [[], { state: 'open', verdict: null, agreement: null, voteCount: 0, votesTarget: 2, counts: {} }],
    [['a'], { state: 'open', verdict: null, agreement: 1, votesTarget: 2 }],
    [['a', 'a'], { state: 'accepted', verdict: 'a', agreement: 1, counts: { a: 2 } }],
    [['a', 'b'], { state: 'open', verdict: null, agreement: 0.5, votesTarget: 3 }],
    [['a', 'b', 'b'], { state: 'accepted', verdict: 'b', agreement: 2 / 3, counts: { a: 1, b: 2 } }],
    [['a', 'b', 'tie'], { state: 'disputed', verdict: null, votesTarget: 3 }],
    [['tie', 'tie'], { state: 'accepted', verdict: 'tie' }],
    [['both_bad', 'tie', 'both_bad'], { state: 'accepted', verdict: 'both_bad' }],
  ])('%j', (verdicts, expected) => {
    expect(decide(votes(...verdicts), RULE)).toMatchObject(expected);
  });

  test('with agreement 1, two of three is a dispute', () => {
    expect(decide(votes('a', 'a', 'b'), { ...RULE, agreementMin: 1 })).toMatchObject({ state: 'disputed', verdict: null });
  });

  test('a rater counts once, with the newest vote, also at the same instant', () => {
    const [first, second] = votes('a', 'b');
    const changed = { ...first!, verdict: 'b' as const, annotationId: 9 };
    expect(decide([changed, first!, second!], RULE)).toMatchObject({ state: 'accepted', verdict: 'b', voteCount: 2 });
    const older = { ...changed, submittedAt: new Date(-1) };
    expect(decide([older, first!, second!], RULE)).toMatchObject({ state: 'open', counts: { a: 1, b: 1 } });
  });
});

describe('decide, as properties (seed 20260)', () => {
  const run = { seed: 20_260, numRuns: 500 };
  const vote = fc.record({
    raterId: fc.constantFrom('p', 'q', 'r', 's', 't'),
    verdict: fc.constantFrom(...VERDICTS),
    submittedAt: fc.integer({ min: 0, max: 4 }).map((second) => new Date(second * 1_000)),
    annotationId: fc.integer({ min: 1, max: 1_000 }),
  });
  const someVotes = fc.uniqueArray(vote, { selector: (one) => one.annotationId, maxLength: 12 });
  const rule = fc
    .record({ votesMin: fc.integer({ min: 1, max: 4 }), more: fc.integer({ min: 0, max: 3 }), agreementMin: fc.double({ min: 0.51, max: 1, noNaN: true }) })
    .map(({ votesMin, more, agreementMin }) => ({ votesMin, votesMax: votesMin + more, agreementMin }));

  test('the order of the votes does not matter', () => {
    fc.assert(
      fc.property(someVotes, rule, fc.infiniteStream(fc.nat()), (given, rule, keys) => {
        const shuffled = given.map((one) => ({ one, key: keys.next().value as number })).sort((x, y) => x.key - y.key);
        expect(decide(shuffled.map(({ one }) => one), rule)).toEqual(decide(given, rule));
      }),
      run,
    );
  });

  test('renaming the raters changes nothing', () => {
    const renamed = { p: 'x', q: 'a', r: 'zz', s: 'p', t: 'q' } as Record<string, string>;
    fc.assert(
      fc.property(someVotes, rule, (given, rule) => {
        expect(decide(given.map((one) => ({ ...one, raterId: renamed[one.raterId]! })), rule)).toEqual(decide(given, rule));
      }),
      run,
    );
  });

  test('exchanging the sides mirrors the result', () => {
    fc.assert(
      fc.property(someVotes, rule, (given, rule) => {
        const straight = decide(given, rule);
        const mirrored = decide(given.map((one) => ({ ...one, verdict: mirrorVerdict(one.verdict) })), rule);
        expect(mirrored.state).toBe(straight.state);
        expect(mirrored.agreement).toBe(straight.agreement);
        expect(mirrored.verdict).toBe(straight.verdict === null ? null : mirrorVerdict(straight.verdict));
      }),
      run,
    );
  });

  test('an accepted verdict has its share and its votes; a target is never passed without a decision', () => {
    fc.assert(
      fc.property(someVotes, rule, (given, rule) => {
        const { state, voteCount, counts, verdict, votesTarget } = decide(given, rule);
        const holds = {
          accepted: voteCount >= rule.votesMin && (counts[verdict ?? 'a'] ?? 0) / voteCount >= rule.agreementMin,
          disputed: voteCount >= rule.votesMax && verdict === null,
          open: voteCount < votesTarget && verdict === null,
        };
        expect(holds[state]).toBe(true);
      }),
      run,
    );
  });
});
