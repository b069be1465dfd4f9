import { useEffect, useMemo, useRef, type ReactNode } from 'react';
import { codeLines, type CodeToken } from './state/code-tokens.js';
import type { Range } from './state/markdown.js';

interface CodeBlockProps {
  readonly code: string;
  readonly language: string;
  readonly firstLine: number;
  readonly marks: readonly Range[];
  /** Line to be set off and brought into view, in the numbering of the whole response. */
  readonly line: number | undefined;
}

/** Code with line numbers and a light colouring; scrolls sideways by itself. */
export function CodeBlock({ code, language, firstLine, marks, line }: CodeBlockProps): ReactNode {
  const lines = useMemo(() => codeLines(code, language, marks), [code, language, marks]);
  return (
    <div className="pl-code">
      {language === '' ? null : <span className="pl-language">{language}</span>}
      <pre aria-label={language === '' ? 'Code' : `Code, ${language}`}>
        {lines.map((tokens, at) => (
          <CodeLine key={at} number={firstLine + at} tokens={tokens} focused={line === firstLine + at} />
        ))}
      </pre>
    </div>
  );
}

function CodeLine({ number, tokens, focused }: { readonly number: number; readonly tokens: readonly CodeToken[]; readonly focused: boolean }): ReactNode {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (focused) element.current?.scrollIntoView({ block: 'center' });
  }, [focused]);
  return (
    <div ref={element} className="pl-line" data-focused={focused}>
      <span className="pl-line-number" aria-hidden="true">{number}</span>
      <code>
        {tokens.map((token, at) => {
          const piece = <span key={at} className={`pl-token-${token.kind}`}>{token.text}</span>;
          return token.marked ? <mark key={at}>{piece}</mark> : piece;
        })}
        {'\n'}
      </code>
    </div>
  );
}
