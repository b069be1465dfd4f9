import type { DawidSkene, ItemPosterior } from '../webhooks/statistics/dawid-skene.js';
import { alignCells, count, describeVotes, shownName } from './vote-words.js';

const RATERS_SHOWN_MAX = 50;
const ITEMS_SHOWN_MAX = 10;
const ITEM_CHARACTERS_MAX = 48;
const CONFUSION_VALUES_MAX = 5;

/** The consensus for people: raters from the least accurate, with their confusion, and the items that are the least certain. */
export function renderConsensus(consensus: DawidSkene): string {
  const lines = [describeVotes(consensus.n, consensus.values), ''];
  if (consensus.reason !== undefined) lines.push(`Undefined: ${consensus.reason}. The shares of the votes stand for the posteriors.`, '');
  if (consensus.n.items > 0) lines.push(...raterLines(consensus), '', ...itemLines(consensus), '');
  return [...lines, ...endLines(consensus)].join('\n');
}

/** One rater a row; the full model also shows, for each value, how often the rater gives it where it is true. */
function raterLines({ raters, values, model }: DawidSkene): string[] {
  const detailed = model === 'full' && values.length <= CONFUSION_VALUES_MAX ? values : [];
  const header = ['Rater', 'accuracy', ...detailed.map((value) => `right on ${shownName(String(value))}`), 'votes'];
  const sorted = raters.toSorted((one, other) => (one.accuracy ?? 0) - (other.accuracy ?? 0));
  const rows = sorted.slice(0, RATERS_SHOWN_MAX).map(({ rater, votes, accuracy, confusion }) => [
    shownName(rater),
    share(accuracy),
    ...detailed.map((_, place) => share(confusion?.[place]![place] ?? null)),
    String(votes),
  ]);
  const hidden = raters.length - rows.length;
  return [...alignCells([header, ...rows]), ...(hidden > 0 ? [`${count(hidden, 'more rater')}: see --json.`] : [])];
}

function itemLines({ items, values }: DawidSkene): string[] {
  const header = ['Least certain', 'probable', 'posterior', 'next', 'posterior', 'votes'];
  const uncertain = items.toSorted((one, other) => Math.max(...one.posterior) - Math.max(...other.posterior)).slice(0, ITEMS_SHOWN_MAX);
  return alignCells([header, ...uncertain.map((item) => [shownName(item.item, ITEM_CHARACTERS_MAX), ...topTwo(item, values), String(item.votes)])]);
}

/** The two most probable values of an item, each with its posterior; a dash where there is one value only. */
function topTwo({ posterior }: ItemPosterior, values: readonly (string | number)[]): string[] {
  const order = posterior.map((_, place) => place).sort((one, other) => posterior[other]! - posterior[one]!);
  return [0, 1].flatMap((rank) => {
    const place = order[rank];
    return place === undefined ? ['–', '–'] : [shownName(String(values[place]!)), share(posterior[place]!)];
  });
}

function endLines({ model, iterations, converged, reason, prior, values }: DawidSkene): string[] {
  const shares = prior.map((one, place) => `${shownName(String(values[place]!))} ${share(one)}`).slice(0, CONFUSION_VALUES_MAX);
  const lines = shares.length === 0 ? [] : [`Share of items by true value: ${shares.join(', ')}${prior.length > shares.length ? ', …' : ''}.`];
  if (reason === undefined) {
    const end = converged ? 'converged after' : 'NOT converged, stopped after';
    lines.push(`Dawid–Skene (${model}), ${end} ${count(iterations, 'iteration')}.`);
  }
  return [...lines, ''];
}

function share(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}
