import { lineCount, rowsOf, type Block } from './blocks.js';
import { parseMarkdown } from './markdown.js';
import { sliceMarkdown, type Slice } from './text-slices.js';

/** One slice of a text, read. */
export interface Part {
  readonly blocks: readonly Block[];
  /** About how many rows it takes on the screen. */
  readonly rows: number;
  /** Letters of the source. */
  readonly length: number;
  /** Lines of code in all parts up to the end of this one. */
  readonly codeLinesUpTo: number;
}

/**
 * A text of a pair (Markdown, untrusted) as blocks that can be drawn, read slice by slice as far as they are asked for:
 * a text of a megabyte costs no more than one of a page until somebody scrolls. What is read stays the same objects.
 */
export class TextDocument {
  /** The parts that are read. */
  readonly parts: Part[] = [];
  /** About how many rows those take. */
  rows = 0;
  private readonly slices: readonly Slice[];

  constructor(readonly source: string) {
    this.slices = sliceMarkdown(source.replace(/\r\n?/g, '\n'));
  }

  /** Whether it is one slice, as nearly all texts are. */
  get isShort(): boolean {
    return this.slices.length === 1;
  }

  get isRead(): boolean {
    return this.parts.length === this.slices.length;
  }

  /** Reads on until there are so many rows, or the end. */
  readRows(rows: number): void {
    while (!this.isRead && this.rows < rows) this.readPart();
  }

  readAll(): readonly Block[] {
    this.readRows(Infinity);
    return this.parts.flatMap((part) => part.blocks);
  }

  private readPart(): void {
    const { source, tableHead } = this.slices[this.parts.length]!;
    const before = this.parts.at(-1)?.codeLinesUpTo ?? 0;
    const blocks = parseMarkdown(tableHead + source, before);
    const rows = blocks.reduce((sum, block) => sum + rowsOf(block), 0);
    this.rows += rows;
    this.parts.push({ blocks, rows, length: source.length, codeLinesUpTo: before + codeLinesOf(blocks) });
  }
}

export function readText(source: string): TextDocument {
  return new TextDocument(source);
}

/** Lines of code in blocks, those inside of lists and quotes included. */
export function codeLinesOf(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => {
    if (block.type === 'codeBlock') return sum + lineCount(block.text);
    if (block.type === 'quote') return sum + codeLinesOf(block.children);
    if (block.type === 'list') return sum + block.items.reduce((inner, item) => inner + codeLinesOf(item.blocks), 0);
    return sum;
  }, 0);
}
