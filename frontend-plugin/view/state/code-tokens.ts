import type { Range } from './markdown.js';

/** What a stretch of code is, for its colour only. */
type TokenKind = 'plain' | 'keyword' | 'string' | 'comment' | 'number' | 'name';

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

/**
 * Splits code into lines of coloured tokens. A few rules for common languages, not a parser: a wrong
 * guess is a wrong colour, never lost text (joined with line ends, the tokens are the code).
 * `marks` are stretches of the code to be set off (differences); tokens are cut at their ends.
 */
export function codeLines(code: string, language: string, marks: readonly Range[] = []): CodeToken[][] {
  const lines: CodeToken[][] = [[]];
  for (const { kind, from, to } of kindsOf(code, language.toLowerCase())) {
    for (const piece of cut({ from, to }, marks)) {
      const parts = code.slice(piece.from, piece.to).split('\n');
      parts.forEach((text, at) => {
        if (at > 0) lines.push([]);
        if (text !== '') lines.at(-1)?.push({ kind, text, marked: piece.marked });
      });
    }
  }
  return lines;
}

function kindsOf(code: string, language: string): { kind: TokenKind; from: number; to: number }[] {
  if (PLAIN.has(language)) return [{ kind: 'plain', from: 0, to: code.length }];
  const found: { kind: TokenKind; from: number; to: number }[] = [];
  let at = 0;
  for (const match of code.matchAll(grammar(language))) {
    const kind = kindOf(match, code);
    if (kind === 'plain') continue;
    if (match.index > at) found.push({ kind: 'plain', from: at, to: match.index });
    at = match.index + match[0].length;
    found.push({ kind, from: match.index, to: at });
  }
  if (at < code.length) found.push({ kind: 'plain', from: at, to: code.length });
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
