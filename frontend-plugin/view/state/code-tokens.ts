import type { Range } from './blocks.js';

/** What a stretch of code is, for its colour only. */
export type TokenKind = 'plain' | 'keyword' | 'string' | 'comment' | 'number' | 'name';

export interface CodeToken {
  readonly kind: TokenKind;
  readonly text: string;
  readonly marked: boolean;
}

const KEYWORDS = new Set(
  (
    'abstract and as assert async await begin bool boolean break case catch char class const continue def default defer del ' +
    'do double elif else end enum except export extends extern false False final finally float fn for from func function ' +
    'global go goto if impl implements import in instanceof int interface is lambda let long loop match module mut namespace ' +
    'new nil None nonlocal not null or package pass private protected pub public raise range return self select self static ' +
    'string struct super switch then this throw throws trait true True try type typeof undefined union unsafe use using var ' +
    'void where while with yield SELECT FROM WHERE INSERT INTO UPDATE DELETE SET VALUES JOIN LEFT INNER ON GROUP BY ORDER ' +
    'LIMIT AND OR NOT NULL CREATE TABLE AS DISTINCT HAVING UNION esac fi done echo'
  ).split(' '),
);

const HASH_COMMENTS = new Set(['python', 'py', 'ruby', 'rb', 'bash', 'sh', 'shell', 'yaml', 'yml', 'toml', 'r', 'perl', 'dockerfile', 'make']);
const DASH_COMMENTS = new Set(['sql', 'lua', 'haskell', 'hs']);
/** Prose and data without a grammar of their own are shown as they are. */
const PLAIN = new Set(['text', 'txt', 'plain', 'output', 'console', 'diff', 'log']);

/** One pattern per language family; the first group that matches names the kind. */
function grammar(language: string): RegExp {
  const comment = HASH_COMMENTS.has(language)
    ? '#[^\\n]*'
    : DASH_COMMENTS.has(language)
      ? '--[^\\n]*|/\\*[\\s\\S]*?(?:\\*/|$)'
      : language === ''
        ? '//[^\\n]*|/\\*[\\s\\S]*?(?:\\*/|$)|#[^\\n]*'
        : '//[^\\n]*|/\\*[\\s\\S]*?(?:\\*/|$)';
  const string =
    '"""[\\s\\S]*?(?:"""|$)|\'\'\'[\\s\\S]*?(?:\'\'\'|$)|`(?:\\\\[\\s\\S]|[^`\\\\])*(?:`|$)|"(?:\\\\.|[^"\\\\\\n])*(?:"|$|(?=\\n))|\'(?:\\\\.|[^\'\\\\\\n])*(?:\'|$|(?=\\n))';
  return new RegExp(`(?<comment>${comment})|(?<string>${string})|(?<number>\\b\\d[\\w.]*)|(?<word>[A-Za-z_$][\\w$]*)`, 'g');
}

/** A stretch of code that has a colour; what lies between stretches is plain. */
export interface ColouredRange extends Range {
  readonly kind: TokenKind;
}

/** Code to its coloured stretches, in order and apart. */
export type ColourCode = (code: string) => readonly ColouredRange[];

/**
 * Colours code by a few rules for common languages, without a grammar: a wrong guess is a wrong colour. Serves until
 * the language's grammar is loaded, and where there is none.
 */
export function guessColours(code: string, language: string): ColouredRange[] {
  const name = language.toLowerCase();
  if (PLAIN.has(name)) return [];
  const found: ColouredRange[] = [];
  for (const match of code.matchAll(grammar(name))) {
    const kind = kindOf(match, code);
    if (kind !== 'plain') found.push({ kind, from: match.index, to: match.index + match[0].length });
  }
  return found;
}

function kindOf(match: RegExpMatchArray, code: string): TokenKind {
  const { comment, string, number } = match.groups ?? {};
  if (comment !== undefined) return 'comment';
  if (string !== undefined) return 'string';
  if (number !== undefined) return 'number';
  if (KEYWORDS.has(match[0])) return 'keyword';
  return code[(match.index ?? 0) + match[0].length] === '(' ? 'name' : 'plain';
}

/**
 * The tokens of each row of code: joined, they are the row. `rows` and `marks` are in order; `marks` are
 * stretches to be set off (differences), tokens are cut at their ends. Linear in all of them together.
 */
export function tokensByRow(code: string, rows: readonly Range[], colours: readonly ColouredRange[], marks: readonly Range[]): CodeToken[][] {
  const coloured = new Cursor(colours);
  const marked = new Cursor(marks);
  return rows.map(({ from, to }) => {
    const tokens: CodeToken[] = [];
    for (let at = from; at < to; ) {
      const [colour, mark] = [coloured.at(at), marked.at(at)];
      const end = Math.min(to, colour.end, mark.end);
      tokens.push({ kind: colour.range?.kind ?? 'plain', text: code.slice(at, end), marked: mark.range !== undefined });
      at = end;
    }
    return tokens;
  });
}

/** Walks along sorted ranges: which one a place is in, and up to where that holds. */
class Cursor<T extends Range> {
  private index = 0;

  constructor(private readonly ranges: readonly T[]) {}

  at(place: number): { range: T | undefined; end: number } {
    while ((this.ranges[this.index]?.to ?? Infinity) <= place) this.index += 1;
    const range = this.ranges[this.index];
    if (range === undefined) return { range, end: Infinity };
    return range.from <= place ? { range, end: range.to } : { range: undefined, end: range.from };
  }
}

/** Cuts a stretch at the ends of the marks, which are sorted and do not overlap. */
export function cut(range: Range, marks: readonly Range[]): (Range & { marked: boolean })[] {
  const pieces: (Range & { marked: boolean })[] = [];
  let at = range.from;
  for (const mark of marks) {
    const from = Math.max(mark.from, at);
    const to = Math.min(mark.to, range.to);
    if (from >= to) continue;
    if (from > at) pieces.push({ from: at, to: from, marked: false });
    pieces.push({ from, to, marked: true });
    at = to;
  }
  if (at < range.to) pieces.push({ from: at, to: range.to, marked: false });
  return pieces;
}
