import createMarkdownIt, { type MarkdownIt, type StateBlock, type StateCore, type Token } from 'markdown-it';
import { addMath } from './markdown-math.js';

/** Quotes and lists in one another deeper than this are shown as the text they are: nobody reads them as structure. */
const DEPTH_MAX = 40;
/** Images are read anew for each image around them; beyond this many they are read as links with a `!`. */
const IMAGES_MAX = 60;

const parser = createParser();
const parserWithoutImages = createParser().disable('image');

/**
 * Reads Markdown into markdown-it's tokens, without HTML and without judging or changing any address: nothing here becomes
 * a link, an address is only ever shown as text. No text of the source is dropped: definitions of link references are
 * tokens too (`reference_definition`), and what is nested too deeply comes as a token `too_deep`. The cost grows with the
 * source; see `sliceMarkdown` for long ones.
 */
export function tokensOf(source: string): Token[] {
  const images = source.split('![', IMAGES_MAX + 2).length - 1;
  return (images > IMAGES_MAX ? parserWithoutImages : parser).parse(source, { references: Object.create(null) as Record<string, never> });
}

function createParser(): MarkdownIt {
  const made = createMarkdownIt('default', { html: false, linkify: false, typographer: false });
  made.validateLink = () => true;
  made.normalizeLink = (address) => address;
  made.normalizeLinkText = (address) => address;
  made.disable('strip_references');
  made.block.ruler.before('table', 'too_deep', tooDeep);
  made.core.ruler.after('block', 'footnotes', forgetFootnotes);
  addMath(made);
  return made;
}

/** markdown-it drops what is nested beyond its own limit; this comes first and keeps it as text. */
function tooDeep(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  if (state.level < DEPTH_MAX || silent) return false;
  const token = state.push('too_deep', '', 0);
  token.content = state.getLines(startLine, endLine, state.blkIndent, false);
  state.line = endLine;
  return true;
}

/** A footnote looks like a link reference (`[^1]: …`); it is none, so that `[^1]` stays the text it is. */
function forgetFootnotes(state: StateCore): void {
  const references = state.env.references ?? {};
  for (const label of Object.keys(references)) if (label.startsWith('^')) delete references[label];
}
