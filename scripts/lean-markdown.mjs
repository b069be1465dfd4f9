/** What markdown-it imports for its own links; the view gives it functions of its own for the first two, and no links at all. */
const UNUSED = {
  mdurl: "const unused = () => { throw new Error('markdown-it is not asked for addresses'); }; export { unused as decode, unused as encode, unused as format, unused as parse };",
  'punycode.js': 'export default {};',
  'linkify-it': 'export class LinkifyIt {}',
};

/**
 * A plugin for Vite that leaves out of a bundle what markdown-it imports for links: the view shows each address as it is written
 * and finds none where Markdown does not say so (view/state/markdown-parser.ts). 6 KB less, gzipped.
 *
 * @returns {import('vite').Plugin}
 */
export function leanMarkdown() {
  return {
    name: 'lean-markdown',
    enforce: 'pre',
    resolveId: (id, importer) => (Object.hasOwn(UNUSED, id) && /[\\/]markdown-it[\\/]/.test(importer ?? '') ? `\0unused:${id}` : null),
    load: (id) => (id.startsWith('\0unused:') ? UNUSED[id.slice('\0unused:'.length)] : null),
  };
}
