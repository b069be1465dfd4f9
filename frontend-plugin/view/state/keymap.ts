import type { Verdict } from '../../../core/domain/verdict.js';
import type { Panel } from './comparison.js';
import { SKIP_REASONS } from './skip-reasons.js';

/** What a key can ask for. Verdicts are in displayed sides. */
export type Command =
  | { readonly type: 'choose'; readonly verdict: Verdict }
  | { readonly type: 'open'; readonly panel: 'skip' | 'keys' }
  | { readonly type: 'differences' }
  | { readonly type: 'close' }
  | { readonly type: 'skip'; readonly reason: string }
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

/**
 * The command of a key press, or undefined when the press is not ours: with a modifier (Ctrl+Enter is
 * the host's Submit), during composition (IME), in a text field, or over a dialog. While the annotator
 * is asked for a skip reason, numbers choose one.
 */
export function commandOf(press: KeyPress): Command | undefined {
  if (press.ctrlKey || press.altKey || press.metaKey || press.isComposing || press.dialogOpen) return undefined;
  if (press.key === 'Escape') return press.panel === null ? undefined : { type: 'close' };
  if (press.editable || (press.shiftKey && press.key !== '?')) return undefined;
  const command = press.panel === 'skip' ? skipCommand(press.key) : plainCommand(press.key.toLowerCase());
  return command !== undefined && press.repeat ? { type: 'nothing' } : command;
}

function plainCommand(key: string): Command | undefined {
  const verdict = VERDICT_KEYS.find((one) => one.key === key)?.verdict;
  if (verdict !== undefined) return { type: 'choose', verdict };
  if (key === '?') return { type: 'open', panel: 'keys' };
  if (key === 's') return { type: 'open', panel: 'skip' };
  return key === 'd' ? { type: 'differences' } : undefined;
}

function skipCommand(key: string): Command | undefined {
  if (key.toLowerCase() === 's') return { type: 'close' };
  if (!/^[1-9]$/.test(key)) return undefined;
  const reason = SKIP_REASONS[Number(key) - 1];
  return reason === undefined ? { type: 'nothing' } : { type: 'skip', reason: reason.code };
}
