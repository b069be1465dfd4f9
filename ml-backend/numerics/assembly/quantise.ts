import { ROWS, SLACK } from './rows';

/** Added to every error bound, in units of the greatest number: keeps tiny ones away from underflow. */
const FLOOR: f64 = 1e-9;

/** The greatest absolute value of all numbers. */
export function greatest(): f64 {
  const bytes: usize = <usize>ROWS.rows * ROWS.columns * (ROWS.wide ? 8 : 4);
  const end = ROWS.vectors + bytes;
  const whole = ROWS.vectors + (bytes & ~15);
  let at = ROWS.vectors;
  let four = f32x4.splat(0);
  let two = f64x2.splat(0);
  if (ROWS.wide) for (; at < whole; at += 16) two = f64x2.pmax(two, f64x2.abs(v128.load(at)));
  else for (; at < whole; at += 16) four = f32x4.pmax(four, f32x4.abs(v128.load(at)));
  let most = max(f64x2.extract_lane(two, 0), f64x2.extract_lane(two, 1));
  most = max(most, <f64>max(max(f32x4.extract_lane(four, 0), f32x4.extract_lane(four, 1)), max(f32x4.extract_lane(four, 2), f32x4.extract_lane(four, 3))));
  for (; at < end; at += ROWS.wide ? 8 : 4) most = max(most, ROWS.wide ? abs(load<f64>(at)) : <f64>abs(load<f32>(at)));
  return most;
}

function widenWide(from: usize, origin: usize, to: usize, unit: f64): void {
  for (let at: usize = 0; at < ROWS.columns << 3; at += 8) store<f64>(to + at, (load<f64>(from + at) - load<f64>(origin + at)) * unit);
}

function widenNarrow(from: usize, origin: usize, to: usize, unit: f64): void {
  const end = from + (ROWS.columns << 2);
  const units = f64x2.splat(unit);
  for (; from + 16 <= end; from += 16, origin += 32, to += 32) {
    const four = v128.load(from);
    const last = i8x16.shuffle(four, four, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
    v128.store(to, f64x2.mul(f64x2.sub(f64x2.promote_low_f32x4(four), v128.load(origin)), units));
    v128.store(to, f64x2.mul(f64x2.sub(f64x2.promote_low_f32x4(last), v128.load(origin, 16)), units), 16);
  }
  for (; from < end; from += 4, origin += 8, to += 8) store<f64>(to, (<f64>load<f32>(from) - load<f64>(origin)) * unit);
}

/** (number − origin) · unit of every column into `wideRow`; returns the greatest absolute value. */
function widen(row: u32, unit: f64): f64 {
  const columns = ROWS.columns;
  const from = ROWS.vectors + row * columns * (ROWS.wide ? 8 : 4);
  const origin = ROWS.origin;
  const to = ROWS.wideRow;
  if (ROWS.wide) widenWide(from, origin, to, unit);
  else widenNarrow(from, origin, to, unit);
  let most = f64x2.splat(0);
  for (let at: usize = 0; at < ROWS.stride * 8; at += 16) most = f64x2.max(most, f64x2.abs(v128.load(to + at)));
  return max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
}

/** The squared error and the squared codes of one row, summed by `encode`. */
let squaredError: f64 = 0;
let squaredCodes: f64 = 0;

/**
 * 1.5 · 2⁵²: a small number added to it is rounded to a whole one, half to even, which then stands in the lower half
 * of its bits.
 */
const ROUNDING: f64 = 6755399441055744.0;

/** Codes of `wideRow` at `to`, a byte each, with their sums. */
function encodeRow(to: usize, scale: f64): void {
  const inverse = f64x2.splat(scale > 0 ? 1.0 / scale : 0.0);
  const scales = f64x2.splat(scale);
  const rounding = f64x2.splat(ROUNDING);
  let errors = f64x2.splat(0);
  let squares = f64x2.splat(0);
  let from = ROWS.wideRow;
  for (const end = to + ROWS.stride; to < end; to += 4, from += 32) {
    const first = v128.load(from);
    const second = v128.load(from, 16);
    const firstRounded = f64x2.add(f64x2.mul(first, inverse), rounding);
    const secondRounded = f64x2.add(f64x2.mul(second, inverse), rounding);
    v128.store_lane<u32>(to, i8x16.shuffle(firstRounded, secondRounded, 0, 8, 16, 24, 0, 8, 16, 24, 0, 8, 16, 24, 0, 8, 16, 24), 0);
    const firstCode = f64x2.sub(firstRounded, rounding);
    const secondCode = f64x2.sub(secondRounded, rounding);
    const firstError = f64x2.sub(first, f64x2.mul(firstCode, scales));
    const secondError = f64x2.sub(second, f64x2.mul(secondCode, scales));
    errors = f64x2.add(f64x2.add(errors, f64x2.mul(firstError, firstError)), f64x2.mul(secondError, secondError));
    squares = f64x2.add(f64x2.add(squares, f64x2.mul(firstCode, firstCode)), f64x2.mul(secondCode, secondCode));
  }
  squaredError = f64x2.extract_lane(errors, 0) + f64x2.extract_lane(errors, 1);
  squaredCodes = f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
}

/** Codes, scale, norm and error of rows [from, to). */
export function quantise(from: u32, to: u32, unit: f64): void {
  for (let row = from; row < to; row++) {
    const scale = <f64>(<f32>(widen(row, unit) / 127.0));
    encodeRow(ROWS.codes + row * ROWS.stride, scale);
    const at = row << 2;
    store<f32>(ROWS.scale + at, <f32>scale);
    store<f32>(ROWS.norm + at, <f32>(squaredCodes * scale * scale * (1.0 - SLACK)));
    store<f32>(ROWS.error + at, <f32>(sqrt(squaredError) * (1.0 + SLACK) + FLOOR));
  }
}

/** The same of one row as query `lane`, with the finer codes that a single row can afford. */
export function query(lane: u32, row: u32, unit: f64, limit: f64): void {
  const scale = <f64>(<f32>(widen(row, unit) / limit));
  const inverse = scale > 0 ? 1.0 / scale : 0.0;
  const to = ROWS.queryCodes + (lane >> 2) * ROWS.stride * 8 + (lane & 3) * 16;
  squaredError = 0;
  squaredCodes = 0;
  for (let at: u32 = 0; at < ROWS.stride; at++) {
    const number = load<f64>(ROWS.wideRow + at * 8);
    const code = nearest(number * inverse);
    const error = number - code * scale;
    squaredError += error * error;
    squaredCodes += code * code;
    store<i16>(to + (at >> 3) * 64 + (at & 7) * 2, <i16>code);
  }
  const lanes = lane << 2;
  store<f32>(ROWS.queryScale + lanes, <f32>(scale * 2.0));
  store<f32>(ROWS.queryNorm + lanes, <f32>(squaredCodes * scale * scale * (1.0 - SLACK)));
  store<f32>(ROWS.queryError + lanes, <f32>(sqrt(squaredError) * (1.0 + SLACK) + FLOOR));
}

/** Leaves query `lane` empty: nothing is ever near it. */
export function noQuery(lane: u32): void {
  store<f32>(ROWS.queryScale + (lane << 2), 0);
  store<f32>(ROWS.queryNorm + (lane << 2), Infinity);
  store<f32>(ROWS.queryError + (lane << 2), 0);
}
