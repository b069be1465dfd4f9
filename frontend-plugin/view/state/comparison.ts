import type { Verdict } from '../../../core/domain/verdict.js';
import type { Draft, Side, TextField } from './draft.js';

export type Panel = 'guideline' | 'keys' | 'skip';

/** All that the view shows beyond the pair itself. Immutable; changed only by `applyTransaction`. */
export interface ComparisonState {
  /** The judgement in displayed sides: `a` is the left response. */
  readonly draft: Draft;
  readonly readOnly: boolean;
  readonly differences: boolean;
  readonly panel: Panel | null;
  /** How often Submit was refused; from the first time on, what is missing is shown at its place. */
  readonly refusals: number;
}

export type Transaction =
  | { readonly type: 'choose'; readonly verdict: Verdict }
  /** Rates a response; the level it already has is taken back. */
  | { readonly type: 'rate'; readonly dimension: string; readonly side: Side; readonly level: number }
  | { readonly type: 'write'; readonly field: TextField; readonly text: string }
  /** The host's stored judgement changed: undo, redo, another draft. */
  | { readonly type: 'replace'; readonly draft: Draft }
  | { readonly type: 'differences' }
  /** Opens a panel; an open one is closed by the same. */
  | { readonly type: 'open'; readonly panel: Panel }
  | { readonly type: 'close' }
  | { readonly type: 'refuse' };

export function startComparison(draft: Draft, readOnly: boolean): ComparisonState {
  return { draft, readOnly, differences: false, panel: null, refusals: 0 };
}

/** The state after a transaction; the same object when nothing changes. A read-only draft changes only by `replace`. */
export function applyTransaction(state: ComparisonState, transaction: Transaction): ComparisonState {
  switch (transaction.type) {
    case 'choose':
    case 'rate':
    case 'write':
      return state.readOnly ? state : withDraft(state, editDraft(state.draft, transaction));
    case 'replace':
      return withDraft(state, transaction.draft);
    case 'differences':
      return { ...state, differences: !state.differences };
    case 'open':
      return openPanel(state, transaction.panel);
    case 'close':
      return state.panel === null ? state : { ...state, panel: null };
    case 'refuse':
      return { ...state, refusals: state.refusals + 1, panel: null };
  }
}

function withDraft(state: ComparisonState, draft: Draft): ComparisonState {
  return draft === state.draft ? state : { ...state, draft };
}

function openPanel(state: ComparisonState, panel: Panel): ComparisonState {
  if (panel === 'skip' && state.readOnly) return state;
  return { ...state, panel: state.panel === panel ? null : panel };
}

function editDraft(draft: Draft, edit: Extract<Transaction, { type: 'choose' | 'rate' | 'write' }>): Draft {
  if (edit.type === 'choose') return draft.verdict === edit.verdict ? draft : { ...draft, verdict: edit.verdict };
  if (edit.type === 'write') return draft[edit.field] === edit.text ? draft : { ...draft, [edit.field]: edit.text };
  const levels = draft.likert[edit.dimension] ?? {};
  const level = levels[edit.side] === edit.level ? undefined : edit.level;
  return { ...draft, likert: { ...draft.likert, [edit.dimension]: { ...levels, [edit.side]: level } } };
}
