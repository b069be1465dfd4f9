import { useEffect, useState, type RefObject } from 'react';
import type { Preferences } from './state/preferences.js';

/** Below this width (CSS pixels) two columns are too narrow to read in. */
const SIDE_BY_SIDE_MIN = 900;

/** As the page was last: the next pair is drawn right at once, without asking for a layout that nobody needs yet. */
let wasNarrow = typeof window !== 'undefined' && window.innerWidth < SIDE_BY_SIDE_MIN;

/** Whether the responses stand one below the other: by choice, or for want of width. */
export function useStacked(root: RefObject<HTMLElement | null>, layout: Preferences['layout']): boolean {
  const [narrow, setNarrow] = useState(wasNarrow);
  useEffect(() => {
    const node = root.current;
    if (node === null) return undefined;
    // Called for the first time before the next painting, when the page is laid out anyway.
    const observer = new ResizeObserver(() => {
      wasNarrow = node.clientWidth < SIDE_BY_SIDE_MIN;
      setNarrow(wasNarrow);
    });
    observer.observe(node);
    return () => observer.disconnect();
  }, [root]);
  return narrow || layout === 'stacked';
}
