import { startTransition, useCallback, useEffect, useState, type RefObject } from 'react';
import type { TextDocument } from './state/text-document.js';

/** Rows that are there soon after the first frame: nearly every text in full. */
const ROWS_SOON = 400;
/** Rows drawn in one go after the first ones. */
const ROWS_MORE = 200;
/** The smallest row, in CSS pixels, and the width of a column in which a row holds what `rowsOf` reckons with. */
const ROW_HEIGHT = 16;
const COLUMN_WIDTH = 630;

export interface Growth {
  /** About how many rows are drawn. */
  readonly rows: number;
  /** All of the text was asked for, and comes piece by piece. */
  readonly isAll: boolean;
  /** More comes by itself, in the next frames. */
  readonly isOpening: boolean;
  drawMore(): void;
  drawAll(): void;
}

interface Grown {
  readonly source: string;
  readonly rows: number;
  readonly isAll: boolean;
}

/**
 * How much of a text is drawn. It starts anew with another source, not with another reading of the same one: with what a
 * window shows, so that the pair can be read at once. Then it grows by itself, in small steps between which keys are answered,
 * as far as nearly every text goes, while all is wanted, or while the line to be set off (`line`, in `place`) is not there yet;
 * beyond that, on request.
 */
export function useGrowth(text: TextDocument, line: number | undefined, place: RefObject<HTMLElement | null>): Growth {
  const [grown, setGrown] = useState<Grown>(() => start(text.source));
  const now = grown.source === text.source ? grown : start(text.source);
  if (now !== grown) setGrown(now);
  text.readRows(now.rows);
  const isWhole = text.isRead && text.rows <= now.rows;
  const isOpening = now.rows < ROWS_SOON;
  const drawMore = useCallback((): void => startTransition(() => setGrown((one) => ({ ...one, rows: one.rows + ROWS_MORE }))), []);
  useEffect(() => {
    if (isWhole) return undefined;
    const isLineMissing = line !== undefined && place.current?.querySelector('.pl-line[data-focused="true"]') === null;
    if (!isOpening && !now.isAll && !isLineMissing) return undefined;
    return afterFrame(drawMore);
  }, [now, isWhole, isOpening, line, place, drawMore]);
  return { ...now, isOpening, drawMore, drawAll: () => setGrown((one) => ({ ...one, isAll: true })) };
}

function start(source: string): Grown {
  return { source, rows: rowsInWindow(), isAll: false };
}

/** About as many rows as two columns that fill this window show, and rather more. Without a window, all that is there soon. */
function rowsInWindow(): number {
  if (typeof window === 'undefined') return ROWS_SOON;
  return Math.ceil((window.innerHeight / ROW_HEIGHT) * Math.max(1, window.innerWidth / 2 / COLUMN_WIDTH));
}

/** Calls when the next frame is painted: a timer alone may come before it. Returns the way to stop. */
function afterFrame(call: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const frame = requestAnimationFrame(() => (timer = setTimeout(call)));
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}
