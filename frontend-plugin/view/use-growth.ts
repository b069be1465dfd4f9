import { startTransition, useCallback, useEffect, useState, type RefObject } from 'react';
import type { TextDocument } from './state/text-document.js';

/** Rows drawn at once: more than any screen shows, and nearly every text in full. */
const ROWS_FIRST = 400;
/** Rows drawn in one go after that. */
const ROWS_MORE = 200;

export interface Growth {
  /** About how many rows are drawn. */
  readonly rows: number;
  /** All of the text was asked for, and comes piece by piece. */
  readonly isAll: boolean;
  drawMore(): void;
  drawAll(): void;
}

interface Grown {
  readonly source: string;
  readonly rows: number;
  readonly isAll: boolean;
}

/**
 * How much of a text is drawn. It starts anew with another source, not with another reading of the same one. Grows on
 * request; by itself, in small steps between which keys are answered, while all is wanted or the line to be set off
 * (`line`, in `place`) is not there yet.
 */
export function useGrowth(text: TextDocument, line: number | undefined, place: RefObject<HTMLElement | null>): Growth {
  const [grown, setGrown] = useState<Grown>(() => start(text.source));
  const now = grown.source === text.source ? grown : start(text.source);
  if (now !== grown) setGrown(now);
  text.readRows(now.rows);
  const isWhole = text.isRead && text.rows <= now.rows;
  const drawMore = useCallback((): void => startTransition(() => setGrown((one) => ({ ...one, rows: one.rows + ROWS_MORE }))), []);
  useEffect(() => {
    if (isWhole) return undefined;
    const isLineMissing = line !== undefined && place.current?.querySelector('.pl-line[data-focused="true"]') === null;
    if (!now.isAll && !isLineMissing) return undefined;
    const timer = setTimeout(drawMore);
    return () => clearTimeout(timer);
  }, [now, isWhole, line, place, drawMore]);
  return { ...now, drawMore, drawAll: () => setGrown((one) => ({ ...one, isAll: true })) };
}

function start(source: string): Grown {
  return { source, rows: ROWS_FIRST, isAll: false };
}
