/** Addresses of the kernel's arrays in one memory, in bytes; the order is that of assembly/rows.ts. */
export interface KernelLayout {
  readonly rows: number;
  readonly columns: number;
  /** Bytes of a row's codes: the columns, rounded up to whole 16. */
  readonly stride: number;
  /** Whether the vectors are float64. */
  readonly wide: boolean;
  readonly at: Readonly<Record<(typeof REGIONS)[number], number>>;
  /** Bytes of all of it. */
  readonly bytes: number;
}

const REGIONS = [
  'vectors',
  'codes',
  'scale',
  'norm',
  'error',
  'reach',
  'squared',
  'distance',
  'term',
  'nearest',
  'picks',
  'halves',
  'queryCodes',
  'queryScale',
  'queryNorm',
  'queryError',
  'lists',
  'listLengths',
  'ties',
  'blocks',
  'origin',
  'wideRow',
  'point',
  'out',
] as const;

/** Where the arrays begin: the table of addresses lies before them. */
const FIRST_ADDRESS = 8_192;
/** Arrays begin at multiples of this, a cache line. */
const ALIGNMENT = 64;
/** Queries measured at a time: one in each lane of a vector. */
export const GROUP = 4;
/** How many queries are measured in one pass at most: two groups. */
export const QUERIES = 8;
/** Rows whose greatest score is kept together; as in assembly/scan.ts. */
const BLOCK_ROWS = 512;
/** Results that a call may leave in `out`, float64. */
const OUT_LENGTH = 64;

export function layOut(rows: number, columns: number, wide: boolean): KernelLayout {
  const stride = Math.ceil(columns / 16) * 16;
  // One more than there are rows, so that arrays of float64 can be read in twos.
  const padded = rows + 1;
  const lengths: Record<(typeof REGIONS)[number], number> = {
    vectors: rows * columns * (wide ? 8 : 4),
    codes: rows * stride,
    scale: rows * 4,
    norm: rows * 4,
    error: rows * 4,
    reach: rows * 4,
    squared: rows * 8,
    distance: padded * 8,
    term: padded * 8,
    nearest: rows * 4,
    picks: rows * 4,
    halves: rows * 4 * QUERIES,
    queryCodes: stride * 2 * QUERIES,
    queryScale: 4 * QUERIES,
    queryNorm: 4 * QUERIES,
    queryError: 4 * QUERIES,
    lists: rows * 4 * QUERIES,
    listLengths: 4 * QUERIES,
    ties: padded * 4,
    blocks: Math.ceil(padded / BLOCK_ROWS) * 8,
    origin: columns * 8,
    wideRow: stride * 8,
    point: columns * 16,
    out: OUT_LENGTH * 8,
  };
  let bytes = FIRST_ADDRESS;
  const at = { ...lengths };
  for (const region of REGIONS) {
    at[region] = bytes;
    bytes = Math.ceil((bytes + lengths[region]) / ALIGNMENT) * ALIGNMENT;
  }
  return { rows, columns, stride, wide, at, bytes };
}

/** The table that assembly/rows.ts reads at address 0. */
export function layoutTable({ rows, columns, stride, wide, at }: KernelLayout): Uint32Array {
  return Uint32Array.of(rows, columns, stride, wide ? 1 : 0, ...REGIONS.map((region) => at[region]));
}
