import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PairloopError } from '../../core/errors.js';
import { STRATEGIES, type StrategyInput } from '../../ml-backend/selection/strategies.js';

const numbers = z.array(z.number());
const cases = z
  .array(z.object({ name: z.string(), uncertainty: numbers, prompts: numbers, k: z.number(), candidates: z.number(), centers: numbers, seed: z.number(), indices: numbers, scores: numbers }))
  .parse(JSON.parse(readFileSync(new URL('../oracles/prompt-balanced.json', import.meta.url), 'utf8')));

type Given = Pick<StrategyInput, 'k' | 'seed' | 'candidates' | 'centers'> & { uncertainty: readonly number[] | undefined; prompts: readonly number[] };

function pick({ uncertainty, prompts, ...rest }: Given): { indices: number[]; scores: number[] } {
  const embeddings = { data: new Float32Array(prompts.length), rows: prompts.length, columns: 1 };
  return STRATEGIES.get('prompt-balanced-margin')!.select({ ...rest, prompts, embeddings, weight: 0.6, uncertainty: uncertainty && Float64Array.from(uncertainty) });
}

test.each(cases)('equals the plain computation, pick by pick: $name', ({ indices, scores, ...given }) => {
  expect(pick(given)).toEqual({ indices, scores });
});

const given = fc
  .record({
    rows: fc.array(fc.record({ prompt: fc.integer({ min: -3, max: 3 }), uncertainty: fc.integer({ min: 0, max: 4 }), labelled: fc.boolean() }), { minLength: 1, maxLength: 40 }),
    k: fc.integer({ min: 1, max: 45 }),
    candidates: fc.integer({ min: 1, max: 10 }),
    seed: fc.nat(),
  })
  .map(({ rows, ...rest }) => ({ ...rest, prompts: rows.map(({ prompt }) => prompt), uncertainty: rows.map((row) => row.uncertainty), centers: rows.flatMap(({ labelled }, row) => (labelled && row > 0 ? [row] : [])) }));
type Drawn = typeof given extends fc.Arbitrary<infer T> ? T : never;
const property = (check: (input: Drawn) => void): void => fc.assert(fc.property(given, check), { seed: 41, numRuns: 300 });

describe('properties (seed 41)', () => {
  test('distinct rows, none labelled already, as many as asked for and left; the same again; fewer are the beginning of more', () => {
    property((input) => {
      const { indices, scores } = pick(input);
      expect(new Set([...indices, ...input.centers]).size).toBe(indices.length + input.centers.length);
      expect(indices).toHaveLength(Math.min(input.k, input.prompts.length - input.centers.length));
      expect(scores).toEqual(indices.map((row) => input.uncertainty[row]));
      expect(pick(input)).toEqual({ indices, scores });
      expect(pick({ ...input, k: Math.ceil(input.k / 2) }).indices).toEqual(indices.slice(0, Math.ceil(input.k / 2)));
    });
  });

  test('no pick is of a prompt with more labels than another that has rows left', () => {
    property((input) => {
      const done = new Set(input.centers);
      for (const row of pick(input).indices) {
        const labels = (prompt: number): number => [...done].filter((other) => input.prompts[other] === prompt).length;
        const open = input.prompts.filter((_, other) => !done.has(other));
        expect(labels(input.prompts[row]!)).toBe(Math.min(...open.map(labels)));
        done.add(row);
      }
    });
  });

  test('with every row a candidate, a pick is the most uncertain of its prompt that is left', () => {
    property((input) => {
      const done = new Set(input.centers);
      for (const row of pick({ ...input, candidates: 40 }).indices) {
        const rivals = input.prompts.flatMap((prompt, other) => (prompt === input.prompts[row] && !done.has(other) ? [input.uncertainty[other]!] : []));
        expect(input.uncertainty[row]).toBe(Math.max(...rivals));
        done.add(row);
      }
    });
  });

  test('with one candidate, with nothing known, and where all is alike: one and the same random choice', () => {
    property((input) => {
      const random = pick({ ...input, candidates: 1 }).indices;
      expect(pick({ ...input, uncertainty: input.uncertainty.map(() => 7) }).indices).toEqual(random);
      expect(pick({ ...input, uncertainty: undefined }).indices).toEqual(random);
    });
  });

  test('a pair’s scale of uncertainty does not matter, nor what prompts are called as long as their order stays', () => {
    property((input) => {
      const other = { ...input, uncertainty: input.uncertainty.map((value) => Math.exp(value) - 5), prompts: input.prompts.map((prompt) => 10 * prompt + 3) };
      expect(pick(other).indices).toEqual(pick(input).indices);
    });
  });
});

test('chance is shared out alike: each prompt first as often, and each of its rows (χ² below its 0.999 quantile, 20,000 seeds)', () => {
  const prompts = [0, 0, 0, 0, 1, 1, 2, 2];
  const seen = prompts.map(() => 0);
  for (let seed = 0; seed < 20_000; seed += 1) seen[pick({ prompts, uncertainty: undefined, k: 1, seed }).indices[0]!]! += 1;
  const shares = [1 / 12, 1 / 12, 1 / 12, 1 / 12, 1 / 6, 1 / 6, 1 / 6, 1 / 6];
  expect(shares.reduce((sum, share, row) => sum + (seen[row]! - share * 20_000) ** 2 / (share * 20_000), 0)).toBeLessThan(24.32);
});

describe('refuses, saying what and where:', () => {
  const input: Given = { prompts: [1, 1, 2], uncertainty: [0, 1, 2], k: 2, seed: 0 };
  test.each<[string, Partial<StrategyInput>, RegExp]>([
    ['no prompts', { prompts: undefined }, /needs the number of each row's prompt; give it with --prompts p\.npy/],
    ['a prompt too few', { prompts: [1, 2] }, /2 prompts for 3 rows/],
    ['NaN', { uncertainty: Float64Array.of(0, NaN, 1) }, /uncertainty of row 1 .* is NaN/],
    ['k = 0', { k: 0 }, /k is 0/],
    ['no candidate', { candidates: 0 }, /number of candidates is 0; it must be a whole number of at least 1/],
    ['half a candidate', { candidates: 1.5 }, /number of candidates is 1\.5/],
    ['a center that is no row', { centers: [3] }, /centers name row 3; there are rows 0 to 2/],
    ['centers that leave nothing', { centers: [2, 1, 0] }, /Every row is a center/],
  ])('%s', (_, change, message) => {
    const select = (): unknown =>
      STRATEGIES.get('prompt-balanced-margin')!.select({ ...input, embeddings: { data: new Float32Array(3), rows: 3, columns: 1 }, weight: 0.6, uncertainty: Float64Array.of(0, 1, 2), ...change });
    expect(select).toThrow(message);
    expect(select).toThrow(PairloopError);
  });
});
