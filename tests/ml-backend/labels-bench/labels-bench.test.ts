import { describe, expect, test } from 'vitest';
import { bell, noise } from '../../oracles/integer-noise.js';
import type { EmbeddedPairs } from './embedded-pool.js';
import { runFold, splitFold, splitPrompts } from './experiment.js';
import { figuresOf, labelsUntil } from './figures.js';
import { pairAnswers, readJudgedAnswers, type JudgedAnswer } from './judged-pool.js';
import { readProtocol, type Protocol } from './protocol.js';
import { describeLabels } from './report.js';
import { runArm } from './simulate.js';

/** 80 prompts of 6 pairs; the winner is the one ahead along the first columns. */
function madeUp(): EmbeddedPairs {
  const [rows, columns] = [480, 6];
  const data = Float64Array.from({ length: rows * columns }, (_, at) => bell(70, at));
  const matrix = { data, rows, columns };
  const ahead = Float64Array.from({ length: rows }, (_, row) => 2 * data[row * columns]! + data[row * columns + 1]! - data[row * columns + 2]!);
  return { differences: matrix, vectors: matrix, targets: ahead.map((value) => (value > 0 ? 1 : 0)), prompts: Int32Array.from({ length: rows }, (_, row) => Math.floor(row / 6)) };
}

const small = (): Protocol => ({
  ...readProtocol(),
  development_prompts: 20,
  test_folds: 3,
  start: 10,
  rounds: [10, 20, 40, 80],
  arms_end: 40,
  resamples: 20,
  inverse_regularisations: [1, 10],
  arms: readProtocol().arms.map((arm) => ({ ...arm, inverse_regularisation: { accuracy: 10, log_loss: 1 } })),
  conditions: [{ name: 'made up', seeds: 2, flipped: 0 }],
});

test('the protocol: no arm but its own strategy, measure and C differs; folds, seeds and targets as demanded', () => {
  const protocol = readProtocol();
  expect(protocol.test_folds).toBeGreaterThanOrEqual(5);
  expect(protocol.conditions.find(({ name }) => name === 'as judged')!.seeds).toBeGreaterThanOrEqual(10);
  expect(protocol.accuracy_targets).toEqual([0.95, 0.97, 0.99]);
  expect(protocol.conditions.map(({ flipped, drawn_strength }) => [flipped, drawn_strength === undefined])).toEqual([[0, true], [0.15, true], [0, false]]);
  expect(protocol.arms.filter(({ baseline }) => baseline).map(({ name }) => name)).toEqual(['random', 'prompt-balanced random']);
  expect(protocol.rounds[0]).toBe(protocol.start);
  for (const { inverse_regularisation } of protocol.arms) expect(protocol.inverse_regularisations).toEqual(expect.arrayContaining(Object.values(inverse_regularisation)));
});

test('no prompt is in two of pool, validation and test; every prompt but the development ones is tested once', () => {
  const all = madeUp();
  const splits = splitPrompts(all, small());
  const tested = splits.folds.flatMap((_, fold) => {
    const { pool, validation, test: held } = splitFold(all, splits, fold);
    const [inPool, inValidation, inTest] = [pool, validation, held].map(({ prompts }) => new Set(prompts)) as [Set<number>, Set<number>, Set<number>];
    expect(new Set([...inPool, ...inValidation, ...inTest]).size).toBe(inPool.size + inValidation.size + inTest.size);
    expect(inPool.size + inValidation.size + inTest.size).toBe(80);
    return [...inTest];
  });
  expect(tested.sort((one, other) => one - other)).toEqual([...Array(80).keys()].filter((prompt) => !splits.development.has(prompt)));
});

describe('pairs with a known winner', () => {
  const answer = (prompt: string, text: string, won: boolean): JudgedAnswer => ({ prompt, text, won });
  const judged = [answer('q', 'good', true), answer('q', 'better', true), answer('q', 'bad', false), answer('q', 'good', false), answer('r', 'only', true)];

  test('every winner with every loser of other text, sides by lot; none where all won', () => {
    const { prompts, answers, pairs } = pairAnswers(judged, 10, 3);
    expect(prompts).toEqual(['q']);
    const texts = pairs.map(({ a, b, target }) => (target === 1 ? [answers[a], answers[b]] : [answers[b], answers[a]]).join(' beats ')).sort();
    expect(texts).toEqual(['better beats bad', 'better beats good', 'good beats bad']);
    expect(pairAnswers(judged, 2, 3).pairs).toHaveLength(2);
    expect(new Set(Array.from({ length: 20 }, (_, seed) => pairAnswers(judged, 10, seed).pairs[0]!.target)).size).toBe(2);
  });

  test('a folder without the file: says where it looked, and what to do', () => {
    expect(() => readJudgedAnswers('/nowhere')).toThrow('There is no judged-pool.jsonl.gz in /nowhere; name the folder that holds it: npm run bench:labels -- --data FOLDER.');
  });
});

test('labels until a level: between two rounds by their logarithms; the first time it is reached; never', () => {
  expect(labelsUntil([10, 40], [0.5, 0.7], 0.6)).toBeCloseTo(20, 12);
  expect(labelsUntil([10, 20, 40], [0.5, 0.8, 0.6], 0.8)).toBe(20);
  expect(labelsUntil([10, 20], [0.5, 0.6], 0.4)).toBe(10);
  expect(labelsUntil([10, 20], [0.5, 0.6], 0.7)).toBe(Infinity);
});

test('each arm has exactly the labels of the round, beginning with the same; it never sees a label it did not ask for', () => {
  const all = madeUp();
  const { pool, test: held } = splitFold(all, splitPrompts(all, small()), 0);
  for (const arm of small().arms) {
    const start = [3, 1, 4, 15, 92, 65, 35, 89, 79, 32];
    const run = { pool, test: held, start, rounds: [10, 20, 40], seed: 1 };
    const scores = runArm(arm, run);
    // Labels of rows that are never asked for may be anything.
    const asked = new Set<number>();
    const watched = new Proxy(pool.targets, {
      get: (targets, key): unknown => {
        if (typeof key === 'string' && /^\d+$/.test(key)) asked.add(Number(key));
        const value: unknown = Reflect.get(targets, key, targets);
        return typeof value === 'function' ? value.bind(targets) : value;
      },
    });
    expect(runArm(arm, { ...run, pool: { ...pool, targets: watched } })).toEqual(scores);
    expect(asked.size, arm.name).toBe(40);
    expect(start.every((row) => asked.has(row))).toBe(true);
  }
});

test('figures: a baseline saves nothing of itself, what is not reached is a failure, start and pool are told apart', () => {
  const [all, protocol] = [madeUp(), small()];
  const splits = splitPrompts(all, protocol);
  const folds = splits.folds.map((_, fold) => runFold(splitFold(all, splits, fold), protocol.conditions[0]!, protocol, fold, () => undefined));
  const figures = figuresOf(folds, protocol, 300);
  expect(figures.whole.accuracy).toBeGreaterThan(0.95);
  expect(figures.start).toBeLessThan(0.9);
  expect(figures.saturated).toBe(false);
  expect(figuresOf(folds, { ...protocol, saturated_below_points: 60 }, 300).saturated).toBe(true);
  for (const target of new Set(figures.savings.map((one) => one.target))) {
    const own = figures.savings.filter((one) => one.target === target);
    // Undefined for all arms where no baseline gets there, else 0 for the better baseline.
    const baselines = own.slice(0, 2).map(({ saving }) => saving);
    expect([own.every(({ saving }) => saving === undefined), Math.max(...baselines.map((saving) => saving ?? Number.NaN)) === 0]).toContain(true);
  }
  const failed = figures.savings.filter(({ labels, saving }) => labels === Infinity && saving !== undefined);
  expect(failed.map(({ saving }) => saving)).toEqual(failed.map(() => -Infinity));
  const printed = describeLabels({ pool: { prompts: 80, pairs: 480, development: 20 }, seconds: 1, machine: 'here', conditions: [{ name: 'made up', figures }] }, protocol);
  expect(printed).toContain('== made up: accuracy');
  expect(printed).toContain('prompt-balanced margin');
});

test('on separable made-up pairs labels by margin are worth more than labels by lot', () => {
  const all = madeUp();
  const { pool, test: held } = splitFold(all, splitPrompts(all, small()), 0);
  const lost = (name: string): number => {
    const arm = small().arms.find((one) => one.name === name)!;
    let loss = 0;
    for (let seed = 0; seed < 8; seed += 1) {
      const start = Array.from({ length: 10 }, (_, at) => noise(seed, at) % pool.targets.length);
      const last = runArm({ ...arm, inverse_regularisation: { accuracy: 10, log_loss: 10 } }, { pool, test: held, start: [...new Set(start)], rounds: [10, 20, 30, 40, 60], seed }).at(-1)!;
      loss -= last.right.reduce((sum, value) => sum + value, 0);
    }
    return loss;
  };
  expect(lost('prompt-balanced margin')).toBeLessThan(lost('prompt-balanced random'));
});
