/*
 * Where the arrays are in the memory: a table of addresses and sizes that the host writes before anything else
 * (ml-backend/numerics/kernel-layout.ts, in the same order). AssemblyScript; built by scripts/build-kernel.mjs.
 */

@unmanaged
export class Rows {
  rows: u32;
  columns: u32;
  /** Bytes of a row's codes: the columns, rounded up to whole 16. The rest are 0. */
  stride: u32;
  /** 1 if the vectors are float64, 0 if they are float32. */
  wide: u32;
  vectors: usize;
  /** i8 per column. */
  codes: usize;
  /** f32 by row. */
  scale: usize;
  norm: usize;
  error: usize;
  reach: usize;
  /** f64 by row. */
  squared: usize;
  distance: usize;
  term: usize;
  /** i32 by row: place of the nearest pick. */
  nearest: usize;
  /** u32 by place: the row picked there. */
  picks: usize;
  /** Eight f32 by place: half the distance of that pick to each query, from below. */
  halves: usize;
  /** i16: by group of four queries, by 8 columns, by query. */
  queryCodes: usize;
  /** f32 by query. */
  queryScale: usize;
  queryNorm: usize;
  queryError: usize;
  /** By query a list of row numbers, u32, `rows` long each; u32 by query, how many there are. */
  lists: usize;
  listLengths: usize;
  /** Rows that tie with the best score, or nearly. */
  ties: usize;
  /** f64 by 512 rows: the greatest score among them. */
  blocks: usize;
  /** f64 by column. */
  origin: usize;
  /** A row widened to f64, with zeros up to the stride. */
  wideRow: usize;
  /** The point that is measured to, each number twice: f64. */
  point: usize;
  /** f64 results. */
  out: usize;
}

/** The table is at address 0. */
export const ROWS = changetype<Rows>(0);

/** What is added to every bound, relatively: sixteen times what one float32 operation rounds at most. */
export const SLACK: f64 = 1.0 / 1048576.0;

/** A cache line. */
const LINE: usize = 64;
let touched: u32 = 0;

/**
 * Asks for the memory of [from, to), so that it is there when its turn comes. WebAssembly has no other way than to
 * load; the sum keeps the loads from being left out. Pays where rows are read in leaps; in sequence the processor
 * asks by itself.
 */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function touch(from: usize, to: usize): void {
  let sum: u32 = 0;
  for (let at = from; at < to; at += LINE) sum += load<u32>(at);
  touched = sum;
}
