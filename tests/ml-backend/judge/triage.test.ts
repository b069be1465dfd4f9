import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { VERDICTS, mirrorVerdict, verdictSchema, type Verdict } from '../../../core/domain/verdict.js';
import { createFractions } from '../../../core/random.js';
import { auditSize, drawSample } from '../../../ml-backend/uncertainty/judge/audit-sample.js';
import { exactInterval, isBoundedBy, upperBound } from '../../../ml-backend/uncertainty/judge/binomial-bounds.js';
import type { JudgeVote, Reference } from '../../../ml-backend/uncertainty/judge/judge-vote.js';
import { panelOpinions } from '../../../ml-backend/uncertainty/judge/panel.js';
import { positionBias } from '../../../ml-backend/uncertainty/judge/position-bias.js';
import { calibrate, thresholdsToTest } from '../../../ml-backend/uncertainty/judge/risk-threshold.js';
import { triage, type Triage } from '../../../ml-backend/uncertainty/judge/triage.js';

const promised = { error: z.number(), confidence: z.number() };
const verdict = verdictSchema.nullable();
const oracle = z
  .object({
    bounds: z.array(z.object({ count: z.number(), n: z.number(), miss: z.number(), upper: z.number(), low: z.number() })),
    thresholds: z.array(
      z.object({
        ...promised,
        pairs: z.array(z.tuple([z.number(), z.boolean()])),
        target: z.array(z.number()),
        threshold: z.number().nullable(),
        tested: z.array(z.object({ threshold: z.number(), settled: z.number(), wrong: z.number(), passed: z.boolean() })),
      }),
    ),
    audits: z.array(z.object({ ...promised, settled: z.number(), precision: z.number(), size: z.number() })),
    triages: z.array(
      z.object({
        ...promised,
        votes: z.array(z.object({ item: z.string(), judge: z.string(), ab: verdict, ba: verdict, confidence: z.number().nullable() })),
        gold: z.record(z.string(), z.array(verdictSchema)),
        threshold: z.number().nullable(),
        decisions: z.record(z.string(), z.string()),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../../oracles/judge-triage.json', import.meta.url), 'utf8')));

const toReference = (gold: Readonly<Record<string, readonly Verdict[]>>): Reference => new Map(Object.entries(gold).map(([item, verdicts]) => [item, new Set(verdicts)]));
const usual = { auditPrecision: 0.1, heldOutErrors: [], splits: 0, seed: 3 };

/** What became of each pair, in a word. */
function outcomes({ decisions }: Triage): Record<string, string> {
  return Object.fromEntries(decisions.map((decision) => [decision.item, decision.to === 'settled' ? decision.verdict : decision.reason]));
}

describe('equals SciPy and a plain program in Python:', () => {
  test('exact bounds, to 1e-9', () => {
    for (const { count, n, miss, upper, low } of oracle.bounds) {
      const what = `${count} of ${n}, missed with ${miss}`;
      expect(Math.abs(upperBound(count, n, miss) - upper), what).toBeLessThan(1e-9);
      expect(Math.abs(exactInterval(count, n, 1 - 2 * miss).low - low), what).toBeLessThan(1e-9);
      expect([upper * (1 - 1e-9), Math.min(1, upper * (1 + 1e-9))].map((share) => isBoundedBy(share, count, n, miss)), what).toEqual([false, count < n]);
    }
  });

  test('thresholds in the fixed sequence', () => {
    for (const { pairs, target, threshold, tested, ...promise } of oracle.thresholds) {
      const thresholds = thresholdsToTest(target, pairs.length / target.length, promise);
      const calibration = calibrate(pairs.map(([confidence, right]) => ({ confidence, right })), thresholds, promise);
      expect(calibration.threshold).toBe(threshold);
      expect(calibration.tested).toMatchObject(tested);
      expect(calibration.tested).toHaveLength(tested.length);
    }
  });

  test('audit sizes', () => {
    for (const { settled, precision, size, ...promise } of oracle.audits) expect(auditSize(settled, precision, promise), JSON.stringify({ settled, precision })).toBe(size);
  });

  test('whole triages: threshold and what becomes of each pair', () => {
    for (const { votes, gold, threshold, decisions, ...promise } of oracle.triages) {
      const result = triage(votes, toReference(gold), { ...promise, ...usual });
      expect(result.calibration.threshold).toBe(threshold);
      expect(outcomes(result)).toEqual(decisions);
    }
  });
});

/** Four judges' votes on 40 pairs, three quarters of them with gold. */
const scene = fc.record({
  votes: fc.array(
    fc.record({
      item: fc.integer({ min: 0, max: 39 }).map((index) => `p${String(index).padStart(2, '0')}`),
      judge: fc.constantFrom('j1', 'j2', 'j3', 'j4'),
      ab: fc.constantFrom(...VERDICTS, 'a', 'b', null),
      ba: fc.constantFrom(...VERDICTS, 'a', 'b', null),
      confidence: fc.option(fc.integer({ min: 0, max: 7 }).map((step) => step / 7)),
    }),
    { maxLength: 150 },
  ),
  gold: fc.array(fc.constantFrom(...VERDICTS), { minLength: 30, maxLength: 30 }),
});
const options = { error: 0.4, confidence: 0.7, auditPrecision: 0.2, heldOutErrors: [0.4, 0.3], splits: 3, seed: 11 };

/** One vote a judge and pair, and the reference. */
function setScene({ votes, gold }: { votes: readonly JudgeVote[]; gold: readonly Verdict[] }): { votes: JudgeVote[]; reference: Reference } {
  const distinct = new Map(votes.map((vote) => [`${vote.item} ${vote.judge}`, vote]));
  return { votes: [...distinct.values()], reference: new Map(gold.map((one, index) => [`p${String(index).padStart(2, '0')}`, new Set([one])])) };
}

describe('a triage', () => {
  test('does not depend on the order of the votes', () => {
    fc.assert(
      fc.property(scene, fc.integer(), (given, turn) => {
        const { votes, reference } = setScene(given);
        const at = votes.length === 0 ? 0 : Math.abs(turn) % votes.length;
        expect(triage([...votes.slice(at), ...votes.slice(0, at)].toReversed(), reference, options)).toEqual(triage(votes, reference, options));
      }),
    );
  });

  test('turns with the sides: the other verdicts for the same pairs, the same numbers', () => {
    fc.assert(
      fc.property(scene, (given) => {
        const { votes, reference } = setScene(given);
        const turn = (one: Verdict | null): Verdict | null => (one === null ? null : mirrorVerdict(one));
        // What was shown first stays where it was: the order that had A first now has B first.
        const turned = votes.map((vote) => ({ ...vote, ab: turn(vote.ba), ba: turn(vote.ab) }));
        const turnedReference = new Map([...reference].map(([item, verdicts]) => [item, new Set([...verdicts].map(mirrorVerdict))]));
        const one = triage(votes, reference, options);
        const other = triage(turned, turnedReference, options);
        expect(other.decisions.map((decision) => (decision.to === 'settled' ? { ...decision, verdict: mirrorVerdict(decision.verdict) } : decision))).toEqual(one.decisions);
        expect(other.calibration).toEqual(one.calibration);
        expect(other.heldOut).toEqual(one.heldOut);
        expect(other.judges.map(({ positionBias: bias, stable }) => ({ bias, stable }))).toEqual(one.judges.map(({ positionBias: bias, stable }) => ({ bias, stable })));
      }),
    );
  });

  test('does not depend on the names of the judges', () => {
    fc.assert(
      fc.property(scene, (given) => {
        const { votes, reference } = setScene(given);
        const names = new Map([['j1', 'zoe'], ['j2', 'j1'], ['j3', 'a'], ['j4', 'j3']]);
        const renamed = votes.map((vote) => ({ ...vote, judge: names.get(vote.judge)! }));
        const one = triage(votes, reference, options);
        const other = triage(renamed, reference, options);
        expect(other.decisions).toEqual(one.decisions);
        expect(other.calibration).toEqual(one.calibration);
      }),
    );
  });

  test('never settles a pair that no judge answers alike in both orders, nor both bad', () => {
    fc.assert(
      fc.property(scene, (given) => {
        const { votes } = setScene(given);
        const { decisions } = triage(votes, new Map(), { ...options, error: 0.9 });
        for (const decision of decisions) {
          if (decision.to !== 'settled') continue;
          expect(votes.some((vote) => vote.item === decision.item && vote.ab === decision.verdict && vote.ba === decision.verdict)).toBe(true);
          expect(decision.verdict).not.toBe('both_bad');
        }
      }),
    );
  });

  test('of nothing, and of known pairs alone, is empty', () => {
    expect(triage([], new Map(), options)).toMatchObject({ pairs: 0, known: 0, judges: [], decisions: [], heldOut: [], calibration: { threshold: null, tested: [] } });
    const vote = { item: 'p', judge: 'j', ab: 'a', ba: 'a', confidence: null } as const;
    expect(triage([vote], new Map([['p', new Set(['a'] as const)]]), options)).toMatchObject({ pairs: 1, known: 1, decisions: [], heldOut: [] });
  });
});

test('the promise holds: with errors that rise, fall or jump with confidence, it is broken in no more runs than stated', () => {
  const risks: ((confidence: number) => number)[] = [(one) => 0.45 * (1 - one), (one) => 0.02 + 0.4 * one, (one) => (one > 0.7 ? 0.2 : 0.12), () => 0.16];
  const promise = { error: 0.15, confidence: 0.8 };
  const runs = 300;
  for (const [kind, risk] of risks.entries()) {
    const draw = createFractions(kind);
    const confidenceDrawn = (): number => Math.floor(draw() * 10) / 10;
    const trueError = (threshold: number): number => {
      const levels = Array.from({ length: 10 }, (_, step) => step / 10).filter((level) => level >= threshold);
      return levels.reduce((sum, level) => sum + risk(level), 0) / levels.length;
    };
    let broken = 0;
    for (let run = 0; run < runs; run += 1) {
      const pairs = Array.from({ length: 150 }, () => confidenceDrawn()).map((confidence) => ({ confidence, right: draw() >= risk(confidence) }));
      const target = Array.from({ length: 100 }, confidenceDrawn);
      const { threshold } = calibrate(pairs, thresholdsToTest(target, 1.5, promise), promise);
      if (threshold !== null && trueError(threshold) > promise.error) broken += 1;
    }
    // 0.2 of the runs, and four standard deviations of chance.
    expect(broken / runs, `kind ${kind}`).toBeLessThanOrEqual(0.2 + 4 * Math.sqrt((0.2 * 0.8) / runs));
  }
});

describe('position bias', () => {
  test('counts the verdicts that move to what is shown first or second, ties between', () => {
    const votes = [
      { ab: 'a', ba: 'b' },
      { ab: 'a', ba: 'tie' },
      { ab: 'both_bad', ba: 'b' },
      { ab: 'b', ba: 'a' },
      { ab: 'a', ba: 'a' },
      { ab: 'tie', ba: 'both_bad' },
      { ab: 'a', ba: null },
    ] as const;
    expect(positionBias(votes, 0.9)).toMatchObject({ asked: 6, first: 3, second: 1, firstShare: 0.75 });
  });

  test('is undefined when nothing moves', () => {
    expect(positionBias([{ ab: 'a', ba: 'a' }], 0.9)).toEqual({ asked: 1, first: 0, second: 0, firstShare: null, interval: null });
  });
});

describe('a panel', () => {
  const says = (judge: string, both: Verdict, confidence: number | null = null): JudgeVote => ({ item: 'p', judge, ab: both, ba: both, confidence });

  test('is as confident as agreeing judges outnumber the others', () => {
    expect(panelOpinions([says('j1', 'a'), says('j2', 'a'), says('j3', 'b'), { ...says('j4', 'b'), ba: 'a' }])).toEqual([{ item: 'p', verdict: 'a', confidence: 1 }]);
    expect(panelOpinions([says('j1', 'a'), says('j2', 'b')])).toEqual([{ item: 'p', verdict: null, reason: 'judges_disagree' }]);
  });

  test('weighs voices by their confidence, and one that is missing by 0 where the judge states others', () => {
    const elsewhere = { ...says('j1', 'a', 0.5), item: 'q' };
    expect(panelOpinions([elsewhere, says('j1', 'a'), says('j2', 'a', 0.75), says('j3', 'b', 0.25)])[0]).toEqual({ item: 'p', verdict: 'a', confidence: 0.5 });
  });
});

test('an audit sample is drawn by the seed, each pair alike', () => {
  const items = Array.from({ length: 10 }, (_, index) => `p${index}`);
  expect(drawSample(items, 3, 5)).toEqual(drawSample(items, 3, 5));
  const seen = new Map<string, number>();
  for (let seed = 0; seed < 4_000; seed += 1) for (const item of drawSample(items, 3, seed)) seen.set(item, (seen.get(item) ?? 0) + 1);
  // 0.3 of 4,000, and five standard deviations of chance.
  for (const item of items) expect(Math.abs(seen.get(item)! - 1_200), item).toBeLessThan(5 * Math.sqrt(4_000 * 0.3 * 0.7));
});
