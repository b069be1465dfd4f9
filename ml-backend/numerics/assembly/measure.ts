import { ROWS, SLACK, touch } from './rows';

/** Queries are measured in groups of four, one in each lane; how many groups there are, 1 or 2. */
let groups: usize = 2;

// @ts-ignore: a decorator of AssemblyScript
@inline
function sumOfFour(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27), i8x16.shuffle(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31));
  const cd = i32x4.add(i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27), i8x16.shuffle(c, d, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31));
  return i32x4.add(i8x16.shuffle(ab, cd, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23), i8x16.shuffle(ab, cd, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31));
}

/** From below: the squared distances between codes, of either row and each of four queries, f32x4. */
let firstSquares: v128 = f32x4.splat(0);
let secondSquares: v128 = f32x4.splat(0);

// @ts-ignore: a decorator of AssemblyScript
@inline
function squaresOf(row: u32, group: usize, dots: v128): v128 {
  const twice = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(dots), v128.load(ROWS.queryScale + group * 16)), f32x4.splat(load<f32>(ROWS.scale + (row << 2))));
  return f32x4.sub(f32x4.add(f32x4.splat(load<f32>(ROWS.norm + (row << 2))), v128.load(ROWS.queryNorm + group * 16)), twice);
}

/** Two rows against one group of four queries: eight sums at a time are as many as there are registers for. */
function measureCodes(one: u32, other: u32, group: usize): void {
  const stride = ROWS.stride;
  let first = ROWS.codes + one * stride;
  let second = ROWS.codes + other * stride;
  const end = first + stride;
  let query = ROWS.queryCodes + group * stride * 8;
  let a = i32x4.splat(0);
  let b = i32x4.splat(0);
  let c = i32x4.splat(0);
  let d = i32x4.splat(0);
  let e = i32x4.splat(0);
  let f = i32x4.splat(0);
  let g = i32x4.splat(0);
  let h = i32x4.splat(0);
  while (first < end) {
    const lowOne = v128.load_ext<i8>(first);
    const lowOther = v128.load_ext<i8>(second);
    let codes = v128.load(query);
    a = i32x4.add(a, i32x4.dot_i16x8_s(lowOne, codes));
    e = i32x4.add(e, i32x4.dot_i16x8_s(lowOther, codes));
    codes = v128.load(query, 16);
    b = i32x4.add(b, i32x4.dot_i16x8_s(lowOne, codes));
    f = i32x4.add(f, i32x4.dot_i16x8_s(lowOther, codes));
    codes = v128.load(query, 32);
    c = i32x4.add(c, i32x4.dot_i16x8_s(lowOne, codes));
    g = i32x4.add(g, i32x4.dot_i16x8_s(lowOther, codes));
    codes = v128.load(query, 48);
    d = i32x4.add(d, i32x4.dot_i16x8_s(lowOne, codes));
    h = i32x4.add(h, i32x4.dot_i16x8_s(lowOther, codes));
    first += 8;
    second += 8;
    query += 64;
  }
  firstSquares = squaresOf(one, group, sumOfFour(a, b, c, d));
  secondSquares = squaresOf(other, group, sumOfFour(e, f, g, h));
}

/** Half the distance of every pick to each query, from below. */
function measurePicks(count: u32): void {
  const last = count - 1;
  for (let place: u32 = 0; place < count; place += 2) {
    const next = min(place + 1, last);
    for (let group: usize = 0; group < groups; group++) {
      measureCodes(load<u32>(ROWS.picks + (place << 2)), load<u32>(ROWS.picks + (next << 2)), group);
      keepHalf(place, group, firstSquares);
      keepHalf(next, group, secondSquares);
    }
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function keepHalf(place: u32, group: usize, squares: v128): void {
  const error = load<f32>(ROWS.error + (load<u32>(ROWS.picks + (place << 2)) << 2));
  const errors = f32x4.add(f32x4.splat(error), v128.load(ROWS.queryError + group * 16));
  const between = f32x4.sub(f32x4.sqrt(f32x4.max(squares, f32x4.splat(0))), errors);
  v128.store(ROWS.halves + (place << 5) + group * 16, f32x4.mul(between, f32x4.splat(<f32>(0.5 - SLACK))));
}

/** Remaining rows that the triangle inequality leaves open for any query, into `ties`; how many. */
function listOpen(): u32 {
  const rows = ROWS.rows;
  const to = ROWS.ties;
  const halves = ROWS.halves;
  const second = (groups - 1) << 4;
  let length: u32 = 0;
  for (let row: u32 = 0; row < rows; row++) {
    const reach = f32x4.splat(load<f32>(ROWS.reach + (row << 2)));
    const half = halves + (load<u32>(ROWS.nearest + (row << 2)) << 5);
    const least = f32x4.min(v128.load(half), v128.load(half + second));
    store<u32>(to + (length << 2), row);
    length += <u32>v128.any_true(f32x4.lt(least, reach)) & <u32>(f32x4.extract_lane(reach, 0) >= 0);
  }
  return length;
}

/** So many rows ahead the codes are asked for. */
const AHEAD: u32 = 6;

// @ts-ignore: a decorator of AssemblyScript
@inline
function touchCodes(row: u32): void {
  const from = ROWS.codes + row * ROWS.stride;
  touch(from, from + ROWS.stride);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function listHits(row: u32, group: usize, squares: v128): void {
  const reach = f32x4.splat(load<f32>(ROWS.reach + (row << 2)));
  const together = f32x4.mul(f32x4.add(reach, v128.load(ROWS.queryError + group * 16)), f32x4.splat(<f32>(1.0 + SLACK)));
  let hits = i32x4.bitmask(f32x4.lt(squares, f32x4.mul(together, together)));
  for (; hits; hits &= hits - 1) {
    const query = (<u32>group << 2) + ctz(hits);
    const length = load<u32>(ROWS.listLengths + (query << 2));
    store<u32>(ROWS.lists + ((query * ROWS.rows + length) << 2), row);
    store<u32>(ROWS.listLengths + (query << 2), length + 1);
  }
}

/**
 * Lists for each query the rows that may be nearer to it than to their nearest pick. All others are not: by the
 * triangle inequality between row, pick and query, or by the codes.
 */
export function measure(pickCount: u32, groupCount: u32): void {
  groups = groupCount;
  measurePicks(pickCount);
  const open = listOpen();
  const rows = ROWS.ties;
  const sparse = open < ROWS.rows >> 2;
  memory.fill(ROWS.listLengths, 0, groups << 4);
  for (let at: u32 = 0; at < open; at += 2) {
    const one = load<u32>(rows + (at << 2));
    const other = load<u32>(rows + (min(at + 1, open - 1) << 2));
    if (sparse && at + AHEAD + 1 < open) {
      touchCodes(load<u32>(rows + ((at + AHEAD) << 2)));
      touchCodes(load<u32>(rows + ((at + AHEAD + 1) << 2)));
    }
    for (let group: usize = 0; group < groups; group++) {
      measureCodes(one, other, group);
      listHits(one, group, firstSquares);
      if (other != one) listHits(other, group, secondSquares);
    }
  }
}
