import { finishHash } from './feature-hash.js';

/** The vectors of a pair's texts, all of one length D. */
export interface TextVectors {
  readonly prompt: Float32Array;
  readonly responseA: Float32Array;
  readonly responseB: Float32Array;
}

/**
 * A pair as one vector of D numbers (float32, length 1), from its texts' vectors p, a, b, each scaled to length 1: what is
 * asked, p; what is answered, m = (a + b) / 2; where the answers differ, d = |a − b| / 2, number by number. They are not put one after
 * another, which would make every distance cost three times as much, but added under fixed random signs:
 * pᵢ + s(2i) · mᵢ + s(2i + 1) · dᵢ. Products between the three then cancel out but for about 1 / √D of them, so that a
 * distance is what it would be in 3 · D numbers, within some percent. Changing sides changes nothing; three zero vectors give zeros.
 *
 * Only +, −, ×, ÷ and √ of float64 in ascending place, each rounded as IEEE 754 demands: the same on every machine.
 */
export function pairVector({ prompt, responseA, responseB }: TextVectors): Float32Array {
  const dimension = prompt.length;
  const p = scaleToLengthOne(Float64Array.from(prompt));
  const a = scaleToLengthOne(Float64Array.from(responseA));
  const b = scaleToLengthOne(Float64Array.from(responseB));
  const joined = new Float64Array(dimension);
  for (let at = 0; at < dimension; at += 1) {
    joined[at] = p[at]! + signOf(2 * at) * ((a[at]! + b[at]!) / 2) + signOf(2 * at + 1) * (Math.abs(a[at]! - b[at]!) / 2);
  }
  return Float32Array.from(scaleToLengthOne(joined));
}

/** Divides by the length, squares added in ascending place; zeros stay. */
function scaleToLengthOne(vector: Float64Array): Float64Array {
  let squares = 0;
  for (const number of vector) squares += number * number;
  const length = Math.sqrt(squares);
  return length === 0 ? vector : vector.map((number) => number / length);
}

/** s(place): 1 or −1, by the lowest bit of the finished hash of place + 1. */
function signOf(place: number): number {
  return (finishHash(place + 1) & 1) === 0 ? 1 : -1;
}
