import { createFractions } from '../../../core/random.js';

/** Distances measured from one text: to texts that ought to be near, and to texts that ought to be far. */
export interface Distances {
  readonly near: readonly number[];
  readonly far: readonly number[];
}

export interface Area {
  readonly value: number;
  /** 95 % percentile interval; texts are drawn again with all of their distances. */
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 400;

/**
 * How often a near text is nearer than a far one, over all of them, ties counting half: the area under the ROC curve.
 *
 * @throws Error when there is no near or no far distance.
 */
export function areaUnderCurve(texts: readonly Distances[], seed: number): Area {
  const random = createFractions(seed);
  const resampled = Array.from({ length: RESAMPLES }, () => areaOf(texts.map(() => texts[Math.floor(random() * texts.length)]!))).sort((a, b) => a - b);
  return { value: areaOf(texts), low: resampled[Math.floor(0.025 * RESAMPLES)]!, high: resampled[Math.ceil(0.975 * RESAMPLES) - 1]! };
}

function areaOf(texts: readonly Distances[]): number {
  const near = Float64Array.from(texts.flatMap((text) => text.near)).sort();
  const far = Float64Array.from(texts.flatMap((text) => text.far)).sort();
  if (near.length === 0 || far.length === 0) throw new Error('no distances to compare');
  let wins = 0;
  let nearer = 0;
  let notFarther = 0;
  for (const distance of far) {
    while (nearer < near.length && near[nearer]! < distance) nearer += 1;
    while (notFarther < near.length && near[notFarther]! <= distance) notFarther += 1;
    wins += (nearer + notFarther) / 2;
  }
  return wins / (near.length * far.length);
}
