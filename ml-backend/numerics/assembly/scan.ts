import { ROWS } from './rows';

/* `distance` is NaN where a row does not remain: `pmin` and `pmax` pass over NaN in their second argument. */

/** Least and greatest distance of what remains into `out`; ∞ and −∞ when nothing does. */
export function extremes(): void {
  const end = ROWS.distance + ((ROWS.rows + 1) & ~1) * 8;
  let least = f64x2.splat(Infinity);
  let most = f64x2.splat(-Infinity);
  for (let at = ROWS.distance; at < end; at += 16) {
    const two = v128.load(at);
    least = f64x2.pmin(least, two);
    most = f64x2.pmax(most, two);
  }
  store<f64>(ROWS.out, min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1)));
  store<f64>(ROWS.out, max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1)), 8);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function scores(at: usize, least: v128, gain: v128): v128 {
  return f64x2.add(v128.load(ROWS.term + at), f64x2.mul(gain, f64x2.sub(v128.load(ROWS.distance + at), least)));
}

/** Bytes of float64 by row that are taken together; as in kernel-layout.ts. */
const BLOCK: usize = 512 * 8;

/** Rows whose term + gain · (distance − least) is at most `tolerance` below the greatest, ascending, into `ties`; how many. */
export function best(least: f64, gain: f64, tolerance: f64): u32 {
  const bytes: usize = ((ROWS.rows + 1) & ~1) * 8;
  const leasts = f64x2.splat(least);
  const gains = f64x2.splat(gain);
  let greatest = -Infinity;
  let block = ROWS.blocks;
  for (let from: usize = 0; from < bytes; from += BLOCK) {
    const to = min(from + BLOCK, bytes);
    let most = f64x2.splat(-Infinity);
    for (let at = from; at < to; at += 16) most = f64x2.pmax(most, scores(at, leasts, gains));
    const own = max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
    store<f64>(block, own);
    block += 8;
    greatest = max(greatest, own);
  }
  return listAbove(greatest - tolerance, leasts, gains);
}

function listAbove(threshold: f64, leasts: v128, gains: v128): u32 {
  const bytes: usize = ((ROWS.rows + 1) & ~1) * 8;
  const thresholds = f64x2.splat(threshold);
  let block = ROWS.blocks;
  let length: u32 = 0;
  for (let from: usize = 0; from < bytes; from += BLOCK, block += 8) {
    if (load<f64>(block) < threshold) continue;
    const to = min(from + BLOCK, bytes);
    for (let at = from; at < to; at += 16) {
      const high = i64x2.bitmask(f64x2.ge(scores(at, leasts, gains), thresholds));
      const row = <u32>(at >> 3);
      if (high & 1) store<u32>(ROWS.ties + (length++ << 2), row);
      if (high & 2) store<u32>(ROWS.ties + (length++ << 2), row + 1);
    }
  }
  return length;
}

/** The `count` rows of the highest scores as above, highest first, into `ties`; how many there are. */
export function highest(least: f64, gain: f64, count: u32): u32 {
  const bytes: usize = ((ROWS.rows + 1) & ~1) * 8;
  const leasts = f64x2.splat(least);
  const gains = f64x2.splat(gain);
  let length: u32 = 0;
  let threshold = f64x2.splat(-Infinity);
  for (let at: usize = 0; at < bytes; at += 16) {
    const two = scores(at, leasts, gains);
    const high = i64x2.bitmask(f64x2.gt(two, threshold));
    if (!high) continue;
    if (high & 1) length = insert(<u32>(at >> 3), f64x2.extract_lane(two, 0), length, count);
    if (high & 2) length = insert(<u32>(at >> 3) + 1, f64x2.extract_lane(two, 1), length, count);
    if (length == count) threshold = f64x2.splat(load<f64>(ROWS.out + ((count - 1) << 3)));
  }
  return length;
}

/** Into `ties` and, its score, into `out`, both in descending order and at most `count` long. */
function insert(row: u32, score: f64, length: u32, count: u32): u32 {
  if (length == count) {
    if (score <= load<f64>(ROWS.out + ((count - 1) << 3))) return length;
    length--;
  }
  let at = length;
  for (; at > 0 && load<f64>(ROWS.out + ((at - 1) << 3)) < score; at--) {
    store<f64>(ROWS.out + (at << 3), load<f64>(ROWS.out + ((at - 1) << 3)));
    store<u32>(ROWS.ties + (at << 2), load<u32>(ROWS.ties + ((at - 1) << 2)));
  }
  store<f64>(ROWS.out + (at << 3), score);
  store<u32>(ROWS.ties + (at << 2), row);
  return length + 1;
}
