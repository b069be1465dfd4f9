import type { Range } from './blocks.js';

/** Letters of one row; a longer line goes on in the next row, so that no line makes a pane endlessly wide. */
const ROW_LETTERS_MAX = 500;
/** Code up to so many rows and letters is coloured as a whole. */
const WHOLE_ROWS_MAX = 400;
const WHOLE_LETTERS_MAX = 16_000;
const WINDOW_ROWS = 100;
const WINDOW_LETTERS = 6_000;
/** How far back from there a better place to cut is looked for. */
const LOOK_BACK = 30;

/** One row of code on the screen. */
export interface CodeRow extends Range {
  /** The line it belongs to, from 0; `begins` tells whether it is the line's first row. */
  readonly line: number;
  readonly begins: boolean;
}

/** A run of rows that is coloured and drawn by itself. */
export interface CodeWindow extends Range {
  readonly rows: readonly CodeRow[];
  /** What the drawing of all windows before it costs, in rows of usual length (`codeCost`). */
  readonly costBefore: number;
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

/** What the drawing of code costs, in rows of usual length: rows, and letters that make many tokens. */
export function codeCost(rows: number, letters: number): number {
  return rows + letters / 40;
}

/** Cuts rows into windows, where possible at a line that begins at the margin after an empty one: seldom within a string or comment. */
export function codeWindows(code: string, rows: readonly CodeRow[]): CodeWindow[] {
  if (rows.length <= WHOLE_ROWS_MAX && code.length <= WHOLE_LETTERS_MAX) return [windowOf(rows, 0, rows.length)];
  const windows: CodeWindow[] = [];
  for (let start = 0; start < rows.length; ) {
    const end = windowEnd(code, rows, start);
    windows.push(windowOf(rows, start, end));
    start = end;
  }
  return windows;
}

function windowOf(rows: readonly CodeRow[], start: number, end: number): CodeWindow {
  const from = rows[start]!.from;
  return { from, to: rows[end - 1]!.to, rows: rows.slice(start, end), costBefore: codeCost(start, from) };
}

function windowEnd(code: string, rows: readonly CodeRow[], start: number): number {
  let end = start + 1;
  while (end < rows.length && end < start + WINDOW_ROWS && rows[end]!.to - rows[start]!.from <= WINDOW_LETTERS) end += 1;
  if (end === rows.length) return end;
  for (let at = end; at > Math.max(start, end - LOOK_BACK); at -= 1) {
    const [before, row] = [rows[at - 1]!, rows[at]!];
    if (before.from === before.to && row.begins && /^\S/.test(code.charAt(row.from))) return at;
  }
  return end;
}
