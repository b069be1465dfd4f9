import type { DisplayedOrder } from '../../../core/domain/verdict.js';

type ColorScheme = 'light' | 'dark';

/** What the preview page shows, as its address has it. Immutable. */
export interface PreviewState {
  readonly rubric: string;
  /** Place among the rubric's pairs, from 0. */
  readonly pair: number;
  readonly displayed: DisplayedOrder;
  /** Whether the comparison is drawn over the native controls. */
  readonly view: boolean;
  /** Whether the page is as narrow as a phone's. */
  readonly narrow: boolean;
  readonly scheme: ColorScheme;
  readonly readOnly: boolean;
  /** Whether the stored result is shown. */
  readonly resultShown: boolean;
}

/** The state that a page's query names; what it leaves out or misspells is as at the start. */
export function readAddress(search: string, start: Pick<PreviewState, 'rubric' | 'scheme'>): PreviewState {
  const query = new URLSearchParams(search);
  const pair = Number(query.get('pair') ?? '1');
  const theme = query.get('theme');
  return {
    rubric: query.get('rubric') ?? start.rubric,
    pair: Number.isSafeInteger(pair) && pair > 0 ? pair - 1 : 0,
    displayed: query.get('order') === 'ba' ? 'ba' : 'ab',
    view: query.get('view') !== 'off',
    narrow: query.get('width') === '390',
    scheme: theme === 'dark' || theme === 'light' ? theme : start.scheme,
    readOnly: query.get('annotation') === 'read-only',
    resultShown: query.get('result') === 'shown',
  };
}

/** The query for a state, so that a reload or a copied address shows the same. */
export function writeAddress(state: PreviewState): string {
  const query = new URLSearchParams({ rubric: state.rubric, pair: String(state.pair + 1), theme: state.scheme });
  if (state.displayed === 'ba') query.set('order', 'ba');
  if (!state.view) query.set('view', 'off');
  if (state.narrow) query.set('width', '390');
  if (state.readOnly) query.set('annotation', 'read-only');
  if (state.resultShown) query.set('result', 'shown');
  return `?${query}`;
}
