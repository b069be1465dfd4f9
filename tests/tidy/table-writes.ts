import ts from 'typescript';
import { TABLE_WRITERS } from '../../core/database/tables.js';
import { isTest, lineOf, type Finding, type SourceFile } from './repository.js';

const WRITE_METHODS = new Set(['insertInto', 'updateTable', 'deleteFrom', 'replaceInto', 'mergeInto']);
const SQL_WRITE = /\b(?:insert\s+into|delete\s+from|truncate(?:\s+table)?|merge\s+into|update(?=\s+\S+\s+(?:as\s+\w+\s+)?set\b))\s+(?:only\s+)?(?:public\.)?"?(\w+)"?/gi;
const MIGRATIONS = 'core/database/migrations/';

/** Writes of a table by a room that does not own it: through kysely, or as SQL in a string. */
export function findForeignWrites(file: SourceFile): Finding[] {
  if (isTest(file.path) || file.path.startsWith(MIGRATIONS)) return [];
  const room = file.path.split('/')[0]!;
  return file.nodes.flatMap((node) =>
    tablesWritten(node).flatMap((table) => {
      const writer = (TABLE_WRITERS as Readonly<Record<string, string>>)[table];
      if (writer === room || (writer === undefined && !isKyselyWrite(node))) return [];
      return [{ path: file.path, line: lineOf(file, node), ...explain(table, writer, room) }];
    }),
  );
}

function explain(table: string, writer: string | undefined, room: string): Omit<Finding, 'path' | 'line'> {
  if (writer === undefined) {
    return {
      what: `writes ${table}, which is no table of ours by that name`,
      why: 'a table without a writer in TABLE_WRITERS, or named by a variable, can be written by anyone unseen',
      fix: 'name the table as a literal, and add it to core/database/tables.ts with its room',
    };
  }
  return {
    what: `${room}/ writes the table ${table}, which ${writer}/ owns`,
    why: 'one room writes each table, so that its rules hold wherever the row is changed',
    fix: `export a function from ${writer}/ that does it, and let cli/ pass it in`,
  };
}

/** The tables a node writes; a name that is not a literal comes as its source text. */
function tablesWritten(node: ts.Node): string[] {
  if (isKyselyWrite(node)) {
    const table = node.arguments[0];
    if (table === undefined) return [];
    return [ts.isStringLiteralLike(table) ? table.text.replace(/^public\./, '').split(/\s+as\s+/i)[0]! : table.getText()];
  }
  const sql = sqlText(node);
  return sql === undefined ? [] : [...sql.matchAll(SQL_WRITE)].map((match) => match[1]!.toLowerCase());
}

function isKyselyWrite(node: ts.Node): node is ts.CallExpression {
  return ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && WRITE_METHODS.has(node.expression.name.text);
}

/** The text of a string or a whole template; what `${sql.table('name')}` names is put in its place. */
function sqlText(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  const spans = node.templateSpans.map((span) => {
    const named = /^sql\.(?:table|id|ref)\(\s*['"`]([\w.]+)['"`]\s*\)$/.exec(span.expression.getText());
    return `${named?.[1] ?? '?'}${span.literal.text}`;
  });
  return node.head.text + spans.join('');
}
