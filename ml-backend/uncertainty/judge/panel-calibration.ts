import type { Reference } from './judge-vote.js';
import type { Opinion } from './panel.js';
import { calibrate, thresholdsToTest, type Calibration, type CalibrationPair, type Promised } from './risk-threshold.js';

/** Calibrates on opinions that have a reference; the thresholds come from the opinions that are to be triaged. */
export function calibrateOpinions(known: readonly Opinion[], target: readonly Opinion[], reference: Reference, promised: Promised): Calibration {
  const confidences = target.flatMap((opinion) => (opinion.verdict === null ? [] : [opinion.confidence]));
  return calibrate(comparePairs(known, reference), thresholdsToTest(confidences, known.length / target.length, promised), promised);
}

/** The opinions with a verdict, compared with their reference. */
export function comparePairs(opinions: readonly Opinion[], reference: Reference): CalibrationPair[] {
  return opinions.flatMap((opinion) =>
    opinion.verdict === null ? [] : [{ confidence: opinion.confidence, right: reference.get(opinion.item)!.has(opinion.verdict) }],
  );
}
