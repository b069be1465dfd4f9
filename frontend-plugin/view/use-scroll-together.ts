import { useEffect, type RefObject } from 'react';

/**
 * Makes the two panes scroll as one while `on`: the other pane goes to the same share of its own way, so that
 * both reach their end together however different their lengths are.
 */
export function useScrollTogether(panes: RefObject<HTMLElement | null>, on: boolean): void {
  useEffect(() => {
    const bodies = [...(panes.current?.querySelectorAll<HTMLElement>('.pl-pane-body') ?? [])];
    const [left, right] = bodies;
    if (!on || left === undefined || right === undefined) return undefined;
    // A scroll that we caused is announced as well; it must not be answered.
    let answered: HTMLElement | undefined;
    const follow = (from: HTMLElement, to: HTMLElement) => (): void => {
      if (answered === from) {
        answered = undefined;
        return;
      }
      const top = Math.round(shareOf(from) * wayOf(to));
      if (Math.abs(to.scrollTop - top) < 1) return;
      answered = to;
      to.scrollTop = top;
    };
    const [onLeft, onRight] = [follow(left, right), follow(right, left)];
    left.addEventListener('scroll', onLeft, { passive: true });
    right.addEventListener('scroll', onRight, { passive: true });
    onLeft();
    return () => {
      left.removeEventListener('scroll', onLeft);
      right.removeEventListener('scroll', onRight);
    };
  }, [panes, on]);
}

function wayOf(pane: HTMLElement): number {
  return Math.max(0, pane.scrollHeight - pane.clientHeight);
}

function shareOf(pane: HTMLElement): number {
  const way = wayOf(pane);
  return way === 0 ? 0 : pane.scrollTop / way;
}
