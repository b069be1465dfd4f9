import { STRENGTHS, type Strength, type Verdict } from '../../../core/domain/verdict.js';
import type { Panel, Transaction } from './comparison.js';
import type { Side } from './draft.js';
import { SKIP_REASONS } from './skip-reasons.js';

/** What a key can ask for. Verdicts and sides are the displayed ones. */
export type Command =
  | Transaction
  | { readonly type: 'skip'; readonly reason: string }
  /** Rates the row the keyboard is in and goes on to the next. */
  | { readonly type: 'rate-and-go-on'; readonly dimension: string; readonly side: Side; readonly level: number }
  | { readonly type: 'next-finding' }
  | { readonly type: 'leave-field' }
  /** One of our keys that must do nothing now; without us the host's native controls would take it. */
  | { readonly type: 'nothing' };

/** The part of a keyboard event that decides, and what the host knows about where it happened. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly isComposing: boolean;
  readonly repeat: boolean;
  /** The event comes from a text field or an editable element. */
  readonly editable: boolean;
  /** `data-field` of our part that the keyboard is in; null outside of them. */
  readonly field: string | null;
  /** A dialog of the host's page is open. */
  readonly dialogOpen: boolean;
  /** Our own panel that is open. */
  readonly panel: Panel | null;
}

/** The verdict keys, in the order in which the buttons stand. */
export const VERDICT_KEYS: readonly { key: string; verdict: Verdict; label: string }[] = [
  { key: '1', verdict: 'a', label: 'A better' },
  { key: '2', verdict: 'tie', label: 'Tie' },
  { key: '3', verdict: 'both_bad', label: 'Both bad' },
  { key: '4', verdict: 'b', label: 'B better' },
];

export const STRENGTH_KEYS: readonly { key: string; strength: Strength; label: string }[] = [
  { key: '5', strength: STRENGTHS[1], label: 'Slightly better' },
  { key: '6', strength: STRENGTHS[0], label: 'Much better' },
];

const LETTERS: Readonly<Record<string, Command>> = {
  r: { type: 'focus', target: 'ratings' },
  f: { type: 'focus', target: 'flags' },
  w: { type: 'focus', target: 'rationale' },
  c: { type: 'focus', target: 'critique' },
  p: { type: 'focus', target: 'policyReference' },
  d: { type: 'differences' },
  u: { type: 'open', panel: 'unified' },
  o: { type: 'toggle', part: 'output' },
  n: { type: 'next-finding' },
  e: { type: 'toggle', part: 'earlier' },
  y: { type: 'toggle', part: 'system' },
  g: { type: 'open', panel: 'guideline' },
  h: { type: 'open', panel: 'levels' },
  v: { type: 'open', panel: 'reading' },
  l: { type: 'prefer', change: 'layout' },
  t: { type: 'prefer', change: 'scroll-together' },
  '+': { type: 'prefer', change: 'larger-text' },
  '=': { type: 'prefer', change: 'larger-text' },
  '-': { type: 'prefer', change: 'smaller-text' },
  s: { type: 'open', panel: 'skip' },
  '?': { type: 'open', panel: 'keys' },
};

/**
 * The command of a key press, or undefined when the press is not ours: with a modifier (Ctrl+Enter is
 * the host's Submit), during composition (IME), in a text field, or over a dialog. While the annotator
 * is asked for a skip reason, numbers choose one; while the keyboard is in a row of levels, they rate it.
 * Digits and letters that mean nothing here are ours too: Label Studio gives each hidden choice, such as a flag,
 * the next free one.
 */
export function commandOf(press: KeyPress): Command | undefined {
  if (press.ctrlKey || press.altKey || press.metaKey || press.isComposing || press.dialogOpen) return undefined;
  if (press.key === 'Escape') return escapeCommand(press);
  if (press.editable || (press.shiftKey && !/^[?+]$/.test(press.key))) return undefined;
  const command = press.panel === 'skip' ? skipCommand(press.key) : plainCommand(press.key.toLowerCase(), press.field);
  return command !== undefined && press.repeat ? { type: 'nothing' } : command;
}

/** Escape closes a panel, then leaves a field, and is the host's otherwise. */
function escapeCommand({ panel, field, editable }: KeyPress): Command | undefined {
  if (panel !== null) return { type: 'close' };
  return field !== null && (editable || field.startsWith('likert:')) ? { type: 'leave-field' } : undefined;
}

function plainCommand(key: string, field: string | null): Command | undefined {
  if (/^\d$/.test(key)) return rateCommand(key, field) ?? digitCommand(key);
  if (Object.hasOwn(LETTERS, key)) return LETTERS[key];
  return /^[a-z]$/.test(key) ? { type: 'nothing' } : undefined;
}

function digitCommand(key: string): Command {
  const verdict = VERDICT_KEYS.find((one) => one.key === key)?.verdict;
  if (verdict !== undefined) return { type: 'choose', verdict };
  const strength = STRENGTH_KEYS.find((one) => one.key === key)?.strength;
  return strength === undefined ? { type: 'nothing' } : { type: 'strengthen', strength };
}

function rateCommand(key: string, field: string | null): Command | undefined {
  const [, dimension, side] = /^likert:(\w+):([ab])$/.exec(field ?? '') ?? [];
  if (dimension === undefined) return undefined;
  const level = Number(key);
  return level < 1 || level > 5 ? { type: 'nothing' } : { type: 'rate-and-go-on', dimension, side: side === 'a' ? 'a' : 'b', level };
}

function skipCommand(key: string): Command | undefined {
  if (key.toLowerCase() === 's') return { type: 'close' };
  if (!/^[1-9]$/.test(key)) return undefined;
  const reason = SKIP_REASONS[Number(key) - 1];
  return reason === undefined ? { type: 'nothing' } : { type: 'skip', reason: reason.code };
}
