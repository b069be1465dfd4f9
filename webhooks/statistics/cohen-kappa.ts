import { PairloopError } from '../../core/errors.js';
import { estimate, type BootstrapOptions, type Estimate } from './bootstrap.js';

/** How much a disagreement counts: all alike (plain), by the number of categories between, or by its square. */
export type KappaWeights = 'plain' | 'linear' | 'quadratic';

export interface KappaOptions extends BootstrapOptions {
  /** `plain` unless told. */
  readonly weights?: KappaWeights;
}

/** κ with the plain agreement seen (p_o) and expected by chance (p_e), both null when the raters share no item. */
export interface KappaEstimate extends Estimate {
  readonly observed: number | null;
  readonly expected: number | null;
}

/** Equal pairs of votes put together: `counts[i]` items have category `first[i]` by the first and `second[i]` by the second rater. In ascending order of both. */
export interface Cells {
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  readonly counts: Uint32Array;
}

/**
 * Cohen's κ = (p_o − p_e) / (1 − p_e) of two raters' votes on the same items: `first[i]` and `second[i]` are the categories,
 * whole numbers from 0, that they gave item i. With weights w it is 1 − Σ w_ij p_ij / Σ w_ij p_i. p_.j, where p_ij are the
 * shares of the pairs of votes, p_i. and p_.j those of each rater's votes, and w_ij for i ≠ j is
 * 1 (plain), |i − j| (linear) or (i − j)² (quadratic).
 *
 * 1 is perfect agreement, 0 what chance gives. Null when the raters share no item, and when both used only one and the
 * same category (p_e = 1, 0/0).
 * Source: J. Cohen, "A coefficient of agreement for nominal scales" (1960), "Weighted kappa" (1968).
 * Cost: linear in the items, then in the distinct pairs of votes, whatever the weights.
 *
 * @throws PairloopError when the lists differ in length.
 */
export function cohenKappa(first: readonly number[], second: readonly number[], options: KappaOptions): KappaEstimate {
  if (first.length !== second.length) {
    throw new PairloopError(`Cohen's κ needs two lists of one length, not of ${first.length} and ${second.length} votes.`);
  }
  const columns = second.reduce((most, category) => Math.max(most, category), 0) + 1;
  const counts = new Map<number, number>();
  for (const [index, category] of first.entries()) {
    const key = category * columns + second[index]!;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const keys = [...counts.keys()].sort((a, b) => a - b);
  return kappaOfCells(
    {
      first: Uint32Array.from(keys, (key) => Math.floor(key / columns)),
      second: Uint32Array.from(keys, (key) => key % columns),
      counts: Uint32Array.from(keys, (key) => counts.get(key)!),
    },
    options,
  );
}

/**
 * Cohen's κ of a matrix of counts: `matrix[i][j]` items have category i by the first and j by the second rater.
 * [[42, 3, 1], [4, 38, 2], [2, 1, 27]] gives p_o = 0.892, p_e = 0.344, κ = 0.835.
 *
 * @throws PairloopError when the matrix is not square or holds anything but counts.
 */
export function cohenKappaOfMatrix(matrix: readonly (readonly number[])[], options: KappaOptions): KappaEstimate {
  const cells = matrix.flatMap((row, first) => {
    if (row.length !== matrix.length) {
      throw new PairloopError(`Row ${first + 1} of the counts has ${row.length} entries; a matrix of ${matrix.length} rows needs as many.`);
    }
    return row.map((count, second) => ({ first, second, count }));
  });
  const wrong = cells.find(({ count }) => !Number.isInteger(count) || count < 0 || count > 0xffff_ffff);
  if (wrong !== undefined) {
    throw new PairloopError(`Row ${wrong.first + 1}, column ${wrong.second + 1} of the counts is ${wrong.count}; give a whole number from 0.`);
  }
  const used = cells.filter(({ count }) => count > 0);
  return kappaOfCells(
    {
      first: Uint32Array.from(used, (cell) => cell.first),
      second: Uint32Array.from(used, (cell) => cell.second),
      counts: Uint32Array.from(used, (cell) => cell.count),
    },
    options,
  );
}

/** Cohen's κ, as `cohenKappa` gives it, of votes that are counted already. */
export function kappaOfCells(given: Cells, options: KappaOptions): KappaEstimate {
  const { cells, categories } = renumber(given);
  const margins = marginsOf(cells, cells.counts, categories.length);
  const { items } = margins;
  const disagreement = DISAGREEMENT[options.weights ?? 'plain'];
  const result = estimate(
    {
      n: { items, votes: 2 * items },
      frequencies: cells.counts,
      evaluate(counts) {
        const resampled = marginsOf(cells, counts, categories.length);
        if (chanceAgreement(resampled) === resampled.items ** 2) return null;
        return 1 - (resampled.items * disagreement.observed(cells, counts, categories)) / disagreement.expected(resampled, categories);
      },
      explain: () =>
        items === 0 ? 'the two raters share no item' : 'both raters gave one and the same value to every item they share (0/0)',
    },
    options,
  );
  const plain = DISAGREEMENT.plain.observed(cells, cells.counts, categories);
  return {
    ...result,
    observed: items === 0 ? null : (items - plain) / items,
    expected: items === 0 ? null : chanceAgreement(margins) / items ** 2,
  };
}

/** The cells with the categories that occur numbered without gaps; `categories` holds their own numbers, ascending. */
function renumber(cells: Cells): { cells: Cells; categories: Float64Array } {
  const categories = Float64Array.from(new Set([...cells.first, ...cells.second])).sort();
  const place = new Map([...categories].map((category, index) => [category, index]));
  const renumbered = (codes: Uint32Array): Uint32Array => codes.map((code) => place.get(code)!);
  return { cells: { first: renumbered(cells.first), second: renumbered(cells.second), counts: cells.counts }, categories };
}

/** How often each rater gave each category. */
interface Margins {
  readonly rows: Float64Array;
  readonly columns: Float64Array;
  readonly items: number;
}

function marginsOf(cells: Cells, counts: Uint32Array, categoryCount: number): Margins {
  const rows = new Float64Array(categoryCount);
  const columns = new Float64Array(categoryCount);
  let items = 0;
  for (let cell = 0; cell < counts.length; cell += 1) {
    const count = counts[cell]!;
    rows[cells.first[cell]!]! += count;
    columns[cells.second[cell]!]! += count;
    items += count;
  }
  return { rows, columns, items };
}

/** Σ rows · columns over the categories: items² when both raters used one and the same category only. */
function chanceAgreement({ rows, columns }: Margins): number {
  let sum = 0;
  for (let category = 0; category < rows.length; category += 1) sum += rows[category]! * columns[category]!;
  return sum;
}

/** Σ w over the items (`observed`) and over all items² pairings of the two raters' votes (`expected`). */
interface Disagreement {
  observed(cells: Cells, counts: Uint32Array, categories: Float64Array): number;
  expected(margins: Margins, categories: Float64Array): number;
}

const DISAGREEMENT: Readonly<Record<KappaWeights, Disagreement>> = {
  plain: {
    observed: (cells, counts) => sumOverCells(cells, counts, (i, j) => (i === j ? 0 : 1)),
    expected: (margins) => margins.items ** 2 - chanceAgreement(margins),
  },
  linear: {
    observed: (cells, counts, categories) => sumOverCells(cells, counts, (i, j) => Math.abs(categories[i]! - categories[j]!)),
    expected: expectedLinear,
  },
  quadratic: {
    observed: (cells, counts, categories) => sumOverCells(cells, counts, (i, j) => (categories[i]! - categories[j]!) ** 2),
    expected: expectedQuadratic,
  },
};

function sumOverCells(cells: Cells, counts: Uint32Array, weight: (first: number, second: number) => number): number {
  let sum = 0;
  for (let cell = 0; cell < counts.length; cell += 1) sum += counts[cell]! * weight(cells.first[cell]!, cells.second[cell]!);
  return sum;
}

/** Σ_ij r_i c_j |i − j|: between two neighbouring categories each pairing passes that has one vote on either side. */
function expectedLinear({ rows, columns, items }: Margins, categories: Float64Array): number {
  let sum = 0;
  let rowsBelow = 0;
  let columnsBelow = 0;
  for (let index = 1; index < categories.length; index += 1) {
    rowsBelow += rows[index - 1]!;
    columnsBelow += columns[index - 1]!;
    const passing = rowsBelow * (items - columnsBelow) + columnsBelow * (items - rowsBelow);
    sum += passing * (categories[index]! - categories[index - 1]!);
  }
  return sum;
}

/** Σ_ij r_i c_j (i − j)² = items² ((difference of the means)² + both variances). */
function expectedQuadratic({ rows, columns, items }: Margins, categories: Float64Array): number {
  const first = momentsOf(rows, categories, items);
  const second = momentsOf(columns, categories, items);
  return items ** 2 * ((first.mean - second.mean) ** 2 + first.variance + second.variance);
}

function momentsOf(margin: Float64Array, categories: Float64Array, items: number): { mean: number; variance: number } {
  let sum = 0;
  for (let index = 0; index < margin.length; index += 1) sum += margin[index]! * categories[index]!;
  const mean = sum / items;
  let squares = 0;
  for (let index = 0; index < margin.length; index += 1) squares += margin[index]! * (categories[index]! - mean) ** 2;
  return { mean, variance: squares / items };
}
