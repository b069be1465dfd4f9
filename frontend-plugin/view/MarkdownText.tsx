import { memo, useEffect, useRef, type ReactNode } from 'react';
import { AddressAsking } from './AddressDialog.js';
import { BlocksView } from './BlockView.js';
import { allotted } from './state/blocks.js';
import type { Part, TextDocument } from './state/text-document.js';
import { useGrowth, type Growth } from './use-growth.js';

/** How far from the end of what is drawn the next rows are drawn. */
const AHEAD = '1500px';
/** `scrollMargin` is for the panes that scroll inside the page; a browser that does not know it draws on when the end is seen. */
const NEAR: IntersectionObserverInit & { readonly scrollMargin: string } = { rootMargin: AHEAD, scrollMargin: AHEAD };

interface MarkdownTextProps {
  readonly text: TextDocument;
  /** Line of code (counted through all code blocks) to be set off and brought into view. */
  readonly line?: number | undefined;
}

/**
 * Draws a text as React elements: nothing is ever handed to the browser as HTML, no address is followed. What the window shows
 * comes first, what nearly every text has beyond it in the next frames; a longer text is drawn as far as somebody scrolls,
 * jumps to a line, or asks for all of it.
 */
export const MarkdownText = memo(function MarkdownText({ text, line }: MarkdownTextProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const growth = useGrowth(text, line, place);
  const parts = allotted(text.parts, growth.rows, (part) => part.rows);
  const lettersLeft = text.source.length - parts.reduce((sum, [part, rows]) => sum + part.length * Math.min(1, rows / part.rows), 0);
  const isWhole = text.isRead && text.rows <= growth.rows;
  return (
    <div className="pl-markdown" ref={place}>
      <AddressAsking>
        {parts.map(([part, rows], at) => (
          <PartView key={at} part={part} rows={rows} isOnly={text.isShort} line={isLineIn(line, part, text.parts[at - 1]) ? line : undefined} />
        ))}
      </AddressAsking>
      {isWhole || growth.isOpening ? null : <RestView growth={growth} letters={Math.ceil(lettersLeft)} />}
    </div>
  );
});

function isLineIn(line: number | undefined, part: Part, before: Part | undefined): boolean {
  return line !== undefined && line <= part.codeLinesUpTo && line > (before?.codeLinesUpTo ?? 0);
}

interface PartViewProps {
  readonly part: Part;
  readonly rows: number;
  readonly isOnly: boolean;
  readonly line: number | undefined;
}

/** One part of a long text; the browser lays it out when it comes near. */
const PartView = memo(function PartView({ part, rows, isOnly, line }: PartViewProps): ReactNode {
  const blocks = <BlocksView blocks={part.blocks} rows={rows} line={line} />;
  return isOnly ? blocks : <div className="pl-part">{blocks}</div>;
});

/** Stands where a text goes on that is not drawn yet. */
function RestView({ growth, letters }: { readonly growth: Growth; readonly letters: number }): ReactNode {
  const left = `${letters.toLocaleString('en')} more characters`;
  return (
    <div className="pl-rest">
      {growth.isAll ? null : <Sentinel key={growth.rows} onNear={growth.drawMore} />}
      <span>{growth.isAll ? `Drawing: ${left}` : left}</span>
      {growth.isAll ? null : <button type="button" className="pl-quiet" onClick={growth.drawAll}>Show all</button>}
    </div>
  );
}

/** Reports once that its place is near what is seen. */
function Sentinel({ onNear }: { onNear(): void }): ReactNode {
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (place.current === null) return undefined;
    const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && onNear(), NEAR);
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [onNear]);
  return <span ref={place} aria-hidden="true" />;
}
