import { memo, useEffect, useMemo, useRef, type ReactNode } from 'react';
import type { Code, Range } from './state/blocks.js';
import { codeRows, codeWindows, type CodeRow, type CodeWindow } from './state/code-rows.js';
import { guessColours, tokensByRow, type CodeToken } from './state/code-tokens.js';
import { spelledOut } from './state/invisible.js';
import { useGrammar } from './text-extras.js';
import { VisibleText } from './VisibleText.js';

interface CodeBlockProps {
  readonly code: Code;
  /** How many rows may be drawn now; the last ones come in a piece. */
  readonly rows: number;
  /** Line to be set off and brought into view, in the numbering of the whole response. */
  readonly line: number | undefined;
}

/** Code with line numbers and colours; scrolls sideways by itself. Long code is drawn in pieces. */
export function CodeBlock({ code, rows, line }: CodeBlockProps): ReactNode {
  const { text, language, info, firstLine, marks } = code;
  const windows = useMemo(() => codeWindows(text, codeRows(text)), [text]);
  const drawn = windows.filter((window) => window.costBefore < rows);
  return (
    <div className="pl-code" dir="ltr">
      {language === '' ? null : <span className="pl-language" title={info === language ? undefined : spelledOut(info)}><VisibleText text={language} /></span>}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- wide code scrolls, also by keyboard */}
      <pre aria-label={language === '' ? 'Code' : `Code, ${spelledOut(language)}`} tabIndex={0}>
        {drawn.map((window) => (
          <WindowView key={window.from} text={text} window={window} language={language} firstLine={firstLine} marks={marks}
            isPart={windows.length > 1} line={line} />
        ))}
      </pre>
    </div>
  );
}

interface WindowViewProps {
  readonly text: string;
  readonly window: CodeWindow;
  readonly language: string;
  readonly firstLine: number;
  readonly marks: readonly Range[];
  readonly isPart: boolean;
  readonly line: number | undefined;
}

const WindowView = memo(function WindowView({ text, window, language, firstLine, marks, isPart, line }: WindowViewProps): ReactNode {
  const grammar = useGrammar(language);
  const rows = useMemo(() => {
    const code = text.slice(window.from, window.to);
    const colours = grammar?.(code) ?? guessColours(code, language);
    return tokensByRow(code, within(window.rows, window), colours, within(marks, window));
  }, [text, window, language, marks, grammar]);
  const drawn = window.rows.map((row, at) => (
    <RowView key={row.from} row={row} number={firstLine + row.line} tokens={rows[at] ?? []} isFocused={line === firstLine + row.line} />
  ));
  return isPart ? <div className="pl-part">{drawn}</div> : drawn;
});

/** Ranges of the whole code as ranges of one window. */
function within(ranges: readonly Range[], { from, to }: Range): Range[] {
  return ranges.filter((range) => range.to >= from && range.from <= to).map((range) => ({ from: Math.max(0, range.from - from), to: Math.min(to, range.to) - from }));
}

interface RowViewProps {
  readonly row: CodeRow;
  readonly number: number;
  readonly tokens: readonly CodeToken[];
  readonly isFocused: boolean;
}

function RowView({ row, number, tokens, isFocused }: RowViewProps): ReactNode {
  const element = useRef<HTMLDivElement>(null);
  const isBroughtIntoView = isFocused && row.begins;
  useEffect(() => {
    if (isBroughtIntoView) element.current?.scrollIntoView({ block: 'center' });
  }, [isBroughtIntoView]);
  return (
    <div ref={element} className="pl-line" data-focused={isFocused}>
      <span className="pl-line-number" aria-hidden="true">{row.begins ? number : '↳'}</span>
      <code>
        {tokens.map((token, at) => <TokenView key={at} token={token} />)}
        {'\n'}
      </code>
    </div>
  );
}

function TokenView({ token }: { readonly token: CodeToken }): ReactNode {
  const text = <VisibleText text={token.text} />;
  const coloured = token.kind === 'plain' ? text : <span className={`pl-token-${token.kind}`}>{text}</span>;
  return token.marked ? <mark>{coloured}</mark> : coloured;
}
