import temml from 'temml';
import { readMathTree, type MathElement } from '../view/state/math-tree.js';

/** Bounds on what one formula may cost and take: macro expansions, and sizes in em. */
const EXPANSIONS_MAX = 200;
const SIZE_MAX: [number, number] = [10, 20];

/** Temml's tree, for which it has no type: read piece by piece. The text of its MathML would have to be parsed again. */
const toTree: unknown = Reflect.get(temml, '__renderToMathMLTree');
if (typeof toTree !== 'function') throw new Error('this Temml gives no tree');
const treeOf: (tex: string, options: object) => unknown = (...call) => Reflect.apply(toTree, undefined, call);

/** Reads TeX into MathML that may be drawn; undefined for what is no formula. No command that links, loads or names is allowed. */
export function readFormula(tex: string, display: boolean): MathElement | undefined {
  try {
    return readMathTree(treeOf(tex, { displayMode: display, trust: false, maxExpand: EXPANSIONS_MAX, maxSize: SIZE_MAX, throwOnError: true, macros: {} }));
  } catch {
    // Temml throws at what it cannot read, also errors of its own: then the formula is shown as it is written.
    return undefined;
  }
}
