import { ROWS, SLACK, touch } from './rows';

/*
 * Squared distances in float64, each row summed in ascending column, one rounded operation after another, as the
 * plain loop does: two rows lie side by side in a vector of two, so that neither sum is reordered.
 */

/** Every number of a row twice, widened, into `point`. */
function setPoint(row: u32): void {
  const columns = ROWS.columns;
  const from = ROWS.vectors + row * columns * (ROWS.wide ? 8 : 4);
  for (let at: u32 = 0; at < columns; at++) {
    const number = ROWS.wide ? load<f64>(from + at * 8) : <f64>load<f32>(from + at * 4);
    store<f64>(ROWS.point + at * 16, number);
    store<f64>(ROWS.point + at * 16, number, 8);
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function addSquare(sum: v128, two: v128, point: usize): v128 {
  const difference = f64x2.sub(two, v128.load(point));
  return f64x2.add(sum, f64x2.mul(difference, difference));
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function evens(two: v128, other: v128): v128 {
  return f64x2.promote_low_f32x4(i8x16.shuffle(two, other, 0, 1, 2, 3, 16, 17, 18, 19, 0, 1, 2, 3, 16, 17, 18, 19));
}

let sumOfFirst: v128 = f64x2.splat(0);
let sumOfSecond: v128 = f64x2.splat(0);

/** Four float32 rows at addresses a to d, into `sumOfFirst` (a, b) and `sumOfSecond` (c, d). */
function measureNarrow(a: usize, b: usize, c: usize, d: usize): void {
  let first = f64x2.splat(0);
  let second = f64x2.splat(0);
  const bytes = ROWS.columns << 2;
  const whole = bytes & ~15;
  let point = ROWS.point;
  let at: u32 = 0;
  for (; at < whole; at += 16) {
    const rowA = v128.load(a + at);
    const rowB = v128.load(b + at);
    const rowC = v128.load(c + at);
    const rowD = v128.load(d + at);
    const lowAB = i8x16.shuffle(rowA, rowB, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    const lowCD = i8x16.shuffle(rowC, rowD, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    const highAB = i8x16.shuffle(rowA, rowB, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
    const highCD = i8x16.shuffle(rowC, rowD, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
    first = addSquare(first, f64x2.promote_low_f32x4(lowAB), point);
    second = addSquare(second, f64x2.promote_low_f32x4(lowCD), point);
    first = addSquare(first, f64x2.promote_low_f32x4(i8x16.shuffle(lowAB, lowAB, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)), point + 16);
    second = addSquare(second, f64x2.promote_low_f32x4(i8x16.shuffle(lowCD, lowCD, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)), point + 16);
    first = addSquare(first, f64x2.promote_low_f32x4(highAB), point + 32);
    second = addSquare(second, f64x2.promote_low_f32x4(highCD), point + 32);
    first = addSquare(first, f64x2.promote_low_f32x4(i8x16.shuffle(highAB, highAB, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)), point + 48);
    second = addSquare(second, f64x2.promote_low_f32x4(i8x16.shuffle(highCD, highCD, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)), point + 48);
    point += 64;
  }
  for (; at < bytes; at += 4) {
    first = addSquare(first, evens(v128.load32_zero(a + at), v128.load32_zero(b + at)), point);
    second = addSquare(second, evens(v128.load32_zero(c + at), v128.load32_zero(d + at)), point);
    point += 16;
  }
  sumOfFirst = first;
  sumOfSecond = second;
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function pair(one: usize, other: usize): v128 {
  return v128.load64_lane(other, v128.load64_zero(one), 1);
}

/** The same of four float64 rows. */
function measureWide(a: usize, b: usize, c: usize, d: usize): void {
  let first = f64x2.splat(0);
  let second = f64x2.splat(0);
  for (let at: u32 = 0; at < ROWS.columns << 3; at += 8) {
    const point = ROWS.point + (at << 1);
    first = addSquare(first, pair(a + at, b + at), point);
    second = addSquare(second, pair(c + at, d + at), point);
  }
  sumOfFirst = first;
  sumOfSecond = second;
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function keep(row: u32, squared: f64, place: u32, unit: f64): void {
  if (load<f32>(ROWS.reach + (row << 2)) < 0 || squared >= load<f64>(ROWS.squared + (row << 3))) return;
  const distance = sqrt(squared);
  store<f64>(ROWS.squared + (row << 3), squared);
  store<f64>(ROWS.distance + (row << 3), distance);
  store<u32>(ROWS.nearest + (row << 2), place);
  const reach = (distance * unit + <f64>load<f32>(ROWS.error + (row << 2))) * (1.0 + SLACK);
  store<f32>(ROWS.reach + (row << 2), squared == 0 ? -1 : <f32>reach);
}

/** Rows [from, to) of list `lane`: their distance to `row`, which is the pick at `place`, if it is the least so far. */
export function update(lane: u32, from: u32, to: u32, row: u32, place: u32, unit: f64): void {
  setPoint(row);
  const list = ROWS.lists + lane * (ROWS.rows << 2);
  const bytes = ROWS.columns * (ROWS.wide ? 8 : 4);
  const sparse = to - from < ROWS.rows >> 2;
  for (let at = from; at < to; at += 4) {
    const a = load<u32>(list + (at << 2));
    const b = load<u32>(list + (min(at + 1, to - 1) << 2));
    const c = load<u32>(list + (min(at + 2, to - 1) << 2));
    const d = load<u32>(list + (min(at + 3, to - 1) << 2));
    for (let next = at + 4; sparse && next < min(at + 8, to); next++) {
      const address = ROWS.vectors + load<u32>(list + (next << 2)) * bytes;
      touch(address, address + bytes);
    }
    if (ROWS.wide) measureWide(ROWS.vectors + a * bytes, ROWS.vectors + b * bytes, ROWS.vectors + c * bytes, ROWS.vectors + d * bytes);
    else measureNarrow(ROWS.vectors + a * bytes, ROWS.vectors + b * bytes, ROWS.vectors + c * bytes, ROWS.vectors + d * bytes);
    keep(a, f64x2.extract_lane(sumOfFirst, 0), place, unit);
    keep(b, f64x2.extract_lane(sumOfFirst, 1), place, unit);
    keep(c, f64x2.extract_lane(sumOfSecond, 0), place, unit);
    keep(d, f64x2.extract_lane(sumOfSecond, 1), place, unit);
  }
}
