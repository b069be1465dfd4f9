import { expect, test } from 'vitest';
import { readMathTree, type MathElement } from '../view/state/math-tree.js';
import { readFormula } from './formulas.js';

const textOf = (node: MathElement | string): string => (typeof node === 'string' ? node : node.children.map(textOf).join(''));

test('reads formulas into MathML', () => {
  expect(readFormula('\\frac{a}{b}', false)).toMatchObject({ tag: 'math', children: [{ tag: 'mfrac', children: [{ tag: 'mi', children: ['a'] }, { tag: 'mi', children: ['b'] }] }] });
  expect(readFormula('x', true)?.attributes).toEqual({ display: 'block' });
  expect(JSON.stringify(readFormula('\\begin{align}a&=b\\end{align}', true))).toContain('"columnalign":"right"');
  expect(readFormula('\\boxed{x}', true)?.children).toMatchObject([{ tag: 'menclose', attributes: { notation: 'box' } }]);
});

test.each(['\\href{javascript:alert(1)}{x}', '\\url{http://x}', '\\includegraphics{http://x/a.png}', '\\htmlData{a=b}{x}', '\\class{a}{x}', '\\id{a}{x}', '\\style{color:red}{x}', '\\def\\a{\\a\\a}\\a', '\\def\\a#1{#1#1}\\a{\\a{\\a{\\a{\\a{\\a{\\a{\\a{\\a{x}}}}}}}}}', '\\frac{', '\\unknown'])('%s is no formula', (tex) => {
  expect(readFormula(tex, false)).toBeUndefined();
});

test('nothing is hidden, coloured or moved far away', () => {
  for (const tex of ['\\phantom{secret}', '\\color{white}{secret}', '\\hspace{-1000em}\\text{secret}', '\\raisebox{100em}{secret}', '\\rule{1000em}{1000em}\\text{secret}', '\\mathllap{\\text{secret}}']) {
    const formula = readFormula(tex, false);
    expect(formula === undefined ? '' : textOf(formula), tex).toContain('secret');
    expect(JSON.stringify(formula), tex).not.toMatch(/"style"|color|phantom|background|[0-9]{3,}em/);
  }
});

test('of a tree only what is known is kept', () => {
  const text = { text: '<b>' };
  const tree = { type: 'math', attributes: { onclick: 'x', href: 'x', style: 'x', display: 'block', constructor: 'x', __proto__: null }, children: [{ type: 'script', children: [text] }, { type: 'mi', attributes: { mathvariant: 'normal', lspace: '-9999em', width: 'url(x)' }, children: [text] }, { type: 'mglyph', attributes: { src: 'x' }, children: [] }] };
  expect(readMathTree(tree)).toEqual({ tag: 'math', attributes: { display: 'block' }, children: ['<b>', { tag: 'mi', attributes: { mathvariant: 'normal' }, children: ['<b>'] }, { tag: 'mrow', attributes: {}, children: [] }] });
  for (const none of [null, undefined, 'x', {}, { type: 'svg', children: [] }, { type: 'mrow', children: [] }]) expect(readMathTree(none)).toBeUndefined();
  expect(readMathTree({ type: 'math', children: Array.from({ length: 5_000 }, () => text) })).toBeUndefined();
});
