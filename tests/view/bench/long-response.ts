import { countWords } from '../../../core/domain/reading-time.js';
import { createFractions } from '../../../core/random.js';

const SUBJECTS = [
  'the service', 'a second worker', 'the nightly job', 'your first query', 'the cache', 'each request', 'the migration', 'a careful reviewer',
  'the index', 'one slow customer', 'the retry policy', 'the team on call', 'every new row', 'the older client', 'a short test', 'the queue',
];
const VERBS = [
  'keeps', 'reads', 'measures', 'replaces', 'waits for', 'writes down', 'depends on', 'quietly ignores', 'checks', 'sends back', 'needs', 'compares', 'locks', 'reports',
];
const OBJECTS = [
  'the last known value', 'a copy of the order', 'two small tables', 'the message that failed', 'its own time limit', 'the name of the customer',
  'only what has changed', 'the whole history', 'a list of open tasks', 'the answer from last week', 'an empty page', 'the rows that nobody asked for',
];
const LINKS = ['because', 'although', 'so that', 'while', 'unless', 'even when', 'as soon as', 'and then'];
const ASIDES = ['in practice', 'on a busy day', 'at the very least', 'for most teams', 'after a restart', 'under load', 'with **two or more** writers', 'when `timeout_ms` is low'];
const HEADINGS = ['What goes wrong', 'How to see it', 'A first remedy', 'What it costs', 'When to stop', 'Before you ship', 'Reading the figures', 'A safer default'];
const NAMES = ['order', 'customer', 'invoice', 'session', 'worker', 'request', 'record', 'message'];

type Pick = <T>(from: readonly T[]) => T;

/**
 * A response of at least `words` words (as `countWords` counts them) and at most one block more: English
 * sentences from a small grammar under headings, with lists, a table and code in Markdown. The same seed
 * gives the same text. It begins and ends with `mark`, so that both of its ends can be found on a page.
 */
export function longResponse(seed: number, words: number, mark: string): string {
  const fraction = createFractions(seed);
  const pick: Pick = (from) => from[Math.floor(fraction() * from.length)]!;
  const blocks = [`${mark} begins. ${paragraph(pick)}`];
  const end = `${mark} ends.`;
  for (let at = 0, left = words - countWords(`${blocks[0]} ${end}`); left > 0; at += 1) {
    const block = blockOf(at, pick);
    blocks.push(block);
    left -= countWords(block);
  }
  return [...blocks, end].join('\n\n');
}

/** The kinds come in turn, so that every response of some length has all of them: mostly prose, as answers are. */
function blockOf(at: number, pick: Pick): string {
  switch (at % 9) {
    case 0:
      return `## ${pick(HEADINGS)}`;
    case 2:
      return code(pick);
    case 4:
      return Array.from({ length: 5 }, () => `- ${sentence(pick)}`).join('\n');
    case 6:
      return table(pick);
    case 8:
      return Array.from({ length: 4 }, (_, step) => `${step + 1}. ${sentence(pick)}`).join('\n');
    default:
      return paragraph(pick);
  }
}

function paragraph(pick: Pick): string {
  return Array.from({ length: pick([3, 4, 5]) }, () => sentence(pick)).join(' ');
}

function sentence(pick: Pick): string {
  const clause = (): string => `${pick(SUBJECTS)} ${pick(VERBS)} ${pick(OBJECTS)}`;
  const whole = pick([() => `${clause()} ${pick(LINKS)} ${clause()}`, () => `${pick(ASIDES)}, ${clause()}`, () => `${clause()}, ${pick(LINKS)} ${clause()} ${pick(ASIDES)}`])();
  return `${whole[0]!.toUpperCase()}${whole.slice(1)}.`;
}

function table(pick: Pick): string {
  const rows = Array.from({ length: 4 }, () => `| ${pick(SUBJECTS)} | ${pick(OBJECTS)} | ${pick([3, 12, 47, 180, 950])} ms |`);
  return ['| Part | What it holds | Time |', '|---|---|---:|', ...rows].join('\n');
}

function code(pick: Pick): string {
  const [one, other] = [pick(NAMES), pick(NAMES)];
  return [
    '```python',
    `def open_${one}s(${other}_id, limit=${pick([10, 25, 50, 100])}):`,
    `    # ${sentence(pick)}`,
    `    rows = database.read("SELECT id, state FROM ${one} WHERE ${other}_id = %s", [${other}_id])`,
    `    found = []`,
    `    for row in rows[:limit]:`,
    `        if row["state"] not in ("done", "gone"):`,
    `            found.append(${one}_from(row))`,
    `    return sorted(found, key=lambda ${one}: ${one}.created_at)`,
    '```',
  ].join('\n');
}
