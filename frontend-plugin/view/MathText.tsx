import { createElement, memo, useMemo, type ReactNode } from 'react';
import type { MathElement } from './state/math-tree.js';
import { useFormula } from './text-extras.js';

interface MathTextProps {
  readonly tex: string;
  /** The formula as it is written, with its delimiters: shown until it can be drawn, and when it is no valid formula. */
  readonly source: string;
  readonly display: boolean;
  /** The other response has not this formula here. */
  readonly differs: boolean;
}

/** A formula, drawn by the browser from MathML elements that were checked one by one. */
export const MathText = memo(function MathText({ tex, source, display, differs }: MathTextProps): ReactNode {
  const read = useFormula();
  const formula = useMemo(() => read?.(tex, display), [read, tex, display]);
  const drawn = formula === undefined ? <code className="pl-tex">{source}</code> : draw(formula, 0);
  const inner = differs ? <mark>{drawn}</mark> : drawn;
  return <span className="pl-math" dir="ltr" data-display={display} title={formula === undefined ? undefined : source}>{inner}</span>;
});

function draw(node: MathElement | string, key: number): ReactNode {
  return typeof node === 'string' ? node : createElement(node.tag, { key, ...node.attributes }, ...node.children.map(draw));
}
