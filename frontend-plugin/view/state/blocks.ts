import { codeCost } from './code-rows.js';

/** A stretch of text, `from` inclusive, `to` exclusive, in UTF-16 units. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Text as it is shown; `marks` are the stretches that differ from the other response, sorted and apart. */
export interface Text {
  readonly text: string;
  marks: Range[];
  /** Compared as one word: a formula, an address. */
  readonly whole?: true;
}

export type Inline =
  | ({ readonly type: 'text' | 'code' } & Text)
  /** A formula: `text` is its source with the delimiters, `tex` what stands between them. */
  | ({ readonly type: 'math'; readonly tex: string; readonly display: boolean } & Text)
  | { readonly type: 'strong' | 'em' | 'strike'; readonly children: Inline[] }
  /** `title` is Markdown's text for a tooltip; empty without one. */
  | { readonly type: 'link'; readonly address: Text; readonly title: string; readonly children: Inline[] }
  | { readonly type: 'image'; readonly address: Text; readonly title: string; readonly alt: Text }
  | { readonly type: 'break' };

export interface ListItem {
  /** Of a task list: whether its box is ticked; null for any other item. */
  readonly ticked: boolean | null;
  readonly blocks: readonly Block[];
}

export type Align = 'left' | 'center' | 'right' | null;
/** `aligns` has one entry per column. */
export type Table = { readonly type: 'table'; readonly aligns: readonly Align[]; readonly head: Inline[][]; readonly rows: Inline[][][] };
/** `firstLine`: number of its first line when all code of the document is counted through. */
export type Code = { readonly type: 'codeBlock'; readonly language: string; readonly info: string; readonly firstLine: number } & Text;

export type Block =
  | { readonly type: 'paragraph'; readonly children: Inline[] }
  | { readonly type: 'heading'; readonly level: number; readonly children: Inline[] }
  | { readonly type: 'list'; readonly start: number | null; readonly items: readonly ListItem[] }
  | { readonly type: 'quote'; readonly children: readonly Block[] }
  | Code
  | ({ readonly type: 'mathBlock'; readonly tex: string } & Text)
  | Table
  /** A link reference definition: no part of the page by Markdown's rules, shown all the same, so that no text is hidden. */
  | ({ readonly type: 'definition' } & Text)
  | { readonly type: 'rule' };

/** All text of blocks, in reading order; the same objects, so that marks can be set. */
export function textsOf(blocks: readonly Block[]): Text[] {
  return blocks.flatMap((block): Text[] => {
    switch (block.type) {
      case 'paragraph':
      case 'heading':
        return inlineTexts(block.children);
      case 'list':
        return block.items.flatMap((item) => textsOf(item.blocks));
      case 'quote':
        return textsOf(block.children);
      case 'codeBlock':
      case 'mathBlock':
      case 'definition':
        return [block];
      case 'table':
        return [block.head, ...block.rows].flatMap((row) => row.flatMap(inlineTexts));
      case 'rule':
        return [];
    }
  });
}

function inlineTexts(inlines: readonly Inline[]): Text[] {
  return inlines.flatMap((inline): Text[] => {
    switch (inline.type) {
      case 'text':
      case 'code':
      case 'math':
        return [inline];
      case 'link':
        return [...inlineTexts(inline.children), inline.address];
      case 'image':
        return [inline.alt, inline.address];
      case 'break':
        return [];
      default:
        return inlineTexts(inline.children);
    }
  });
}

const LETTER = /\p{L}/u;
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}]/u;

/**
 * The direction in which blocks are read, by their first letter outside of code: where a list's numbers stand, a
 * quote's line. (`dir="auto"` would pass over what is in blocks with a direction of their own.)
 */
export function directionOf(blocks: readonly Block[]): 'ltr' | 'rtl' {
  const text = blocks.filter((block) => block.type !== 'codeBlock').map((block) => textsOf([block]).map((one) => one.text).join(' ')).find((one) => LETTER.test(one));
  return RIGHT_TO_LEFT.test(LETTER.exec(text ?? '')?.[0] ?? '') ? 'rtl' : 'ltr';
}

/** Letters that fill about one row of a response. */
const ROW_LETTERS = 90;
/** Letters that cost as much as an empty cell of a table. */
const CELL_LETTERS = 30;

/** About how many rows a block takes on the screen: what its drawing costs, to be added up. At least 1. */
export function rowsOf(block: Block): number {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return 1 + lengthOf(block.children) / ROW_LETTERS;
    case 'list':
      return sum(block.items, itemRows);
    case 'quote':
      return sum(block.children, rowsOf);
    case 'codeBlock':
      return codeCost(lineCount(block.text), block.text.length);
    case 'table':
      return tableRowRows(block.head) + sum(block.rows, tableRowRows);
    case 'mathBlock':
    case 'definition':
    case 'rule':
      return 2;
  }
}

export function itemRows(item: ListItem): number {
  return 1 + sum(item.blocks, rowsOf);
}

export function tableRowRows(row: readonly Inline[][]): number {
  return 1 + sum(row, (cell) => CELL_LETTERS + lengthOf(cell)) / ROW_LETTERS;
}

/** Hands out rows to things in order: each gets all it needs (`Infinity`) as long as there are any, the last one what is left, the others stay away. */
export function allotted<T>(things: readonly T[], rows: number, rowsOfOne: (one: T) => number): [T, number][] {
  const found: [T, number][] = [];
  let left = rows;
  for (const one of things) {
    if (left <= 0) break;
    const own = rowsOfOne(one);
    found.push([one, own <= left ? Infinity : left]);
    left -= own;
  }
  return found;
}

function lengthOf(inlines: readonly Inline[]): number {
  return sum(inlineTexts(inlines), (text) => text.text.length + 10);
}

/** Lines of a text; an empty one has one. */
export function lineCount(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

function sum<T>(all: readonly T[], count: (one: T) => number): number {
  return all.reduce((total, one) => total + count(one), 0);
}
