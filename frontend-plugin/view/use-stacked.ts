import { useLayoutEffect, useState, type RefObject } from 'react';
import type { Preferences } from './state/preferences.js';

/** Below this width (CSS pixels) two columns are too narrow to read in. */
const SIDE_BY_SIDE_MIN = 900;

/** Whether the responses stand one below the other: by choice, or for want of width. */
export function useStacked(root: RefObject<HTMLElement | null>, layout: Preferences['layout']): boolean {
  const [narrow, setNarrow] = useState(false);
  useLayoutEffect(() => {
    const node = root.current;
    if (node === null) return undefined;
    const look = (): void => setNarrow(node.clientWidth < SIDE_BY_SIDE_MIN);
    const observer = new ResizeObserver(look);
    observer.observe(node);
    look();
    return () => observer.disconnect();
  }, [root]);
  return narrow || layout === 'stacked';
}
