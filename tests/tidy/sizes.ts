import ts from 'typescript';
import { isSource, isTest, lineOf, type Finding, type SourceFile, type TextFile } from './repository.js';

const FUNCTION_LINES_MAX = 70;
const FILE_LINES_MAX = 500;
/** Spelled with a class of one letter, so that this file does not find itself. */
const LEFTOVER = /\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b/;
/** A migration is one list of SQL statements. */
const MIGRATIONS = 'core/database/migrations/';

export function findLongFunctions(file: SourceFile): Finding[] {
  if (file.path.startsWith(MIGRATIONS)) return [];
  return file.nodes.flatMap((node) => {
    if (!ts.isFunctionLike(node) || isSuite(file, node)) return [];
    const first = lineOf(file, node);
    const lines = file.tree.getLineAndCharacterOfPosition(node.end).line + 1 - first + 1;
    if (lines <= FUNCTION_LINES_MAX) return [];
    return [
      {
        path: file.path,
        line: first,
        what: `${nameOf(node)} has ${lines} lines, more than ${FUNCTION_LINES_MAX}`,
        why: 'a function that does not fit a screen is checked by nobody',
        fix: 'give its parts names of their own',
      },
    ];
  });
}

/** The callback of `describe`, which is a list of tests and not one function. */
function isSuite(file: SourceFile, node: ts.Node): boolean {
  return isTest(file.path) && ts.isCallExpression(node.parent) && node.parent.expression.getText().startsWith('describe');
}

function nameOf(node: ts.Node): string {
  const named = ts.isVariableDeclaration(node.parent) || ts.isPropertyAssignment(node.parent) ? node.parent : node;
  const { name } = named as { name?: ts.Node };
  return name === undefined ? 'a function' : name.getText();
}

export function findLongFile({ path, text }: TextFile): Finding[] {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  if (!isSource(path) || lines <= FILE_LINES_MAX) return [];
  return [
    {
      path,
      line: FILE_LINES_MAX + 1,
      what: `the file has ${lines} lines, more than ${FILE_LINES_MAX}`,
      why: 'a file is one noun; this one holds several',
      fix: 'move each noun to a file of its own',
    },
  ];
}

/** Marks of work left undone, in code. */
export function findLeftovers({ path, text }: TextFile): Finding[] {
  if (!isSource(path) && !/\.(py|css|ya?ml|sh)$/.test(path)) return [];
  return text.split('\n').flatMap((line, index) => {
    const mark = LEFTOVER.exec(line)?.[1];
    if (mark === undefined) return [];
    return [
      {
        path,
        line: index + 1,
        what: `says ${mark}`,
        why: 'a note in the code is never read again',
        fix: 'do it now, or write an issue and delete the note',
      },
    ];
  });
}
