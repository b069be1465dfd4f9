import type { DistanceKernel, Scoring } from './distance-kernel.js';
import { GROUP, QUERIES, layOut, layoutTable, type KernelLayout } from './kernel-layout.js';
import { KERNEL_BASE64 } from './kernel-module.js';
import type { Matrix } from './matrix.js';
import { quantisationOf, type Quantisation } from './quantisation.js';

const PAGE_BYTES = 65_536;
const MEMORY_MAX_BYTES = 65_536 * PAGE_BYTES;

/** What assembly/kernel.ts exports. */
interface KernelExports {
  greatest(): number;
  quantise(from: number, to: number, unit: number): void;
  query(lane: number, row: number, unit: number, limit: number): void;
  noQuery(lane: number): void;
  measure(placed: number, groups: number): void;
  update(list: number, from: number, to: number, row: number, place: number, unit: number): void;
  extremes(): void;
  best(least: number, gain: number, tolerance: number): number;
  highest(least: number, gain: number, count: number): number;
}

/** Memories made by `createMatrix` that no kernel works in yet, by their buffer. */
const free = new WeakMap<ArrayBufferLike, WebAssembly.Memory>();
let compiled: WebAssembly.Module | null | undefined;

/** Whether a kernel for so many numbers can run here: WebAssembly with SIMD, and at most 4 GiB. */
export function canRunWasm(rows: number, columns: number, wide: boolean): boolean {
  return moduleOrNull() !== null && layOut(rows, columns, wide).bytes <= MEMORY_MAX_BYTES;
}

/**
 * A matrix of zeros to be filled, where possible in the memory that one `WasmKernel` then works in, so that the
 * numbers are there once.
 */
export function createMatrix(rows: number, columns: number, wide: boolean): Matrix {
  const length = rows * columns;
  if (!canRunWasm(rows, columns, wide)) return { data: wide ? new Float64Array(length) : new Float32Array(length), rows, columns };
  const layout = layOut(rows, columns, wide);
  const memory = createMemory(layout);
  free.set(memory.buffer, memory);
  const { vectors } = layout.at;
  return { data: wide ? new Float64Array(memory.buffer, vectors, length) : new Float32Array(memory.buffer, vectors, length), rows, columns };
}

/** The kernel in WebAssembly; `canRunWasm` says whether it can run. */
export class WasmKernel implements DistanceKernel {
  readonly squared: Float64Array;
  readonly distance: Float64Array;
  readonly nearest: Int32Array;
  readonly term: Float64Array;

  private readonly layout: KernelLayout;
  private readonly kernel: KernelExports;
  private readonly quantisation: Quantisation;
  private readonly reach: Float32Array;
  private readonly picks: Uint32Array;
  private readonly lists: Uint32Array;
  private readonly listLengths: Uint32Array;
  private readonly ties: Uint32Array;
  private readonly out: Float64Array;

  constructor(matrix: Matrix) {
    const { rows, columns, data } = matrix;
    this.layout = layOut(rows, columns, data instanceof Float64Array);
    const { at } = this.layout;
    const memory = memoryOf(matrix, this.layout);
    const { buffer } = memory;
    this.kernel = instantiate(memory);
    this.squared = new Float64Array(buffer, at.squared, rows).fill(Infinity);
    this.distance = new Float64Array(buffer, at.distance, rows).fill(Infinity);
    new Float64Array(buffer, at.distance, rows + 1)[rows] = NaN;
    this.term = new Float64Array(buffer, at.term, rows);
    this.nearest = new Int32Array(buffer, at.nearest, rows);
    this.reach = new Float32Array(buffer, at.reach, rows).fill(Infinity);
    this.picks = new Uint32Array(buffer, at.picks, rows);
    this.lists = new Uint32Array(buffer, at.lists, rows * QUERIES);
    this.listLengths = new Uint32Array(buffer, at.listLengths, QUERIES);
    this.ties = new Uint32Array(buffer, at.ties, rows);
    this.out = new Float64Array(buffer, at.out, 2);
    this.quantisation = quantisationOf(matrix, this.kernel.greatest());
    new Float64Array(buffer, at.origin, columns).set(this.quantisation.origin);
    if (this.quantisation.bounded) this.kernel.quantise(0, rows, this.quantisation.unit);
  }

  remove(row: number): void {
    this.distance[row] = NaN;
    this.reach[row] = -1;
  }

  place(row: number, place: number): void {
    this.picks[place] = row;
  }

  measure(queries: readonly number[], placed: number): void {
    if (!this.quantisation.bounded) {
      for (const list of queries.keys()) this.listAll(list);
      return;
    }
    const groups = Math.ceil(queries.length / GROUP);
    for (let lane = 0; lane < groups * GROUP; lane += 1) {
      const row = queries[lane];
      if (row === undefined) this.kernel.noQuery(lane);
      else this.kernel.query(lane, row, this.quantisation.unit, this.quantisation.queryLimit);
    }
    this.kernel.measure(placed, groups);
  }

  update(list: number, query: number, place: number): void {
    this.kernel.update(list, 0, this.listLengths[list]!, query, place, this.quantisation.unit);
  }

  updateAll(query: number, place: number): void {
    this.listAll(0);
    this.update(0, query, place);
  }

  extremes(): { least: number; most: number } {
    this.kernel.extremes();
    return { least: this.out[0]!, most: this.out[1]! };
  }

  best({ least, gain }: Scoring, tolerance: number): Uint32Array {
    return this.ties.subarray(0, this.kernel.best(least, gain, tolerance));
  }

  highest({ least, gain }: Scoring, count: number): Uint32Array {
    return this.ties.subarray(0, this.kernel.highest(least, gain, count));
  }

  private listAll(list: number): void {
    const { rows } = this.layout;
    let length = 0;
    for (let row = 0; row < rows; row += 1) {
      this.lists[list * rows + length] = row;
      if (this.reach[row]! >= 0) length += 1;
    }
    this.listLengths[list] = length;
  }
}

/** Decoded and compiled once; null where WebAssembly has no SIMD. */
function moduleOrNull(): WebAssembly.Module | null {
  if (compiled !== undefined) return compiled;
  const bytes = Buffer.from(KERNEL_BASE64, 'base64');
  compiled = WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
  return compiled;
}

function createMemory({ bytes }: KernelLayout): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  return new WebAssembly.Memory({ initial: pages, maximum: pages });
}

/** The memory the matrix is in, if nobody works in it yet, else a new one with a copy; with the table of addresses. */
function memoryOf({ data }: Matrix, layout: KernelLayout): WebAssembly.Memory {
  let memory = free.get(data.buffer);
  free.delete(data.buffer);
  if (memory === undefined || data.byteOffset !== layout.at.vectors) {
    memory = createMemory(layout);
    const Numbers = layout.wide ? Float64Array : Float32Array;
    new Numbers(memory.buffer, layout.at.vectors, data.length).set(data);
  }
  const table = layoutTable(layout);
  new Uint32Array(memory.buffer, 0, table.length).set(table);
  return memory;
}

function instantiate(memory: WebAssembly.Memory): KernelExports {
  const module = moduleOrNull();
  if (module === null) throw new Error('WebAssembly SIMD is not available; canRunWasm says so');
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  // The module is ours and built from the source that declares these functions.
  return exports as unknown as KernelExports;
}
