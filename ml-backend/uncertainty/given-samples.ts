import { PairloopError } from '../../core/errors.js';

/**
 * Uncertainty from token log-probabilities that came with the responses: −(mean of A's + mean of B's) / 2, in nats per token.
 * 0 where every token was certain. Each response counts alike, whatever its length. Undefined where a response has none: nothing is known then.
 *
 * @throws PairloopError (usage) for a log-probability above 0 or not finite.
 */
export function tokenUncertainty(logProbabilitiesA: readonly number[], logProbabilitiesB: readonly number[]): number | undefined {
  if (logProbabilitiesA.length === 0 || logProbabilitiesB.length === 0) return undefined;
  for (const [side, values] of [['A', logProbabilitiesA], ['B', logProbabilitiesB]] as const) {
    const wrong = values.findIndex((value) => !(value <= 0 && value > -Infinity));
    if (wrong !== -1) throw new PairloopError(`Token ${wrong} of response ${side} has the log-probability ${values[wrong]}; it must be finite and at most 0.`, 'usage');
  }
  // 0 − … so that certainty is 0, not −0.
  return 0 - (mean(logProbabilitiesA) + mean(logProbabilitiesB)) / 2;
}

/**
 * Uncertainty from a model's or judge's repeated answers about one pair (self-consistency, Wang et al. 2023): their
 * population variance. With verdicts as 1 (A), 0 (B) and ½ (tie) it is from 0, always the same, to ¼, half each.
 * Undefined with fewer than two samples: nothing is known then.
 *
 * @throws PairloopError (usage) for a sample that is not finite.
 */
export function selfConsistencyVariance(samples: readonly number[]): number | undefined {
  if (samples.length < 2) return undefined;
  const wrong = samples.findIndex((sample) => !Number.isFinite(sample));
  if (wrong !== -1) throw new PairloopError(`Sample ${wrong} is ${samples[wrong]}; every sample must be a finite number.`, 'usage');
  const middle = mean(samples);
  return mean(samples.map((sample) => (sample - middle) ** 2));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
