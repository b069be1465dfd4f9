import ts from 'typescript';
import { isTest, lineOf, type Finding, type SourceFile } from './repository.js';

const CONFIG = 'core/config.ts';

/** Folders whose results may depend on their arguments alone. */
const PURE = /^(webhooks\/statistics|ml-backend\/(selection|numerics)|core\/domain|label-configs)\//;

const AMBIENT_CALLS = new Set([
  'Math.random',
  'Date.now',
  'Date',
  'performance.now',
  'process.hrtime',
  'process.hrtime.bigint',
  'randomBytes',
  'randomInt',
  'randomUUID',
  'crypto.randomUUID',
  'crypto.getRandomValues',
]);

/** Reads of the environment outside core/config.ts: `process.env`, `process['env']`, `{ env } = process`, `env` of node:process. */
export function findEnvironmentReads(file: SourceFile): Finding[] {
  if (file.path === CONFIG || isTest(file.path) || !/\.tsx?$/.test(file.path)) return [];
  return file.nodes.filter(readsEnvironment).map((node) => ({
    path: file.path,
    line: lineOf(file, node),
    what: 'reads process.env',
    why: 'settings are checked, named and documented in one place, or a wrong one is found late',
    fix: `add the setting to ${CONFIG} and take it from the Config passed in`,
  }));
}

function readsEnvironment(node: ts.Node): boolean {
  const isProcess = (expression: ts.Node | undefined): boolean =>
    expression !== undefined && ['process', 'globalThis.process'].includes(expression.getText());
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'env' && isProcess(node.expression);
  if (ts.isElementAccessExpression(node)) {
    return isProcess(node.expression) && ts.isStringLiteralLike(node.argumentExpression) && node.argumentExpression.text === 'env';
  }
  if (ts.isVariableDeclaration(node)) return ts.isObjectBindingPattern(node.name) && isProcess(node.initializer) && namesEnv(node.name.elements);
  if (ts.isNamedImports(node)) return /['"](node:)?process['"]/.test(node.parent.parent.getText()) && namesEnv(node.elements);
  return false;
}

function namesEnv(elements: readonly (ts.BindingElement | ts.ImportSpecifier)[]): boolean {
  return elements.some((element) => (element.propertyName ?? element.name).getText() === 'env');
}

/** The clock and chance taken from thin air in folders that are pure. `new Date(value)` is no clock. */
export function findAmbientCalls(file: SourceFile): Finding[] {
  if (!PURE.test(file.path) || isTest(file.path)) return [];
  return file.nodes.filter(isAmbient).map((node) => ({
    path: file.path,
    line: lineOf(file, node),
    what: `takes the time or chance from ${node.getText().split('(')[0]}`,
    why: 'the same input must give the same result, today and in a test',
    fix: 'take a clock, a seed or a random source as an argument',
  }));
}

function isAmbient(node: ts.Node): boolean {
  if (ts.isCallExpression(node)) return AMBIENT_CALLS.has(node.expression.getText().replace(/^globalThis\./, ''));
  return ts.isNewExpression(node) && node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0;
}
