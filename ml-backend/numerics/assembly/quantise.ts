import { ROWS, SLACK } from './rows';

/** Added to every error bound, in units of the greatest number: keeps tiny ones away from underflow. */
const FLOOR: f64 = 1e-9;

/** (number − origin) · unit of every column into `wideRow`; returns the greatest absolute value. */
function widen(row: u32, unit: f64): f64 {
  const columns = ROWS.columns;
  const from = ROWS.vectors + row * columns * (ROWS.wide ? 8 : 4);
  const origin = ROWS.origin;
  const to = ROWS.wideRow;
  if (ROWS.wide) for (let at: u32 = 0; at < columns; at++) store<f64>(to + at * 8, (load<f64>(from + at * 8) - load<f64>(origin + at * 8)) * unit);
  else for (let at: u32 = 0; at < columns; at++) store<f64>(to + at * 8, (<f64>load<f32>(from + at * 4) - load<f64>(origin + at * 8)) * unit);
  let greatest = f64x2.splat(0);
  for (let at: usize = 0; at < ROWS.stride * 8; at += 16) greatest = f64x2.max(greatest, f64x2.abs(v128.load(to + at)));
  return max(f64x2.extract_lane(greatest, 0), f64x2.extract_lane(greatest, 1));
}

/** The squared error and the squared codes of one row, summed by `encode`. */
let squaredError: f64 = 0;
let squaredCodes: f64 = 0;

/** Codes of `wideRow`, nearest(number / scale), as i32x4 of four columns from `at`, and their sums. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function roundHalf(at: usize, inverse: f64): v128 {
  return f64x2.nearest(f64x2.mul(v128.load(ROWS.wideRow + at * 8), f64x2.splat(inverse)));
}

function encodeRow(to: usize, scale: f64): void {
  const inverse = scale > 0 ? 1.0 / scale : 0.0;
  let errors = f64x2.splat(0);
  let squares = f64x2.splat(0);
  for (let at: usize = 0; at < ROWS.stride; at += 2) {
    const code = roundHalf(at, inverse);
    const error = f64x2.sub(v128.load(ROWS.wideRow + at * 8), f64x2.mul(code, f64x2.splat(scale)));
    errors = f64x2.add(errors, f64x2.mul(error, error));
    squares = f64x2.add(squares, f64x2.mul(code, code));
    const whole = i32x4.trunc_sat_f64x2_s_zero(code);
    store<i8>(to + at, <i8>i32x4.extract_lane(whole, 0));
    store<i8>(to + at, <i8>i32x4.extract_lane(whole, 1), 1);
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
