import type { EffectName } from '../webhooks/statistics/comparison-cells.js';
import type { LogOdds, ModelRanking } from '../webhooks/statistics/model-ranking.js';
import { alignCells, count, fixed, rangeOf, shownName } from './vote-words.js';

const MODELS_SHOWN_MAX = 50;
const EFFECT_ROWS: Readonly<Record<EffectName, string>> = { position: 'Displayed first', length: 'Twice as long' };
const TIE_WORDS: Readonly<Record<ModelRanking['tieModel'], string>> = { davidson: 'Davidson', 'rao-kupper': 'Rao and Kupper' };

/** The ranking for people: models from the strongest, then what else decides, then what the figures rest on. */
export function renderRanking(ranking: ModelRanking): string {
  const { n, bootstrap } = ranking;
  const percent = `${Number((bootstrap.coverage * 100).toFixed(1))} %`;
  const lines = [`${count(n.comparisons, 'comparison')} of ${count(n.items, 'item')}, ${count(n.models, 'model')}, ${count(n.ties, 'tie')}`, ''];
  if (ranking.reason !== undefined) lines.push(`Undefined: ${ranking.reason}.`, '');
  if (n.models > 0) lines.push(...modelLines(ranking, percent), '');
  const effects = effectLines(ranking, percent);
  if (effects.length > 0) lines.push(...effects, '');
  return [...lines, ...endLines(ranking), ''].join('\n');
}

function modelLines({ models }: ModelRanking, percent: string): string[] {
  const header = ['Model', 'strength', `${percent} interval`, 'Wald', 'place', 'wins', 'ties', 'losses'];
  const rows = models.slice(0, MODELS_SHOWN_MAX).map(({ model, strength, places, wins, ties, losses }) => [
    shownName(model),
    ...logOddsCells(strength),
    places === null ? '–' : places.low === places.high ? String(places.low) : `${places.low} … ${places.high}`,
    ...[wins, ties, losses].map(String),
  ]);
  const hidden = models.length - rows.length;
  return [...alignCells([header, ...rows]), ...(hidden > 0 ? [`${count(hidden, 'more model')}: see --json.`] : [])];
}

function logOddsCells({ value, interval, wald }: LogOdds): string[] {
  return [value === null ? 'undefined' : fixed(value), rangeOf(interval), rangeOf(wald)];
}

/** The effects that have a value, and why the others have none. */
function effectLines({ effects, reason }: ModelRanking, percent: string): string[] {
  const all = Object.entries(effects) as [EffectName, LogOdds][];
  const known = all.filter(([, effect]) => effect.value !== null);
  const rows = known.map(([name, effect]) => [EFFECT_ROWS[name], ...logOddsCells(effect), `× ${Math.exp(effect.value!).toFixed(2)}`]);
  const table = rows.length === 0 ? [] : alignCells([['Effect', 'log odds', `${percent} interval`, 'Wald', 'odds'], ...rows]);
  const missing = all.filter(([, effect]) => effect.value === null && effect.reason !== reason);
  return [...table, ...missing.map(([name, effect]) => `${EFFECT_ROWS[name]}: undefined, ${effect.reason}.`)];
}

function endLines({ models, effects, tieShare, tieModel, priorSd, bootstrap, iterations, reason }: ModelRanking): string[] {
  if (reason !== undefined) return [];
  const whys = new Set([...models.map(({ strength }) => strength), ...Object.values(effects)].flatMap(({ value, interval, reason: why }) => (value !== null && interval === null && why !== undefined ? [why] : [])));
  return [
    `Two equal models tie in ${((tieShare ?? 0) * 100).toFixed(1)} % (${TIE_WORDS[tieModel]}). Strengths are log odds with mean 0: 0.69 more wins twice as often as it loses.`,
    ...(priorSd === null ? [] : [`Prior: strengths and effects normal around 0 with standard deviation ${priorSd}.`]),
    ...[...whys].map((why) => `${why[0]!.toUpperCase()}${why.slice(1)}.`),
    `Bradley–Terry, ${count(iterations, 'iteration')}. Intervals: percentile bootstrap over items, ${bootstrap.resamples} resamples, seed ${bootstrap.seed}; Wald's takes votes for independent.`,
  ];
}
