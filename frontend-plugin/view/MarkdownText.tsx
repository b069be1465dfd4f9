import { memo, type ReactNode } from 'react';
import { CodeBlock } from './CodeBlock.js';
import { cut } from './state/code-tokens.js';
import type { Block, Inline, Text } from './state/markdown.js';

interface MarkdownTextProps {
  readonly blocks: readonly Block[];
  /** Line of code (counted through all code blocks) to be set off. */
  readonly line?: number | undefined;
}

/** Draws parsed Markdown as React elements: nothing is ever handed to the browser as HTML, no address is followed. */
export const MarkdownText = memo(function MarkdownText({ blocks, line }: MarkdownTextProps): ReactNode {
  return (
    <div className="pl-markdown">
      {blocks.map((block, at) => (
        <BlockView key={at} block={block} line={line} />
      ))}
    </div>
  );
});

function BlockView({ block, line }: { readonly block: Block; readonly line: number | undefined }): ReactNode {
  switch (block.type) {
    case 'paragraph':
      return <p>{inlines(block.children)}</p>;
    case 'heading':
      return <HeadingView level={block.level} words={block.children} />;
    case 'list':
      return <ListView start={block.start} items={block.items} line={line} />;
    case 'quote':
      return <blockquote><MarkdownText blocks={block.children} line={line} /></blockquote>;
    case 'codeBlock':
      return <CodeBlock code={block.text} language={block.language} firstLine={block.firstLine} marks={block.marks} line={line} />;
    case 'table':
      return <TableView head={block.head} rows={block.rows} />;
    case 'rule':
      return <hr />;
  }
}

/** Headings of a response stand below those of the page. */
function HeadingView({ level, words }: { readonly level: number; readonly words: readonly Inline[] }): ReactNode {
  const Tag = level === 1 ? 'h4' : level === 2 ? 'h5' : 'h6';
  return <Tag className="pl-heading">{inlines(words)}</Tag>;
}

function ListView({ start, items, line }: { readonly start: number | null; readonly items: readonly Block[][]; readonly line: number | undefined }): ReactNode {
  const rows = items.map((item, at) => (
    <li key={at}>
      {item.map((block, inner) => (
        <BlockView key={inner} block={block} line={line} />
      ))}
    </li>
  ));
  return start === null ? <ul>{rows}</ul> : <ol start={start}>{rows}</ol>;
}

function TableView({ head, rows }: { readonly head: readonly Inline[][]; readonly rows: readonly Inline[][][] }): ReactNode {
  return (
    <div className="pl-table">
      <table>
        <thead><tr>{head.map((cell, at) => <th key={at} scope="col">{inlines(cell)}</th>)}</tr></thead>
        <tbody>{rows.map((row, at) => <tr key={at}>{row.map((cell, column) => <td key={column}>{inlines(cell)}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

function inlines(children: readonly Inline[]): ReactNode {
  return children.map((child, at) => <InlineView key={at} inline={child} />);
}

function InlineView({ inline }: { readonly inline: Inline }): ReactNode {
  switch (inline.type) {
    case 'text':
      return <MarkedText text={inline} />;
    case 'code':
      return <code><MarkedText text={inline} /></code>;
    case 'strong':
      return <strong>{inlines(inline.children)}</strong>;
    case 'em':
      return <em>{inlines(inline.children)}</em>;
    case 'strike':
      return <s>{inlines(inline.children)}</s>;
    case 'link':
      return <><span className="pl-link-words">{inlines(inline.children)}</span><span className="pl-address"> ({inline.href})</span></>;
    case 'image':
      return <span className="pl-image">Image{inline.alt === '' ? '' : `: ${inline.alt}`}<span className="pl-address"> ({inline.source})</span></span>;
    case 'break':
      return <br />;
  }
}

function MarkedText({ text }: { readonly text: Text }): ReactNode {
  if (text.marks.length === 0) return text.text;
  return cut({ from: 0, to: text.text.length }, text.marks).map((piece) => {
    const words = text.text.slice(piece.from, piece.to);
    return piece.marked ? <mark key={piece.from}>{words}</mark> : words;
  });
}
