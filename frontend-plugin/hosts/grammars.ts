import { createLowlight, type LanguageFn } from 'lowlight';
import type { ColourCode, ColouredRange, TokenKind } from '../view/state/code-tokens.js';

type Node = ReturnType<ReturnType<typeof createLowlight>['highlight']>['children'][number];

/** Letters coloured by a grammar at once; the rest of a longer stretch stays plain. */
const LETTERS_MAX = 100_000;

/** Which of our colours a scope of highlight.js has, by the first class that says so. */
const KINDS: Readonly<Record<string, TokenKind>> = {
  'hljs-keyword': 'keyword',
  'hljs-literal': 'keyword',
  'hljs-built_in': 'name',
  'hljs-type': 'name',
  'hljs-title': 'name',
  'hljs-section': 'name',
  'hljs-tag': 'plain',
  'hljs-name': 'keyword',
  'hljs-attr': 'name',
  'hljs-attribute': 'name',
  'hljs-property': 'name',
  'hljs-variable': 'name',
  'hljs-selector-tag': 'keyword',
  'hljs-selector-class': 'name',
  'hljs-selector-id': 'name',
  'hljs-string': 'string',
  'hljs-regexp': 'string',
  'hljs-symbol': 'string',
  'hljs-char': 'string',
  'hljs-addition': 'string',
  'hljs-deletion': 'number',
  'hljs-subst': 'plain',
  'hljs-number': 'number',
  'hljs-comment': 'comment',
  'hljs-quote': 'comment',
  'hljs-doctag': 'comment',
  'hljs-meta': 'comment',
};

/** Colours code by a grammar of highlight.js. The tree it gives is read for places and colours only. */
export function colourBy(grammar: LanguageFn): ColourCode {
  const lowlight = createLowlight({ grammar });
  return (code) => {
    const found: ColouredRange[] = [];
    collect(lowlight.highlight('grammar', code.slice(0, LETTERS_MAX)).children, 'plain', { at: 0, found });
    return found;
  };
}

function collect(nodes: readonly Node[], kind: TokenKind, place: { at: number; readonly found: ColouredRange[] }): void {
  for (const node of nodes) {
    if (node.type === 'element') collect(node.children, kindOf(node.properties['className']) ?? kind, place);
    if (node.type !== 'text') continue;
    const to = place.at + node.value.length;
    if (kind !== 'plain' && to > place.at) place.found.push({ kind, from: place.at, to });
    place.at = to;
  }
}

function kindOf(classes: unknown): TokenKind | undefined {
  const names: unknown[] = Array.isArray(classes) ? classes : [];
  return names.map((name) => (typeof name === 'string' && Object.hasOwn(KINDS, name) ? KINDS[name] : undefined)).find((kind) => kind !== undefined);
}
