import { memo, type ReactNode } from 'react';
import { CodeBlock } from './CodeBlock.js';
import { InlineText } from './InlineText.js';
import { MathText } from './MathText.js';
import { allotted, directionOf, itemRows, rowsOf, tableRowRows, type Block, type Inline, type ListItem, type Table } from './state/blocks.js';
import { codeLinesOf } from './state/text-document.js';
import { MarkedText } from './VisibleText.js';

interface BlocksProps {
  readonly blocks: readonly Block[];
  /** About how many rows may be drawn now. */
  readonly rows: number;
  /** Line of code (counted through all code of the response) to be set off. */
  readonly line: number | undefined;
}

/** Blocks one below the other, as many as fit into `rows`; the last of them may be drawn in part. */
export function BlocksView({ blocks, rows, line }: BlocksProps): ReactNode {
  return allotted(blocks, rows, rowsOf).map(([block, own], at) => <BlockView key={at} block={block} rows={own} line={hasCode(block) ? line : undefined} />);
}

function hasCode(block: Block): boolean {
  return codeLinesOf([block]) > 0;
}

interface BlockViewProps {
  readonly block: Block;
  readonly rows: number;
  readonly line: number | undefined;
}

const BlockView = memo(function BlockView({ block, rows, line }: BlockViewProps): ReactNode {
  switch (block.type) {
    case 'paragraph':
      return <p dir="auto"><InlineText words={block.children} /></p>;
    case 'heading':
      return <HeadingView level={block.level} words={block.children} />;
    case 'list':
      return <ListView start={block.start} items={block.items} rows={rows} line={line} />;
    case 'quote':
      return <blockquote dir={directionOf(block.children)}><BlocksView blocks={block.children} rows={rows} line={line} /></blockquote>;
    case 'codeBlock':
      return <CodeBlock code={block} rows={rows} line={line} />;
    case 'mathBlock':
      return <div className="pl-math-block"><MathText tex={block.tex} source={block.text} display differs={block.marks.length > 0} /></div>;
    case 'table':
      return <TableView table={block} rows={rows} />;
    case 'definition':
      return <p dir="auto" className="pl-definition"><MarkedText text={block} visible /></p>;
    case 'rule':
      return <hr />;
  }
});

/** Headings of a response stand below those of the page. */
function HeadingView({ level, words }: { readonly level: number; readonly words: readonly Inline[] }): ReactNode {
  const Tag = level === 1 ? 'h4' : level === 2 ? 'h5' : 'h6';
  return <Tag className="pl-heading" dir="auto"><InlineText words={words} /></Tag>;
}

interface ListViewProps {
  readonly start: number | null;
  readonly items: readonly ListItem[];
  readonly rows: number;
  readonly line: number | undefined;
}

function ListView({ start, items, rows, line }: ListViewProps): ReactNode {
  const drawn = allotted(items, rows, itemRows).map(([item, own], at) => (
    <li key={at} data-task={item.ticked !== null}>
      {item.ticked === null ? null : <Tick ticked={item.ticked} />}
      <BlocksView blocks={item.blocks} rows={own} line={line} />
    </li>
  ));
  const direction = directionOf(items[0]?.blocks ?? []);
  return start === null ? <ul dir={direction}>{drawn}</ul> : <ol dir={direction} start={start}>{drawn}</ol>;
}

function Tick({ ticked }: { readonly ticked: boolean }): ReactNode {
  return <span className="pl-tick"><span aria-hidden="true">{ticked ? '☑' : '☐'}</span><span className="pl-unseen">{ticked ? 'Done: ' : 'To do: '}</span></span>;
}

function TableView({ table, rows }: { readonly table: Table; readonly rows: number }): ReactNode {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a wide table scrolls, also by keyboard
    <figure className="pl-table" tabIndex={0}>
      <table>
        <thead><tr>{table.head.map((cell, at) => <th key={at} scope="col" dir="auto" data-align={table.aligns[at]}><InlineText words={cell} /></th>)}</tr></thead>
        <tbody>{allotted(table.rows, Math.max(1, rows - tableRowRows(table.head)), tableRowRows).map(([row], at) => <TableRow key={at} row={row} aligns={table.aligns} />)}</tbody>
      </table>
    </figure>
  );
}

const TableRow = memo(function TableRow({ row, aligns }: { readonly row: readonly Inline[][]; readonly aligns: Table['aligns'] }): ReactNode {
  return <tr>{row.map((cell, at) => <td key={at} dir="auto" data-align={aligns[at]}><InlineText words={cell} /></td>)}</tr>;
});
