import { useEffect, type RefObject } from 'react';
import type { ComparisonState, FocusTarget } from './state/comparison.js';

/** Brings the first missing field into view and focuses it, each time Submit is refused. */
export function useFocusOnRefusal(root: RefObject<HTMLElement | null>, refusals: number): void {
  useEffect(() => {
    if (refusals > 0) focusOn(root.current?.querySelector<HTMLElement>('[data-field][aria-invalid="true"]'));
  }, [refusals, root]);
}

/** Sends the keyboard where a key asked for. */
export function useFocusOnWish(root: RefObject<HTMLElement | null>, wish: ComparisonState['focus']): void {
  useEffect(() => {
    if (wish !== null && root.current !== null) focusOn(fieldOf(root.current, wish.target));
  }, [wish, root]);
}

/** Brings what the keyboard reaches out from under the bar: browsers alone take what lies below it for seen. */
export function useFocusInView(root: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const view = root.current;
    const show = ({ target }: FocusEvent): void => {
      if (target instanceof HTMLElement && target.matches(':focus-visible')) target.scrollIntoView({ block: 'nearest' });
    };
    view?.addEventListener('focusin', show);
    return () => view?.removeEventListener('focusin', show);
  }, [root]);
}

function fieldOf(root: HTMLElement, target: FocusTarget): HTMLElement | null | undefined {
  if (target === 'flags') return root.querySelector<HTMLElement>('[data-field="flags:a"]');
  if (target !== 'ratings' && target !== 'next-rating') return root.querySelector<HTMLElement>(`[data-field="${target}"]`);
  const rows = [...root.querySelectorAll<HTMLElement>('[data-field^="likert:"]')];
  const open = rows.find((row) => row.querySelector('[aria-checked="true"]') === null);
  return open ?? (target === 'ratings' ? rows[0] : root.querySelector<HTMLElement>('[data-field="verdict"]'));
}

function focusOn(field: HTMLElement | null | undefined): void {
  if (field === null || field === undefined) return;
  field.scrollIntoView({ block: 'nearest' });
  (field.querySelector<HTMLElement>('[tabindex="0"]') ?? field.querySelector<HTMLElement>('button') ?? field).focus({ preventScroll: true });
}
