import ts from 'typescript';
import { isTest, lineOf, type Finding, type SourceFile } from './repository.js';

const RELEASE = 'webhooks/privacy/release.ts';
const SCHEMA = 'core/label-studio/task-data.ts';
/** The view reads task data out of the page; it cannot put any into Label Studio. */
const READERS = /^frontend-plugin\/(view|hosts)\//;
/** Fields that nothing but task data has. */
const OWN_FIELDS = new Set(['prompt_text', 'checks_a_text', 'checks_b_text']);

/**
 * Task data made anywhere but in `release`: an object with its own fields, a value declared, cast or parsed to be
 * TaskData, a function of another file that says it returns it.
 */
export function findTaskDataMakers(file: SourceFile): Finding[] {
  if (file.path === RELEASE || file.path === SCHEMA || isTest(file.path)) return [];
  return file.nodes.flatMap((node) => {
    const how = waysToMake(node, READERS.test(file.path));
    if (how === undefined) return [];
    return [
      {
        path: file.path,
        line: lineOf(file, node),
        what: `makes task data: ${how}`,
        why: 'text reaches Label Studio through one door, which refuses a pair without consent or redaction',
        fix: `call release(pair) of ${RELEASE} and pass on what it returns`,
      },
    ];
  });
}

function waysToMake(node: ts.Node, isReader: boolean): string | undefined {
  if (ts.isObjectLiteralExpression(node)) {
    const field = node.properties.map((property) => property.name?.getText().replaceAll(/['"]/g, '')).find((name) => name !== undefined && OWN_FIELDS.has(name));
    return field === undefined ? undefined : `an object with ${field}`;
  }
  if (isReader) return undefined;
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) return namesTaskData(node.type) ? `'${shorten(node)}'` : undefined;
  if (ts.isVariableDeclaration(node) && node.initializer !== undefined && ts.isObjectLiteralExpression(node.initializer)) {
    return namesTaskData(node.type) ? `'${shorten(node)}'` : undefined;
  }
  if (ts.isCallExpression(node) && /\btaskDataSchema\.(safe)?parse/i.test(node.expression.getText())) return `'${shorten(node)}'`;
  if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
    return namesTaskData(node.type) ? 'a function that returns it' : undefined;
  }
  return undefined;
}

/** TaskData itself, or a promise or list of it; not a type that has it in a field. */
function namesTaskData(type: ts.TypeNode | undefined): boolean {
  return type !== undefined && /^(?:Promise<|Readonly<|readonly )*TaskData(?:\[\]|>)*$/.test(type.getText());
}

function shorten(node: ts.Node): string {
  const text = node.getText().replaceAll(/\s+/g, ' ');
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
