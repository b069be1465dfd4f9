import type { PairStory, StoryEvent } from '../webhooks/reports/explain.js';

const WHAT_WIDTH = 12;

/** A pair's story for people: a line a event, with its time and what is known of it. */
export function renderStory(story: PairStory): string {
  const kind = story.purpose === 'gold' ? 'gold item' : 'pair';
  const head = `${story.pairId}: ${kind}, domain ${story.domain}, shown to annotators as ${story.opaqueId}`;
  return `${[head, '', ...story.events.map(renderEvent)].join('\n')}\n`;
}

function renderEvent({ at, what, facts }: StoryEvent): string {
  const time = at === null ? '–'.padEnd(19) : at.toISOString().slice(0, 19).replace('T', ' ');
  const known = Object.entries(facts).filter(([, value]) => value !== null && !isEmpty(value));
  return `${time}  ${what.padEnd(WHAT_WIDTH)}  ${known.map(([name, value]) => `${name.replaceAll('_', ' ')} ${shown(value)}`).join(', ')}`;
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** A list of its own is of alternatives (accepted verdicts); one inside a value is of things that all hold (flags of a side). */
function shown(value: unknown, joint = ' or '): string {
  if (typeof value === 'number') return String(Number(value.toFixed(4)));
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.map((one) => shown(one)).join(joint);
  const known = Object.entries(value).filter(([, one]) => !isEmpty(one));
  return `(${known.map(([name, one]) => `${name} ${shown(one, ' and ')}`).join(', ')})`;
}
