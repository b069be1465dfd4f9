import MarkdownIt, { type Token } from 'markdown-it';

/** A stretch of text, `from` inclusive, `to` exclusive, in UTF-16 units. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Text as it is shown; `marks` are the stretches that differ from the other response. */
export interface Text {
  readonly text: string;
  marks: Range[];
}

export type Inline =
  | ({ readonly type: 'text' | 'code' } & Text)
  | { readonly type: 'strong' | 'em' | 'strike'; readonly children: Inline[] }
  | { readonly type: 'link'; readonly href: string; readonly children: Inline[] }
  | { readonly type: 'image'; readonly alt: string; readonly source: string }
  | { readonly type: 'break' };

export type Block =
  | { readonly type: 'paragraph'; readonly children: Inline[] }
  | { readonly type: 'heading'; readonly level: number; readonly children: Inline[] }
  | { readonly type: 'list'; readonly start: number | null; readonly items: Block[][] }
  | { readonly type: 'quote'; readonly children: Block[] }
  /** `firstLine`: number of its first line when all code of the document is counted through. */
  | ({ readonly type: 'codeBlock'; readonly language: string; readonly firstLine: number } & Text)
  | { readonly type: 'table'; readonly head: Inline[][]; readonly rows: Inline[][][] }
  | { readonly type: 'rule' };

// Link validation is off because nothing here becomes a link: an address is only ever shown as text.
const parser = new MarkdownIt('default', { html: false, linkify: false, typographer: false });
parser.validateLink = () => true;

/**
 * Parses untrusted Markdown into plain data: no HTML, no address that anything follows or loads. Raw
 * HTML comes out as the text it is. Kinds of tokens that are not known come out as their text.
 */
export function parseMarkdown(source: string): Block[] {
  const reader = new TokenReader(parser.parse(source, {}));
  return reader.blocks(undefined);
}

class TokenReader {
  private index = 0;
  private codeLines = 0;

  constructor(private readonly tokens: readonly Token[]) {}

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
      case 'table_open':
        return this.table();
      case 'hr':
        return { type: 'rule' };
      default:
        return token.content === '' ? undefined : { type: 'paragraph', children: [plain(token.content)] };
    }
  }

  private codeBlock(token: Token): Block {
    const text = token.content.replace(/\n$/, '');
    const firstLine = this.codeLines + 1;
    this.codeLines += text.split('\n').length;
    return { type: 'codeBlock', language: token.info.trim().split(/\s+/)[0] ?? '', firstLine, text, marks: [] };
  }

  private items(end: string): Block[][] {
    const found: Block[][] = [];
    for (let token = this.next(); token !== undefined && token.type !== end; token = this.next()) {
      if (token.type === 'list_item_open') found.push(this.blocks('list_item_close'));
    }
    return found;
  }

  private table(): Block {
    const rows: Inline[][][] = [];
    for (let token = this.next(); token !== undefined && token.type !== 'table_close'; token = this.next()) {
      if (token.type === 'tr_open') rows.push([]);
      if (token.type === 'th_open') rows.at(-1)?.push(this.inlineUntil('th_close'));
      if (token.type === 'td_open') rows.at(-1)?.push(this.inlineUntil('td_close'));
    }
    return { type: 'table', head: rows[0] ?? [], rows: rows.slice(1) };
  }

  private inlineUntil(end: string): Inline[] {
    const found: Inline[] = [];
    for (let token = this.next(); token !== undefined && token.type !== end; token = this.next()) {
      found.push(...new InlineReader(token.children ?? []).inlines(undefined));
    }
    return found;
  }

  private next(): Token | undefined {
    return this.tokens[this.index++];
  }
}

class InlineReader {
  private index = 0;

  constructor(private readonly tokens: readonly Token[]) {}

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
        return { type: 'link', href: String(token.attrGet('href') ?? ''), children: this.inlines('link_close') };
      case 'image':
        return { type: 'image', alt: token.content, source: String(token.attrGet('src') ?? '') };
      case 'code_inline':
        return { type: 'code', text: token.content, marks: [] };
      case 'softbreak':
        return plain('\n');
      case 'hardbreak':
        return { type: 'break' };
      default:
        return token.content === '' ? undefined : plain(token.content);
    }
  }

  private next(): Token | undefined {
    return this.tokens[this.index++];
  }
}

function plain(text: string): Inline {
  return { type: 'text', text, marks: [] };
}

/** All shown text of a document, in reading order; the same objects, so that marks can be set. */
export function textsOf(blocks: readonly Block[]): Text[] {
  return blocks.flatMap((block): Text[] => {
    switch (block.type) {
      case 'paragraph':
      case 'heading':
        return inlineTexts(block.children);
      case 'list':
        return block.items.flatMap(textsOf);
      case 'quote':
        return textsOf(block.children);
      case 'codeBlock':
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
    if (inline.type === 'text' || inline.type === 'code') return [inline];
    return 'children' in inline ? inlineTexts(inline.children) : [];
  });
}
