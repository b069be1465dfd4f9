import type { DistanceKernel, Scoring } from './distance-kernel.js';
import { QUERIES } from './kernel-layout.js';
import type { Matrix } from './matrix.js';
import { FLOOR, ROW_CODE_MAX, SLACK, quantisationOf, type Quantisation } from './quantisation.js';
import { squaredDistance } from './squared-distance.js';

const { fround } = Math;

/** A row in codes, of `DistanceKernel`'s bounds: s, s²|q|² rounded down, and e rounded up. */
interface Codes {
  readonly scale: number;
  readonly norm: number;
  readonly error: number;
}

/** The kernel in plain TypeScript: the same numbers as assembly/ gives, operation by operation. */
export class ScalarKernel implements DistanceKernel {
  readonly squared: Float64Array;
  readonly distance: Float64Array;
  readonly nearest: Int32Array;
  readonly term: Float64Array;

  private readonly quantisation: Quantisation;
  private readonly codes: Int8Array;
  private readonly rowCodes: Codes[] = [];
  private readonly reach: Float32Array;
  private readonly picks: number[] = [];
  private readonly queryCodes: readonly Int16Array[];
  private readonly lists: number[][] = Array.from({ length: QUERIES }, () => []);

  constructor(private readonly matrix: Matrix) {
    const { rows, columns } = matrix;
    this.squared = new Float64Array(rows).fill(Infinity);
    this.distance = new Float64Array(rows).fill(Infinity);
    this.nearest = new Int32Array(rows);
    this.term = new Float64Array(rows);
    this.reach = new Float32Array(rows).fill(Infinity);
    this.queryCodes = this.lists.map(() => new Int16Array(columns));
    this.quantisation = quantisationOf(matrix, greatestOf(matrix.data));
    this.codes = new Int8Array(this.quantisation.bounded ? rows * columns : 0);
    if (!this.quantisation.bounded) return;
    for (let row = 0; row < rows; row += 1) this.rowCodes.push(this.encode(row, ROW_CODE_MAX, this.codes.subarray(row * columns, (row + 1) * columns)));
  }

  remove(row: number): void {
    this.distance[row] = NaN;
    this.reach[row] = -1;
  }

  place(row: number, place: number): void {
    this.picks[place] = row;
  }

  measure(queries: readonly number[], placed: number): void {
    const { bounded, queryLimit } = this.quantisation;
    if (!bounded) {
      for (const list of queries.keys()) this.lists[list] = this.remainingRows();
      return;
    }
    const coded = queries.map((row, lane) => this.encode(row, queryLimit, this.queryCodes[lane]!));
    const halves = Float32Array.from({ length: placed }, (_, place) => Math.min(...coded.map((query, lane) => this.halfBetween(this.picks[place]!, query, lane))));
    const open = this.remainingRows().filter((row) => halves[this.nearest[row]!]! < this.reach[row]!);
    for (const [lane, query] of coded.entries()) this.lists[lane] = open.filter((row) => this.mayBeNearer(row, query, lane));
  }

  update(list: number, query: number, place: number): void {
    for (const row of this.lists[list]!) {
      if (this.reach[row]! < 0) continue;
      const squared = squaredDistance(this.matrix, row, query);
      if (squared >= this.squared[row]!) continue;
      const distance = Math.sqrt(squared);
      this.squared[row] = squared;
      this.distance[row] = distance;
      this.nearest[row] = place;
      const error = this.rowCodes[row]?.error ?? 0;
      this.reach[row] = squared === 0 ? -1 : (distance * this.quantisation.unit + error) * (1 + SLACK);
    }
  }

  updateAll(query: number, place: number): void {
    this.lists[0] = this.remainingRows();
    this.update(0, query, place);
  }

  extremes(): { least: number; most: number } {
    let least = Infinity;
    let most = -Infinity;
    for (const distance of this.distance) {
      if (distance < least) least = distance;
      if (distance > most) most = distance;
    }
    return { least, most };
  }

  best(scoring: Scoring, tolerance: number): Uint32Array {
    const scores = this.scores(scoring);
    let greatest = -Infinity;
    for (const score of scores) if (score > greatest) greatest = score;
    return this.rowsWhere((row) => scores[row]! >= greatest - tolerance);
  }

  highest(scoring: Scoring, count: number): Uint32Array {
    const scores = this.scores(scoring);
    return this.rowsWhere((row) => !Number.isNaN(scores[row]!)).sort((one, other) => scores[other]! - scores[one]! || one - other).subarray(0, count);
  }

  private scores({ least, gain }: Scoring): Float64Array {
    return this.distance.map((distance, row) => this.term[row]! + gain * (distance - least));
  }

  private rowsWhere(holds: (row: number) => boolean): Uint32Array {
    return Uint32Array.from(this.distance.keys()).filter(holds);
  }

  /** Those that an update could change: not removed, and not at distance 0. */
  private remainingRows(): number[] {
    return [...this.reach.keys()].filter((row) => this.reach[row]! >= 0);
  }

  /** Sums of even and odd columns apart for a row, as the vectors of two do. */
  private encode(row: number, limit: number, into: Int8Array | Int16Array): Codes {
    const { columns, data } = this.matrix;
    const { origin, unit } = this.quantisation;
    const numbers = Float64Array.from({ length: columns }, (_, column) => (data[row * columns + column]! - origin[column]!) * unit);
    const scale = fround(numbers.reduce((greatest, number) => Math.max(greatest, Math.abs(number)), 0) / limit);
    const inverse = scale > 0 ? 1 / scale : 0;
    const errors = [0, 0];
    const squares = [0, 0];
    for (const [column, number] of numbers.entries()) {
      const code = roundHalfToEven(number * inverse);
      const error = number - code * scale;
      into[column] = code;
      const lane = limit === ROW_CODE_MAX ? column % 2 : 0;
      errors[lane]! += error * error;
      squares[lane]! += code * code;
    }
    const norm = fround((squares[0]! + squares[1]!) * scale * scale * (1 - SLACK));
    return { scale, norm, error: fround(Math.sqrt(errors[0]! + errors[1]!) * (1 + SLACK) + FLOOR) };
  }

  private squaredBetween(row: number, query: Codes, lane: number): number {
    const { columns } = this.matrix;
    const codes = this.queryCodes[lane]!;
    let dot = 0;
    for (let column = 0; column < columns; column += 1) dot += this.codes[row * columns + column]! * codes[column]!;
    const { scale, norm } = this.rowCodes[row]!;
    const twice = fround(fround(fround(dot) * fround(query.scale * 2)) * scale);
    return fround(fround(norm + query.norm) - twice);
  }

  private halfBetween(pick: number, query: Codes, lane: number): number {
    const between = fround(Math.sqrt(Math.max(this.squaredBetween(pick, query, lane), 0)));
    return fround(fround(between - fround(this.rowCodes[pick]!.error + query.error)) * fround(0.5 - SLACK));
  }

  private mayBeNearer(row: number, query: Codes, lane: number): boolean {
    const together = fround(fround(this.reach[row]! + query.error) * fround(1 + SLACK));
    return this.squaredBetween(row, query, lane) < fround(together * together);
  }
}

function greatestOf(data: Float32Array | Float64Array): number {
  let greatest = 0;
  for (const number of data) greatest = Math.max(greatest, Math.abs(number));
  return greatest;
}

function roundHalfToEven(number: number): number {
  const rounded = Math.round(number);
  return rounded - number === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
