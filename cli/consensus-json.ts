import type { DawidSkene } from '../webhooks/statistics/dawid-skene.js';

/** The consensus as the JSON document of `--json`. Lists of probabilities are in the order of `values`. */
export function consensusJson(consensus: DawidSkene): Record<string, unknown> {
  const { model, n, values, prior, iterations, converged, logLikelihood, reason, items, raters } = consensus;
  return { model, n, values, prior, iterations, converged, log_likelihood: logLikelihood, reason: reason ?? null, raters, items };
}
