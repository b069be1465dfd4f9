import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFractions } from '../../../core/random.js';
import type { Comparison, EffectName } from '../../../webhooks/statistics/comparison-cells.js';
import { rankModels, type ModelRanking, type RankingOptions } from '../../../webhooks/statistics/model-ranking.js';
import { OUTCOMES, TIE_MODELS } from '../../../webhooks/statistics/tie-models.js';

const PARAMETERS = { seed: 20_240_609, numRuns: 80 };
const PLAIN = { seed: 1, resamples: 0 };

function comparison(item: number, modelA: string, modelB: string, outcome: Comparison['outcome'], displayed: Comparison['displayed'] = null, lengths: Comparison['lengths'] = null): Comparison {
  return { item: `i${String(item).padStart(4, '0')}`, modelA, modelB, outcome, displayed, lengths };
}

/** Comparisons of two to four models, of unlike lengths, in either order. */
const someComparisons = fc
  .array(
    fc.record({
      pair: fc.constantFrom(['m', 'n'], ['n', 'o'], ['o', 'm'], ['m', 'p'], ['p', 'p']),
      outcome: fc.constantFrom(...OUTCOMES),
      displayed: fc.constantFrom<Comparison['displayed']>('ab', 'ba', null),
      lengths: fc.tuple(fc.constantFrom(10, 50, 90), fc.constantFrom(10, 50, 90)),
    }),
    { maxLength: 60 },
  )
  .map((list) => list.map(({ pair, outcome, displayed, lengths }, item) => comparison(item, pair[0]!, pair[1]!, outcome, displayed, lengths)));
const someTies = fc.constantFrom(...TIE_MODELS);

/** The same judgement with the sides exchanged. */
function swap({ item, modelA, modelB, outcome, displayed, lengths }: Comparison): Comparison {
  const mirrored = outcome === 'tie' ? outcome : outcome === 'a' ? 'b' : 'a';
  return { item, modelA: modelB, modelB: modelA, outcome: mirrored, displayed: displayed === null ? null : displayed === 'ab' ? 'ba' : 'ab', lengths: lengths === null ? null : [lengths[1], lengths[0]] };
}

/** Every figure that must stay, by the name it belongs to. */
function figuresOf(ranking: ModelRanking, nameOf = (name: string): string => name): Map<string, number | null> {
  const figures = new Map<string, number | null>(ranking.models.map(({ model, strength }) => [nameOf(model), strength.value]));
  for (const [effect, { value }] of Object.entries(ranking.effects)) figures.set(effect, value);
  return figures.set('ties', ranking.tieShare);
}

function expectSame(one: Map<string, number | null>, other: Map<string, number | null>): void {
  expect([...one.keys()].sort()).toEqual([...other.keys()].sort());
  for (const [name, value] of one) {
    const there = other.get(name) ?? null;
    const difference = value === null || there === null ? (value === there ? 0 : Infinity) : Math.abs(value - there);
    expect(difference, `${name}: ${value}, ${there}`).toBeLessThan(1e-8);
  }
}

describe('nothing that does not matter changes an estimate', () => {
  const check = (name: string, change: (list: Comparison[]) => Comparison[], nameOf?: (model: string) => string): void => {
    test(`${name} (seed ${PARAMETERS.seed})`, () => {
      fc.assert(
        fc.property(someComparisons, someTies, (list, ties) => {
          const [one, other] = [rankModels(list, { ...PLAIN, ties }), rankModels(change(list), { ...PLAIN, ties })];
          expectSame(figuresOf(one, nameOf), figuresOf(other));
        }),
        PARAMETERS,
      );
    });
  };
  check('exchanging the sides', (list) => list.map(swap));
  check('exchanging the sides of some', (list) => list.map((one, index) => (index % 3 === 0 ? swap(one) : one)));
  const renamed = (model: string): string => (/^[mnop]$/.test(model) ? String.fromCharCode(219 - model.charCodeAt(0)) : model);
  check('renaming the models', (list) => list.map((one) => ({ ...one, modelA: renamed(one.modelA), modelB: renamed(one.modelB) })), renamed);
  check('all of it three times', (list) => [0, 1, 2].flatMap((round) => list.map((one) => ({ ...one, item: `${round} ${one.item}` }))));

  test(`the order of the comparisons, down to the last bit and with intervals (seed ${PARAMETERS.seed})`, () => {
    const shuffled = someComparisons.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(
      fc.property(shuffled, someTies, ([list, other], ties) => {
        const options = { seed: 4, resamples: 8, ties };
        expect(rankModels(other, options)).toEqual(rankModels(list, options));
      }),
      { ...PARAMETERS, numRuns: 40 },
    );
  });
});

test(`a figure is finite, or null with a reason (seed ${PARAMETERS.seed})`, () => {
  fc.assert(
    fc.property(someComparisons, someTies, fc.constantFrom(undefined, 1), (list, ties, priorSd) => {
      const ranking = rankModels(list, { seed: 2, resamples: 10, ties, ...(priorSd === undefined ? {} : { priorSd }) });
      for (const { value, standardError, interval, reason } of [...ranking.models.map(({ strength }) => strength), ...Object.values(ranking.effects)]) {
        expect([value ?? 0, standardError ?? 0, interval?.low ?? 0, interval?.high ?? 0].every(Number.isFinite)).toBe(true);
        expect(reason === undefined).toBe(value !== null && interval !== null);
      }
      const sum = ranking.models.reduce((total, { strength }) => total + (strength.value ?? 0), 0);
      expect(Math.abs(sum)).toBeLessThan(1e-8);
    }),
    PARAMETERS,
  );
});

/** Judgements by Davidson's model: strengths 1, 0, −1; the answer displayed first and the longer one are preferred. */
function simulate(count: number, seed: number, effects: { position: number; length: number }): Comparison[] {
  const next = createFractions(seed);
  const strengths: Record<string, number> = { best: 1, middle: 0, worst: -1 };
  const names = Object.keys(strengths);
  return Array.from({ length: count }, (_, item) => {
    const a = Math.floor(next() * 3);
    const [modelA, modelB] = [names[a]!, names[(a + 1 + Math.floor(next() * 2)) % 3]!];
    const displayed = next() < 0.5 ? 'ab' : 'ba';
    // The best model talks the most.
    const lengths: [number, number] = [100 * (1 + next()) * (modelA === 'best' ? 2 : 1), 100 * (1 + next()) * (modelB === 'best' ? 2 : 1)];
    const theta = strengths[modelA]! - strengths[modelB]! + effects.position * (displayed === 'ab' ? 1 : -1) + effects.length * Math.log2((lengths[0] + 1) / (lengths[1] + 1));
    const weights = [Math.exp(theta / 2), Math.exp(-theta / 2), 0.5];
    const drawn = next() * weights.reduce((sum, one) => sum + one, 0);
    return comparison(item, modelA, modelB, drawn < weights[0]! ? 'a' : drawn < weights[0]! + weights[1]! ? 'b' : 'tie', displayed, lengths);
  });
}

test('finds the strengths behind simulated judgements, and takes order and length out of them', () => {
  const list = simulate(4000, 11, { position: 0.5, length: 0.8 });
  const ranking = rankModels(list, { seed: 1, resamples: 60 });
  expect(ranking.models.map(({ model }) => model)).toEqual(['best', 'middle', 'worst']);
  for (const [place, truth] of [1, 0, -1].entries()) {
    const { strength, places } = ranking.models[place]!;
    expect(Math.abs(strength.value! - truth)).toBeLessThan(4 * strength.standardError!);
    expect(Math.abs(strength.interval!.high - strength.interval!.low) / (strength.wald!.high - strength.wald!.low)).toBeGreaterThan(0.6);
    expect(places).toEqual({ low: place + 1, high: place + 1 });
  }
  expect(Math.abs(ranking.effects.position!.value! - 0.5)).toBeLessThan(4 * ranking.effects.position!.standardError!);
  expect(Math.abs(ranking.effects.length!.value! - 0.8)).toBeLessThan(4 * ranking.effects.length!.standardError!);
  const blind = rankModels(list, { ...PLAIN, control: [] });
  expect(blind.effects).toEqual({});
  expect(blind.models[0]!.strength.value!).toBeGreaterThan(ranking.models[0]!.strength.value! + 0.2);
});

test('Wald\'s intervals hold the truth in about 95 % of simulated sets', () => {
  let held = 0;
  for (let seed = 0; seed < 200; seed += 1) {
    const { wald } = rankModels(simulate(300, 1000 + seed, { position: 0, length: 0 }), { ...PLAIN, control: [] }).models.find(({ model }) => model === 'best')!.strength;
    if (wald!.low <= 1 && wald!.high >= 1) held += 1;
  }
  expect(held).toBeGreaterThanOrEqual(179);
  expect(held).toBeLessThanOrEqual(199);
});

test('votes on one item are not taken for independent by the bootstrap', () => {
  const once = simulate(150, 3, { position: 0, length: 0 });
  const thrice = once.flatMap((one) => [one, one, one]);
  const options = { seed: 5, resamples: 200, control: [] as EffectName[] };
  const [one, three] = [once, thrice].map((list) => rankModels(list, options).models[0]!.strength);
  expect(three!.value).toBeCloseTo(one!.value!, 9);
  expect(three!.standardError! * Math.sqrt(3)).toBeCloseTo(one!.standardError!, 6);
  expect(three!.interval!.low).toBeCloseTo(one!.interval!.low, 6);
});

describe('what is undefined says why', () => {
  const reasonOf = (list: Comparison[], options: Partial<RankingOptions> = {}): string | undefined => rankModels(list, { ...PLAIN, ...options }).reason;
  const both = [comparison(0, 'm', 'n', 'a'), comparison(1, 'm', 'n', 'b')];

  test.each<[string, Comparison[], RegExp]>([
    ['nothing', [], /^there are no comparisons$/],
    ['one model', [comparison(0, 'm', 'm', 'a')], /only one model, "m"/],
    ['only ties', [comparison(0, 'm', 'n', 'tie')], /every comparison is a tie/],
    ['a model that never lost', [comparison(0, 'm', 'n', 'a')], /"m" never lost to or tied with "n"/],
    ['a model that never won', [...both, comparison(2, 'o', 'm', 'b')], /"m", "n" never lost to or tied with "o"/],
    ['a group that never lost', [...both, comparison(2, 'o', 'p', 'a'), comparison(3, 'o', 'p', 'b'), comparison(4, 'm', 'p', 'a')], /"m", "n" never lost to or tied with "o", "p"/],
    ['groups that nothing links', [...both, comparison(2, 'o', 'p', 'a'), comparison(3, 'o', 'p', 'b')], /nothing links "m", "n" with "o", "p"/],
    ['the one displayed first always wins', [comparison(0, 'm', 'n', 'a', 'ab'), comparison(1, 'm', 'n', 'b', 'ba')], /the effect of which answer is displayed first explains outcomes without exception/],
    ['only wins and ties that an order explains', [comparison(0, 'm', 'n', 'a'), comparison(1, 'm', 'n', 'tie')], /follow from an order of the models without exception/],
  ])('%s', (_, list, reason) => {
    const ranking = rankModels(list, PLAIN);
    expect(ranking.reason).toMatch(reason);
    expect(ranking).toMatchObject({ covariance: null, tieShare: null, logLikelihood: null });
    for (const { strength } of ranking.models) expect(strength).toMatchObject({ value: null, wald: null, interval: null, reason: ranking.reason });
  });

  test('ties bind as losses do, and a prior makes the rest finite and is told', () => {
    expect(reasonOf([comparison(0, 'm', 'n', 'a'), comparison(1, 'm', 'n', 'tie'), comparison(2, 'n', 'o', 'a'), comparison(3, 'o', 'm', 'tie')])).toBeUndefined();
    const ranking = rankModels([comparison(0, 'm', 'n', 'a', 'ab'), comparison(1, 'o', 'p', 'b', 'ba')], { ...PLAIN, priorSd: 1 });
    expect(ranking).toMatchObject({ priorSd: 1, models: [{ strength: { value: expect.any(Number) } }, {}, {}, {}] });
    expect(ranking.reason).toBeUndefined();
  });

  test('an effect that nothing tells of is undefined by itself', () => {
    const { effects, reason } = rankModels(both, PLAIN);
    expect(reason).toBeUndefined();
    expect(effects.position).toMatchObject({ value: null, reason: 'no comparison says which answer was displayed first' });
    expect(effects.length).toMatchObject({ value: null, reason: '2 of 2 comparisons do not say how long the answers are' });
    expect(rankModels(both.map((one) => ({ ...one, lengths: [7, 7] })), PLAIN).effects.length!.reason).toBe('all answers compared are equally long');
  });

  test('an effect that follows from the models is left out, and the strengths stay', () => {
    const list = [...'aabbt'].flatMap((letter, item) =>
      (['ab', 'ba'] as const).map((displayed, side) => comparison(2 * item + side, 'm', 'n', letter === 't' ? 'tie' : letter === 'a' ? 'a' : 'b', displayed, [200, 50])),
    );
    const { effects, models } = rankModels(list, PLAIN);
    expect(effects.length).toMatchObject({ value: null, reason: expect.stringContaining('cannot be told apart') });
    expect(effects.position!.value).not.toBeNull();
    expect(models[0]!.strength.value).not.toBeNull();
  });

  test('too few items for an interval', () => {
    const { models } = rankModels([...both, ...both].map((one) => ({ ...one, item: 'one' })), { seed: 1, resamples: 10 });
    expect(models[0]!.strength).toMatchObject({ interval: null, reason: 'no interval: it needs at least two items' });
  });
});
