/** An element of a formula: a tag and attributes of MathML's presentation, nothing else. */
export interface MathElement {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (MathElement | string)[];
}

/** TeX to MathML; undefined for what is no formula. */
export type ReadFormula = (tex: string, display: boolean) => MathElement | undefined;

const TAGS = new Set(
  (
    'math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle mpadded menclose msub msup msubsup munder mover ' +
    'munderover mmultiscripts mprescripts mtable mtr mtd'
  ).split(' '),
);

const WORDS = /^[a-z][a-z -]{0,60}$/;
const LENGTHS = /^-?\d{0,4}(?:\.\d{0,6})?(?:em|ex|px|pt|%)?$/;
const LENGTH_MAX_EM = 20;

/** What each attribute may hold. No style, class, colour, link or handler: nothing that reaches beyond the formula or hides a part of it. */
const ATTRIBUTES: Readonly<Record<string, (value: string) => boolean>> = {
  ...forAll('display displaystyle mathvariant stretchy fence separator symmetric largeop movablelimits accent accentunder form columnalign rowalign notation side dir', (value) => WORDS.test(value)),
  ...forAll('lspace rspace minsize maxsize width height depth voffset linethickness', isSmallLength),
  ...forAll('columnspacing rowspacing', (value) => value.split(' ').every(isSmallLength)),
  ...forAll('scriptlevel columnspan rowspan', (value) => /^[+-]?\d{1,2}$/.test(value)),
};

function forAll(names: string, allows: (value: string) => boolean): Record<string, (value: string) => boolean> {
  return Object.fromEntries(names.split(' ').map((name) => [name, allows]));
}

/** A length that stays within its surroundings; negative ones only as kerning. */
function isSmallLength(value: string): boolean {
  if (!LENGTHS.test(value)) return false;
  const number = Number.parseFloat(value);
  const most = /(?:px|pt|%)$/.test(value) ? LENGTH_MAX_EM * 16 : LENGTH_MAX_EM;
  return Number.isNaN(number) ? false : number <= most && number >= -most / 10;
}

/** Elements of one formula; more is refused. */
const ELEMENTS_MAX = 4_000;

/**
 * Turns Temml's tree into elements that may be drawn. Nothing of it is taken on trust: a tag that is not of MathML's
 * presentation becomes a plain row (`mphantom` too, which would hide text), an attribute that is not known, or not of its form,
 * is left out. Undefined when the tree is no formula or too large.
 */
export function readMathTree(tree: unknown): MathElement | undefined {
  const budget = { left: ELEMENTS_MAX };
  const [root, ...more] = read(tree, budget);
  if (budget.left < 0 || more.length > 0 || root === undefined || typeof root === 'string' || root.tag !== 'math') return undefined;
  return root;
}

function read(node: unknown, budget: { left: number }): (MathElement | string)[] {
  if (typeof node !== 'object' || node === null || budget.left < 0) return [];
  budget.left -= 1;
  if ('text' in node && typeof node.text === 'string') return [node.text];
  const children = 'children' in node && Array.isArray(node.children) ? node.children.flatMap((child: unknown) => read(child, budget)) : [];
  if (!('type' in node) || typeof node.type !== 'string') return children;
  const attributes = { ...('attributes' in node ? readAttributes(node.attributes) : {}), ...alignment(node) };
  if (isBoxed(node)) return [{ tag: 'menclose', attributes: { notation: 'box' }, children }];
  if (!node.type.startsWith('m')) return children;
  return [{ tag: TAGS.has(node.type) ? node.type : 'mrow', attributes, children }];
}

function readAttributes(attributes: unknown): Record<string, string> {
  if (typeof attributes !== 'object' || attributes === null) return {};
  const pairs = Object.entries(attributes).map(([name, value]): [string, string] => [name, String(value)]);
  return Object.fromEntries(pairs.filter(([name, value]) => Object.hasOwn(ATTRIBUTES, name) && ATTRIBUTES[name]!(value)));
}

/** Temml aligns cells by its own classes, which the theme's rules for `columnalign` stand in for. */
function alignment(node: object): Record<string, string> {
  const classes: unknown[] = 'classes' in node && Array.isArray(node.classes) ? node.classes : [];
  const side = ['left', 'right'].find((one) => classes.includes(`tml-${one}`));
  return side === undefined ? {} : { columnalign: side };
}

/** Temml draws `\\boxed` with a style. */
function isBoxed(node: object): boolean {
  return 'style' in node && typeof node.style === 'object' && node.style !== null && 'border' in node.style;
}
