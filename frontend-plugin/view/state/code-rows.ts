import type { Range } from './blocks.js';

/** Letters of one row; a longer line goes on in the next row, so that no line makes a pane endlessly wide. */
const ROW_LETTERS_MAX = 500;
/** Code up to this many rows is coloured as a whole. */
const WINDOW_ROWS_MAX = 400;
const WINDOW_ROWS = 200;
/** How far back from there a better place to cut is looked for. */
const LOOK_BACK = 60;

/** One row of code on the screen. */
export interface CodeRow extends Range {
  /** The line it belongs to, from 0; `begins` tells whether it is the line's first row. */
  readonly line: number;
  readonly begins: boolean;
}

/** A run of rows that is coloured and drawn by itself. */
export interface CodeWindow extends Range {
  readonly rows: readonly CodeRow[];
  /** Number of its first row, from 0. */
  readonly firstRow: number;
}

/** The rows of code (line ends left out). Empty code has one empty row. */
export function codeRows(code: string): CodeRow[] {
  const rows: CodeRow[] = [];
  let line = 0;
  for (let at = 0; at <= code.length; line += 1) {
    const end = code.indexOf('\n', at);
    const lineEnd = end < 0 ? code.length : end;
    let from = at;
    do {
      const to = rowEnd(code, from, lineEnd);
      rows.push({ from, to, line, begins: from === at });
      from = to;
    } while (from < lineEnd);
    at = lineEnd + 1;
  }
  return rows;
}

function rowEnd(code: string, from: number, lineEnd: number): number {
  const to = Math.min(lineEnd, from + ROW_LETTERS_MAX);
  return to < lineEnd && /[\udc00-\udfff]/.test(code.charAt(to)) ? to - 1 : to;
}

/** Cuts rows into windows, where possible at a line that begins at the margin after an empty one: seldom within a string or comment. */
export function codeWindows(code: string, rows: readonly CodeRow[]): CodeWindow[] {
  if (rows.length <= WINDOW_ROWS_MAX) return [windowOf(rows, 0)];
  const windows: CodeWindow[] = [];
  for (let start = 0; start < rows.length; ) {
    const end = start + WINDOW_ROWS >= rows.length ? rows.length : windowEnd(code, rows, start + WINDOW_ROWS);
    windows.push(windowOf(rows.slice(start, end), start));
    start = end;
  }
  return windows;
}

function windowOf(rows: readonly CodeRow[], firstRow: number): CodeWindow {
  return { from: rows[0]?.from ?? 0, to: rows.at(-1)?.to ?? 0, rows, firstRow };
}

function windowEnd(code: string, rows: readonly CodeRow[], end: number): number {
  for (let at = end; at > end - LOOK_BACK; at -= 1) {
    const [before, row] = [rows[at - 1]!, rows[at]!];
    if (before.from === before.to && row.begins && /^\S/.test(code.charAt(row.from))) return at;
  }
  return end;
}
