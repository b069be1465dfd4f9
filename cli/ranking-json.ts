import type { LogOdds, ModelRanking } from '../webhooks/statistics/model-ranking.js';
import { intervalJson } from './agreement-json.js';

/** The ranking as the JSON document of `--json`. What is undefined is null, with its reason beside it. */
export function rankingJson(ranking: ModelRanking): Record<string, unknown> {
  const { models, effects, covariance, tieModel, priorSd, n, tieShare, logLikelihood, iterations, reason, bootstrap } = ranking;
  return {
    tie_model: tieModel,
    prior_sd: priorSd,
    n,
    models: models.map(({ model, wins, ties, losses, strength, places }) => ({ model, wins, ties, losses, strength: logOddsJson(strength), places })),
    covariance,
    effects: Object.fromEntries(Object.entries(effects).map(([name, effect]) => [name, logOddsJson(effect)])),
    tie_share: tieShare,
    log_likelihood: logLikelihood,
    iterations,
    reason: reason ?? null,
    bootstrap,
  };
}

function logOddsJson({ value, standardError, wald, interval, reason }: LogOdds): Record<string, unknown> {
  return { value, standard_error: standardError, wald, interval: interval === null ? null : intervalJson(interval), reason: reason ?? null };
}
