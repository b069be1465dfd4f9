import type { Token } from 'markdown-it';
import { lineCount, type Align, type Block, type Code, type Inline, type ListItem, type Table, type Text } from './blocks.js';
import { tokensOf } from './markdown-parser.js';

/** Formulas of one text that are read as such; the others are shown as they are written. */
const FORMULAS_MAX = 300;
const INFO_LENGTH_MAX = 80;

/**
 * Parses untrusted Markdown into plain data: no HTML, no address that anything follows or loads. Raw HTML comes out as the
 * text it is, and so does every kind of token that is not known. `codeLines` is the number of lines of code before it.
 */
export function parseMarkdown(source: string, codeLines = 0): Block[] {
  return new TokenReader(tokensOf(source), source.split('\n'), codeLines).blocks(undefined);
}

class TokenReader {
  private index = 0;
  private readonly formulas = { left: FORMULAS_MAX };

  constructor(
    private readonly tokens: readonly Token[],
    private readonly lines: readonly string[],
    private codeLines: number,
  ) {}

  /** Blocks up to the token of type `end`, which is consumed; to the end of the document without it. */
  blocks(end: string | undefined): Block[] {
    const found: Block[] = [];
    for (let token = this.next(); token !== undefined && token.type !== end; token = this.next()) {
      const block = this.block(token);
      if (block !== undefined) found.push(block);
    }
    return found;
  }

  private block(token: Token): Block | undefined {
    switch (token.type) {
      case 'paragraph_open':
        return { type: 'paragraph', children: this.inlineUntil('paragraph_close') };
      case 'heading_open':
        return { type: 'heading', level: Number(token.tag.slice(1)), children: this.inlineUntil('heading_close') };
      case 'bullet_list_open':
        return { type: 'list', start: null, items: this.items('bullet_list_close') };
      case 'ordered_list_open':
        return { type: 'list', start: Number(token.attrGet('start') ?? 1), items: this.items('ordered_list_close') };
      case 'blockquote_open':
        return { type: 'quote', children: this.blocks('blockquote_close') };
      case 'fence':
      case 'code_block':
        return this.codeBlock(token);
      case 'math_block':
        return { type: 'mathBlock', tex: token.content, ...wholeText(withDelimiters(token)) };
      case 'table_open':
        return this.table();
      case 'hr':
        return { type: 'rule' };
      case 'reference_definition':
        return { type: 'definition', ...plainText(this.linesOf(token)) };
      default:
        return token.content === '' ? undefined : { type: 'paragraph', children: [plain(token.content)] };
    }
  }

  private codeBlock(token: Token): Code {
    const text = token.content.replace(/\n$/, '');
    const firstLine = this.codeLines + 1;
    this.codeLines += lineCount(text);
    const info = token.info.trim().slice(0, INFO_LENGTH_MAX);
    return { type: 'codeBlock', language: info.split(/\s+/)[0] ?? '', info, firstLine, ...plainText(text) };
  }

  private items(end: string): ListItem[] {
    const found: ListItem[] = [];
    for (let token = this.next(); token !== undefined && token.type !== end; token = this.next()) {
      if (token.type === 'list_item_open') found.push(asItem(this.blocks('list_item_close')));
    }
    return found;
  }

  private table(): Table {
    const rows: Inline[][][] = [];
    const aligns: Align[] = [];
    for (let token = this.next(); token !== undefined && token.type !== 'table_close'; token = this.next()) {
      if (token.type === 'tr_open') rows.push(this.tableRow(this.linesOf(token), aligns));
    }
    return { type: 'table', aligns, head: rows[0] ?? [], rows: rows.slice(1) };
  }

  /** The cells of a row. Cells beyond the head's columns, which Markdown leaves out, stay as text in the last one. */
  private tableRow(line: string, aligns: Align[]): Inline[][] {
    const head: Inline[][] = [];
    const cells: Inline[][] = [];
    for (let token = this.next(); token !== undefined && token.type !== 'tr_close'; token = this.next()) {
      if (token.type === 'th_open') aligns.push(alignOf(token));
      if (token.type === 'th_open') head.push(this.inlineUntil('th_close'));
      if (token.type === 'td_open') cells.push(this.inlineUntil('td_close'));
    }
    const excess = cells.length === 0 ? [] : cellsOf(line).slice(cells.length);
    if (excess.length > 0) cells.at(-1)?.push(plain(` | ${excess.join(' | ')}`));
    return [...head, ...cells];
  }

  private inlineUntil(end: string): Inline[] {
    const found: Inline[] = [];
    for (let token = this.next(); token !== undefined && token.type !== end; token = this.next()) {
      found.push(...new InlineReader(token.children ?? [], this.formulas).inlines(undefined));
    }
    return found;
  }

  private linesOf(token: Token): string {
    const [from, to] = token.map ?? [0, 0];
    return this.lines.slice(from, to).join('\n');
  }

  private next(): Token | undefined {
    return this.tokens[this.index++];
  }
}

class InlineReader {
  private index = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly formulas: { left: number },
  ) {}

  inlines(end: string | undefined): Inline[] {
    const found: Inline[] = [];
    for (let token = this.next(); token !== undefined && token.type !== end; token = this.next()) {
      const inline = this.inline(token);
      if (inline !== undefined) found.push(inline);
    }
    return found;
  }

  private inline(token: Token): Inline | undefined {
    switch (token.type) {
      case 'strong_open':
        return { type: 'strong', children: this.inlines('strong_close') };
      case 'em_open':
        return { type: 'em', children: this.inlines('em_close') };
      case 's_open':
        return { type: 'strike', children: this.inlines('s_close') };
      case 'link_open':
        return { type: 'link', ...addressOf(token, 'href'), children: this.inlines('link_close') };
      case 'image':
        return { type: 'image', ...addressOf(token, 'src'), alt: plainText(token.content) };
      case 'code_inline':
        return { type: 'code', ...plainText(token.content) };
      case 'math_inline':
        return this.formula(token);
      case 'softbreak':
        return plain('\n');
      case 'hardbreak':
        return { type: 'break' };
      default:
        return token.content === '' ? undefined : plain(token.content);
    }
  }

  private formula(token: Token): Inline {
    this.formulas.left -= 1;
    if (this.formulas.left < 0) return plain(withDelimiters(token));
    const display = token.markup.startsWith('$$') || token.markup.startsWith('\\[');
    return { type: 'math', tex: token.content, display, ...wholeText(withDelimiters(token)) };
  }

  private next(): Token | undefined {
    return this.tokens[this.index++];
  }
}

function alignOf(token: Token): Align {
  const align = /text-align:(left|center|right)/.exec(String(token.attrGet('style') ?? ''))?.[1];
  return align === 'left' || align === 'center' || align === 'right' ? align : null;
}

/** The cells of a table's line, as they are written. */
function cellsOf(line: string): string[] {
  const cells = line.trim().replace(/^[\s>]*\|?/, '').replace(/(?<!\\)\|$/, '').split(/(?<!\\)\|/);
  return cells.map((cell) => cell.trim());
}

function asItem(blocks: Block[]): ListItem {
  const [first, ...rest] = blocks;
  const [word, ...words] = first?.type === 'paragraph' ? first.children : [];
  const box = word?.type === 'text' ? /^\[([ xX])\] /.exec(word.text) : null;
  if (word?.type !== 'text' || box === null) return { ticked: null, blocks };
  const text = plain(word.text.slice(box[0].length));
  return { ticked: box[1] !== ' ', blocks: [{ type: 'paragraph', children: [text, ...words] }, ...rest] };
}

function addressOf(token: Token, name: 'href' | 'src'): { address: Text; title: string } {
  return { address: wholeText(String(token.attrGet(name) ?? '')), title: String(token.attrGet('title') ?? '') };
}

function withDelimiters(token: Token): string {
  const [open = '', close = ''] = token.markup.split(' ');
  return `${open}${token.content}${close}`;
}

function plain(text: string): Inline {
  return { type: 'text', ...plainText(text) };
}

function plainText(text: string): Text {
  return { text, marks: [] };
}

function wholeText(text: string): Text {
  return { text, marks: [], whole: true };
}
