import type { MarkdownIt, StateBlock, StateInline } from 'markdown-it';

/** Longest formula: a search for its end costs no more than this, and a longer one is shown as it is written. */
const LETTERS_MAX = 2_000;
const LINES_MAX = 60;

/** A formula within text: its TeX, its delimiters, and where it ends. */
interface Formula {
  readonly tex: string;
  readonly open: string;
  readonly close: string;
  readonly end: number;
}

/**
 * Adds formulas to a Markdown parser: `$…$`, `$$…$$`, `\(…\)` and `\[…\]`, within a line or as blocks of their own. Code is
 * read before them, money ("$5 and $10") and escaped brackets ("\[1\]") stay text. The tokens are `math_inline` and
 * `math_block`: `content` is the TeX, `markup` the opening and closing delimiter.
 */
export function addMath(parser: MarkdownIt): void {
  parser.inline.ruler.before('escape', 'math_inline', inlineRule);
  parser.block.ruler.before('fence', 'math_block', blockRule, { alt: ['paragraph', 'reference', 'blockquote', 'list'] });
}

function inlineRule(state: StateInline, silent: boolean): boolean {
  const formula = findFormula(state.src, state.pos, state.posMax);
  if (formula === undefined) return false;
  if (!silent) {
    const token = state.push('math_inline', 'math', 0);
    token.content = formula.tex;
    token.markup = `${formula.open} ${formula.close}`;
  }
  state.pos = formula.end;
  return true;
}

/** The formula that begins at `at`, if one does. */
function findFormula(source: string, at: number, end: number): Formula | undefined {
  const pair = source.slice(at, at + 2);
  if (pair === '$$') return between(source, at, end, '$$', '$$');
  if (pair === '\\[') return between(source, at, end, '\\[', '\\]');
  if (pair === '\\(') return between(source, at, end, '\\(', '\\)');
  return source[at] === '$' ? betweenDollars(source, at, end) : undefined;
}

function between(source: string, at: number, end: number, open: string, close: string): Formula | undefined {
  const rest = source.slice(at + 2, Math.min(end, at + 2 + LETTERS_MAX));
  const length = rest.indexOf(close);
  const tex = rest.slice(0, Math.max(0, length));
  return isFormula(tex, open) ? { tex, open, close, end: at + 2 + length + 2 } : undefined;
}

/** As Pandoc reads dollars: no space inside of either, no letter or digit outside of them; the next one decides. */
function betweenDollars(source: string, at: number, end: number): Formula | undefined {
  if (/[\w$\\]/.test(source[at - 1] ?? '')) return undefined;
  const rest = source.slice(at + 1, Math.min(end, at + 1 + LETTERS_MAX));
  const match = /^(?!\s)((?:\\[\s\S]|[^\\$`])*?)(?<!\s)\$(?![\w$])/.exec(rest);
  const tex = match?.[1] ?? '';
  return match !== null && isFormula(tex, '$') ? { tex, open: '$', close: '$', end: at + 1 + match[0].length } : undefined;
}

/** Something of mathematics: a command, an index, a relation. */
const SIGN = /[\\^_=<>+{}|]/;
/** A word, or letters of a script that formulas are not written in. */
const WORD = /[A-Za-z]{3}|[^\p{Script=Latin}\p{Script=Greek}\P{L}]{2}/u;

function isFormula(tex: string, open: string): boolean {
  if (tex.trim() === '' || tex.includes('`')) return false;
  if (SIGN.test(tex)) return true;
  return open === '\\[' ? /\d\s*[-*/]|[a-z]\(/i.test(tex) : !WORD.test(tex);
}

/** A formula on lines of its own: begins a line, ends one. */
function blockRule(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  const first = lineAt(state, startLine).trimEnd();
  const open = first.slice(0, 2);
  if ((open !== '$$' && open !== '\\[') || state.sCount[startLine]! - state.blkIndent >= 4) return false;
  const close = open === '$$' ? '$$' : '\\]';
  const last = lastLine(state, startLine, endLine, first.slice(2), close);
  if (last === undefined) return false;
  const whole = state.getLines(startLine, last + 1, state.blkIndent, false).trim();
  const tex = whole.slice(2, -2);
  if (whole.length > LETTERS_MAX || !isFormula(tex, open) || tex.includes(close)) return false;
  if (silent) return true;
  const token = state.push('math_block', 'math', 0);
  token.block = true;
  token.content = tex;
  token.markup = `${open} ${close}`;
  token.map = [startLine, last + 1];
  state.line = last + 1;
  return true;
}

function lastLine(state: StateBlock, startLine: number, endLine: number, first: string, close: string): number | undefined {
  if (first.endsWith(close)) return startLine;
  if (first.includes(close)) return undefined;
  const stop = Math.min(endLine, startLine + LINES_MAX);
  for (let line = startLine + 1; line < stop; line += 1) {
    if (state.sCount[line]! < state.blkIndent) return undefined;
    const text = lineAt(state, line).trimEnd();
    if (text.endsWith(close)) return line;
    if (text.includes(close)) return undefined;
  }
  return undefined;
}

function lineAt(state: StateBlock, line: number): string {
  return state.src.slice(state.bMarks[line]! + state.tShift[line]!, state.eMarks[line]);
}
