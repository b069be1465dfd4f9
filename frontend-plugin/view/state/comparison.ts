import type { Strength, Verdict } from '../../../core/domain/verdict.js';
import { isWin, type Draft, type Side, type TextField } from './draft.js';
import { changePreferences, type PreferenceChange, type Preferences } from './preferences.js';

export type Panel = 'guideline' | 'levels' | 'keys' | 'reading' | 'skip' | 'unified';

/** Parts that open in place. */
type Part = 'earlier' | 'system' | 'output';

/** Where the keyboard can be sent. */
export type FocusTarget = 'ratings' | 'next-rating' | 'flags' | TextField;

/** Something about the surroundings that the annotator has to know, shown until it is over. */
export type Notice = 'offline' | 'elsewhere' | 'outdated' | 'foreign' | 'prediction';

/** A line of one response's code. */
export interface CodePlace {
  readonly side: Side;
  readonly line: number;
}

function isSamePlace(one: CodePlace | null, other: CodePlace | null): boolean {
  return one?.side === other?.side && one?.line === other?.line;
}

/** All that the view shows beyond the pair itself. Immutable; changed only by `applyTransaction`. */
export interface ComparisonState {
  /** The judgement in displayed sides: `a` is the left response. */
  readonly draft: Draft;
  readonly readOnly: boolean;
  /** The annotator is on the way to another pair: this one takes no judgement any more. */
  readonly leaving: boolean;
  readonly differences: boolean;
  readonly preferences: Preferences;
  readonly panel: Panel | null;
  readonly parts: Readonly<Record<Part, boolean>>;
  /** The changed guideline has to be confirmed before a verdict. */
  readonly mustAcknowledge: boolean;
  readonly notice: Notice | null;
  /** Line of a response's code that is set off, counted through all its blocks. */
  readonly line: CodePlace | null;
  /** How often Submit was refused; from the first time on, what is missing is shown at its place. */
  readonly refusals: number;
  /** The last wish to move the keyboard; `count` tells two alike apart. */
  readonly focus: { readonly target: FocusTarget; readonly count: number } | null;
}

export type Transaction =
  | { readonly type: 'choose'; readonly verdict: Verdict }
  /** How clear a win is; the strength it already has is taken back. */
  | { readonly type: 'strengthen'; readonly strength: Strength }
  /** Rates a response; the level it already has is taken back. */
  | { readonly type: 'rate'; readonly dimension: string; readonly side: Side; readonly level: number }
  /** Sets a flag on a response, or takes it back. */
  | { readonly type: 'flag'; readonly side: Side; readonly flag: string }
  | { readonly type: 'write'; readonly field: TextField; readonly text: string }
  /** The host's stored judgement changed: undo, redo, another draft. */
  | { readonly type: 'replace'; readonly draft: Draft }
  | { readonly type: 'differences' }
  | { readonly type: 'prefer'; readonly change: PreferenceChange }
  /** Opens a panel; an open one is closed by the same. */
  | { readonly type: 'open'; readonly panel: Panel }
  | { readonly type: 'toggle'; readonly part: Part }
  | { readonly type: 'focus'; readonly target: FocusTarget }
  /** Sets off a line of code and brings it into view; null, or the same again, takes it back. */
  | { readonly type: 'line'; readonly place: CodePlace | null }
  | { readonly type: 'acknowledged' }
  | { readonly type: 'notice'; readonly notice: Notice | null }
  | { readonly type: 'leaving'; readonly leaving: boolean }
  | { readonly type: 'close' }
  | { readonly type: 'refuse' };

export interface Start {
  readonly draft: Draft;
  readonly readOnly: boolean;
  readonly preferences: Preferences;
  readonly mustAcknowledge: boolean;
}

export function startComparison({ draft, readOnly, preferences, mustAcknowledge }: Start): ComparisonState {
  return {
    draft,
    readOnly,
    leaving: false,
    preferences,
    mustAcknowledge,
    differences: false,
    panel: mustAcknowledge ? 'guideline' : null,
    parts: { earlier: false, system: false, output: false },
    notice: null,
    line: null,
    refusals: 0,
    focus: null,
  };
}

/** The state after a transaction; the same object when nothing changes. A read-only draft changes only by `replace`. */
export function applyTransaction(state: ComparisonState, transaction: Transaction): ComparisonState {
  switch (transaction.type) {
    case 'choose':
      return state.mustAcknowledge && !state.readOnly ? withPanel(state, 'guideline') : edited(state, transaction);
    case 'strengthen':
    case 'rate':
    case 'flag':
    case 'write':
      return edited(state, transaction);
    case 'replace':
      return withDraft(state, transaction.draft);
    case 'differences':
      return { ...state, differences: !state.differences };
    case 'prefer':
      return { ...state, preferences: changePreferences(state.preferences, transaction.change) };
    case 'toggle':
      return { ...state, parts: { ...state.parts, [transaction.part]: !state.parts[transaction.part] } };
    case 'focus':
      return { ...state, panel: null, focus: { target: transaction.target, count: (state.focus?.count ?? 0) + 1 } };
    case 'line':
      return { ...state, line: isSamePlace(state.line, transaction.place) ? null : transaction.place };
    case 'acknowledged':
      return state.mustAcknowledge ? { ...state, mustAcknowledge: false, panel: null } : state;
    case 'notice':
      return withNotice(state, transaction.notice);
    case 'leaving':
      return state.leaving === transaction.leaving ? state : { ...state, leaving: transaction.leaving };
    default:
      return applyPanel(state, transaction);
  }
}

/** Whether a notice closes the judgement: the pair was submitted elsewhere, the page cannot store it, or it is not the annotator's. */
export function closesPair(notice: Notice | null): boolean {
  return notice !== null && notice !== 'offline';
}

/** Whether a reload opens the pair again. */
export function endsByReload(notice: Notice): boolean {
  return notice === 'elsewhere' || notice === 'outdated';
}

/** Whether the annotator can change nothing about the judgement now. */
function isClosed({ readOnly, leaving }: ComparisonState): boolean {
  return readOnly || leaving;
}

/** A closed pair stays closed, whatever else happens. */
function withNotice(state: ComparisonState, notice: Notice | null): ComparisonState {
  if (state.notice === notice || closesPair(state.notice)) return state;
  const closed = closesPair(notice);
  return { ...state, notice, readOnly: state.readOnly || closed, panel: closed ? null : state.panel };
}

function applyPanel(state: ComparisonState, transaction: Extract<Transaction, { type: 'open' | 'close' | 'refuse' }>): ComparisonState {
  if (transaction.type === 'close') return withPanel(state, null);
  if (transaction.type === 'refuse') return { ...state, refusals: state.refusals + 1, panel: state.mustAcknowledge ? 'guideline' : null };
  const { panel } = transaction;
  if (panel === 'skip' && isClosed(state)) return state;
  return withPanel(state, state.panel === panel ? null : panel);
}

function withPanel(state: ComparisonState, panel: Panel | null): ComparisonState {
  return state.panel === panel ? state : { ...state, panel };
}

type Edit = Extract<Transaction, { type: 'choose' | 'strengthen' | 'rate' | 'flag' | 'write' }>;

function edited(state: ComparisonState, edit: Edit): ComparisonState {
  return isClosed(state) ? state : withDraft(state, editDraft(state.draft, edit));
}

function withDraft(state: ComparisonState, draft: Draft): ComparisonState {
  return draft === state.draft ? state : { ...state, draft };
}

function editDraft(draft: Draft, edit: Edit): Draft {
  switch (edit.type) {
    case 'choose':
      if (draft.verdict === edit.verdict) return draft;
      return { ...draft, verdict: edit.verdict, strength: isWin(edit.verdict) ? draft.strength : null };
    case 'strengthen':
      if (!isWin(draft.verdict)) return draft;
      return { ...draft, strength: draft.strength === edit.strength ? null : edit.strength };
    case 'rate':
      return rateDraft(draft, edit);
    case 'flag': {
      const set = draft.flags[edit.side];
      const flags = set.includes(edit.flag) ? set.filter((name) => name !== edit.flag) : [...set, edit.flag].sort();
      return { ...draft, flags: { ...draft.flags, [edit.side]: flags } };
    }
    case 'write':
      return draft[edit.field] === edit.text ? draft : { ...draft, [edit.field]: edit.text };
  }
}

function rateDraft(draft: Draft, edit: Extract<Edit, { type: 'rate' }>): Draft {
  const levels = draft.likert[edit.dimension] ?? {};
  const level = levels[edit.side] === edit.level ? undefined : edit.level;
  return { ...draft, likert: { ...draft.likert, [edit.dimension]: { ...levels, [edit.side]: level } } };
}
