import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mirrorVerdict, VERDICTS, type Verdict } from '../../../core/domain/verdict.js';
import type { ItemVote } from '../../../core/domain/vote.js';
import { createRandom } from '../../../core/random.js';
import { dawidSkene, type DawidSkene } from '../../../webhooks/statistics/dawid-skene.js';
import { CONSENSUS_MODELS } from '../../../webhooks/statistics/rater-model.js';

const PARAMETERS = { seed: 20_240_602, numRuns: 100 };

interface VerdictVote extends ItemVote {
  readonly value: Verdict;
}

/** Verdicts of one to five raters on up to 20 items, with votes missing. */
const someVotes: fc.Arbitrary<VerdictVote[]> = fc
  .array(fc.array(fc.option(fc.constantFrom<Verdict>(...VERDICTS), { freq: 4 }), { minLength: 5, maxLength: 5 }), { maxLength: 20 })
  .map((items) => items.flatMap((row, item) => row.flatMap((value, rater) => (value === null ? [] : [vote(`i${item}`, `r${rater}`, value)]))));
const someModel = fc.constantFrom(...CONSENSUS_MODELS);

function vote<V extends string>(item: string, rater: string, value: V): { item: string; rater: string; value: V } {
  return { item, rater, value };
}

/** Every figure by the names it belongs to, so that results with other names or another order can be compared. */
function figuresOf(result: DawidSkene, nameOf: (rater: string) => string, valueOf: (value: Verdict) => Verdict): Map<string, number | null> {
  const figures = new Map<string, number | null>([['logLikelihood', result.logLikelihood]]);
  const values = result.values.map((value) => valueOf(value as Verdict));
  for (const [place, value] of values.entries()) {
    figures.set(`prior ${value}`, result.prior[place]!);
    for (const { item, posterior } of result.items) figures.set(`${item} ${value}`, posterior[place]!);
    for (const { rater, confusion } of result.raters) {
      for (const [given, other] of values.entries()) figures.set(`${nameOf(rater)} ${value} ${other}`, confusion?.[place]![given] ?? null);
    }
  }
  for (const { rater, accuracy } of result.raters) figures.set(nameOf(rater), accuracy);
  return figures;
}

function expectSameFigures(one: Map<string, number | null>, other: Map<string, number | null>): void {
  expect([...one.keys()].sort()).toEqual([...other.keys()].sort());
  for (const [name, value] of one) {
    const there = other.get(name) ?? null;
    const difference = value === null || there === null ? (value === there ? 0 : Infinity) : Math.abs(value - there);
    expect(difference, `${name}: ${value}, ${there}`).toBeLessThan(1e-7);
  }
}

const same = <T>(name: T): T => name;

describe('nothing that does not matter changes a figure', () => {
  test(`renaming raters (seed ${PARAMETERS.seed})`, () => {
    const renamed = (rater: string): string => `z${9 - Number(rater.slice(1))}`;
    fc.assert(
      fc.property(someVotes, someModel, (votes, model) => {
        const other = dawidSkene(votes.map((one) => ({ ...one, rater: renamed(one.rater) })), { model });
        expectSameFigures(figuresOf(dawidSkene(votes, { model }), renamed, same), figuresOf(other, same, same));
      }),
      PARAMETERS,
    );
  });

  test(`the order of the votes, and the same votes twice (seed ${PARAMETERS.seed})`, () => {
    const shuffled = someVotes.chain((votes) => fc.tuple(fc.constant(votes), fc.shuffledSubarray([...votes, ...votes], { minLength: 2 * votes.length })));
    fc.assert(
      fc.property(shuffled, someModel, ([votes, other], model) => {
        const [one, two] = [votes, other].map((list) => dawidSkene(list, { model }));
        expect(two!.items.map(({ item, votes: count }) => [item, count])).toEqual(one!.items.map(({ item, votes: count }) => [item, count]));
        expectSameFigures(figuresOf(one!, same, same), figuresOf(two!, same, same));
      }),
      PARAMETERS,
    );
  });

  test(`mirroring a and b mirrors the result (seed ${PARAMETERS.seed})`, () => {
    fc.assert(
      fc.property(someVotes, someModel, (votes, model) => {
        const mirrored = dawidSkene(votes.map((one) => ({ ...one, value: mirrorVerdict(one.value) })), { model });
        expectSameFigures(figuresOf(dawidSkene(votes, { model }), same, mirrorVerdict), figuresOf(mirrored, same, same));
      }),
      PARAMETERS,
    );
  });
});

test(`probabilities are finite and sum to 1, and the likelihood never falls (seed ${PARAMETERS.seed})`, () => {
  fc.assert(
    fc.property(someVotes, someModel, (votes, model) => {
      const results = [1, 2, 5, 20, 100].map((iterationsMax) => dawidSkene(votes, { model, iterationsMax, tolerance: -1 }));
      const { items, prior, raters, reason } = results.at(-1)!;
      const rows = [...items.map((one) => one.posterior), ...raters.flatMap((one) => one.confusion ?? []), ...(votes.length === 0 ? [] : [prior])];
      for (const row of rows) expect(Math.abs(row.reduce((sum, one) => sum + one, 0) - 1)).toBeLessThan(1e-9);
      const likelihoods = results.map((one) => one.logLikelihood ?? 0);
      for (const [index, likelihood] of likelihoods.slice(1).entries()) expect(likelihood).toBeGreaterThan(likelihoods[index]! - 1e-6);
      expect(reason !== undefined).toBe(raters.every(({ accuracy }) => accuracy === null));
    }),
    PARAMETERS,
  );
});

/** 400 items with a hidden truth; five raters, of whom the first is right in 95 %, the others in 60 %, and the last always says b. */
function simulate(): { votes: ItemVote[]; truths: string[] } {
  const draws = new Uint32Array(400 * 6);
  createRandom(11).fillBelow(draws, 100);
  const truths = Array.from({ length: 400 }, (_, item) => (draws[item * 6]! < 55 ? 'a' : 'b'));
  const votes = truths.flatMap((truth, item) =>
    [95, 60, 60, 60, -1].map((skill, rater) => {
      const wrong = truth === 'a' ? 'b' : 'a';
      return vote(`i${item}`, `r${rater}`, skill < 0 ? 'b' : draws[item * 6 + rater + 1]! < skill ? truth : wrong);
    }),
  );
  return { votes, truths };
}

test.each(CONSENSUS_MODELS)('%s finds the one good rater among poor ones, and with it the truth where the majority is wrong', (model) => {
  const { votes: all, truths } = simulate();
  // The one-coin model can end at "all are b" where a rater always says b: that is what the full model is for.
  const votes = all.filter((one) => model === 'full' || one.rater !== 'r4');
  const { items, raters, values, converged, iterations } = dawidSkene(votes, { model });
  expect(converged).toBe(true);
  expect(iterations).toBeLessThan(1000);
  expect(raters[0]!.accuracy).toBeGreaterThan(0.88);
  for (const { accuracy } of raters.slice(1)) expect(accuracy).toBeLessThan(0.7);
  const right = items.filter(({ item, posterior }) => values[posterior.indexOf(Math.max(...posterior))] === truths[Number(item.slice(1))]).length;
  const majority = truths.filter((truth, item) => all.filter((one) => one.item === `i${item}` && one.value === truth).length >= 3).length;
  expect(right).toBeGreaterThan(0.9 * truths.length);
  expect(right).toBeGreaterThan(majority + 40);
});

test('the full model sees that a rater who always says b says nothing', () => {
  const { raters, values } = dawidSkene(simulate().votes);
  expect(values).toEqual(['a', 'b']);
  const { confusion } = raters[4]!;
  for (const row of confusion!) expect(row[1]).toBeCloseTo(1, 9);
});

test('two raters who contradict each other stay undecided, whoever comes first', () => {
  const votes = ['a', 'b', 'a', 'b'].flatMap((value, item) => [vote(`i${item}`, 'r', value), vote(`i${item}`, 's', value === 'a' ? 'b' : 'a')]);
  for (const list of [votes, votes.toReversed()]) {
    expect(new Set(dawidSkene(list, { model: 'one-coin' }).items.flatMap((one) => one.posterior))).toEqual(new Set([0.5]));
  }
});

describe('what is undefined says why, and leaves the shares of the votes', () => {
  test('no votes', () => {
    const nothing = { items: [], raters: [], prior: [], values: [], iterations: 0, converged: false, logLikelihood: null, reason: 'there are no votes' };
    expect(dawidSkene([])).toEqual({ ...nothing, model: 'full', n: { items: 0, votes: 0, raters: 0 } });
  });

  test('one rater', () => {
    expect(dawidSkene([vote('1', 'r', 'a'), vote('2', 'r', 'b')])).toMatchObject({
      reason: 'there is only one rater',
      prior: [0.5, 0.5],
      items: [{ item: '1', votes: 1, posterior: [1, 0] }, { item: '2', posterior: [0, 1] }],
      raters: [{ rater: 'r', votes: 2, accuracy: null, confusion: null }],
    });
  });

  test('raters who share no item', () => {
    expect(dawidSkene([vote('1', 'r', 'a'), vote('2', 's', 'b')]).reason).toBe('no item has votes of two raters');
  });

  test('one value', () => {
    const result = dawidSkene([vote('1', 'r', 'a'), vote('1', 's', 'a'), vote('2', 's', 'a')], { model: 'one-coin' });
    expect(result).toMatchObject({ prior: [1], items: [{ posterior: [1] }, { posterior: [1] }], raters: [{ accuracy: null }, { accuracy: null }] });
    expect(result.reason).toBe('every vote has the value "a", so there is no error to tell from the truth');
  });
});

test('the limit of iterations is kept and told', () => {
  const { votes } = simulate();
  expect(dawidSkene(votes, { iterationsMax: 2 })).toMatchObject({ iterations: 2, converged: false });
});
