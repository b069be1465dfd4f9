import { PairloopError } from '../../core/errors.js';
import { createKernel } from '../numerics/create-kernel.js';
import type { DistanceKernel } from '../numerics/distance-kernel.js';
import { QUERIES } from '../numerics/kernel-layout.js';
import type { Matrix } from '../numerics/matrix.js';

/**
 * Each remaining row's distance to the nearest row picked so far, kept up to date pick by pick: the minimum of
 * what it was and the distance to the new pick, which is exactly the minimum over all picks.
 *
 * After every pick all of those distances are exact, in float64; so least, greatest and best are plain scans over
 * one number per row. What is saved are distances that would change nothing. Bounds (`DistanceKernel`) rule most
 * of them out, from codes a quarter the size of the vectors; those of eight rows cost one reading of the codes.
 * So whenever a pick has to be measured, the seven rows that look like being picked next are measured along. Their
 * lists of rows that may be nearer to them than to their nearest pick stay complete, since distances only fall;
 * when one of them is picked, no more than its list is left to compute.
 */
export class NearestPicks {
  readonly kernel: DistanceKernel;
  /** How many rows are neither picked nor left out. */
  remainingCount: number;
  /** How many rows are picked, rows that were picked before included. */
  count = 0;
  /** By list of the kernel: which row it belongs to. */
  private measured: number[] = [];

  constructor(private readonly matrix: Matrix, kernel = createKernel(matrix)) {
    this.kernel = kernel;
    this.remainingCount = matrix.rows;
  }

  /**
   * Takes `row` out of what remains and lets it count as picked.
   *
   * @param ahead rows that are likely to be picked next, at most as many as asked for; a wrong guess costs time only
   * @throws PairloopError (usage) when a distance is infinite.
   */
  add(row: number, ahead: (count: number) => Iterable<number> = () => []): void {
    this.remove(row);
    const place = this.count;
    if (place === 0) {
      this.kernel.updateAll(row, place);
      this.assertFinite(row);
    } else {
      this.kernel.update(this.listOf(row, ahead), row, place);
    }
    this.kernel.place(row, place);
    this.count += 1;
  }

  /** Takes `row` out of what remains, without picking it. A row that does not remain stays as it is. */
  remove(row: number): void {
    if (!this.remains(row)) return;
    this.kernel.remove(row);
    this.remainingCount -= 1;
  }

  remains(row: number): boolean {
    return !Number.isNaN(this.kernel.distance[row]!);
  }

  /** Takes the rows nearer to a pick than `distance` out of what remains; returns how many. */
  removeNearer(distance: number): number {
    if (distance === 0 || !(this.kernel.extremes().least < distance)) return 0;
    const before = this.remainingCount;
    for (const [row, own] of this.kernel.distance.entries()) if (own < distance) this.remove(row);
    return before - this.remainingCount;
  }

  private listOf(row: number, ahead: (count: number) => Iterable<number>): number {
    const known = this.measured.indexOf(row);
    if (known !== -1) return known;
    this.measured = [row, ...ahead(QUERIES - 1)];
    this.kernel.measure(this.measured, this.count);
    return 0;
  }

  private assertFinite(first: number): void {
    if (this.kernel.extremes().most !== Infinity) return;
    const row = this.kernel.distance.indexOf(Infinity);
    throw new PairloopError(`The distance of row ${row} to row ${first} (counted from 0) is beyond float64; scale the embeddings down.`, 'usage');
  }
}
