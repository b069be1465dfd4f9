import { posix } from 'node:path';
import ts from 'typescript';
import { isTest, lineOf, type Finding, type SourceFile } from './repository.js';

/** Which rooms each room may import besides itself. Everything may import packages; tests may import all. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  'label-configs': ['core'],
  'frontend-plugin': ['core', 'label-configs'],
  'ml-backend': ['core'],
  webhooks: ['core'],
  cli: ['core', 'label-configs', 'frontend-plugin', 'ml-backend', 'webhooks'],
};

/** Files that something other than an import starts. */
const ENTRIES = [
  /^cli\/main\.ts$/,
  /\.mjs$/,
  /\.test\.tsx?$/,
  /(^|\/)(vite|vitest)(\.[\w-]+)?\.config\.ts$/,
  /^tests\/support\/(database-server|pairloop-stack)\.ts$/,
  /^frontend-plugin\/hosts\/(community|react-code|standalone)\.tsx$/,
  /^tests\/view\/(react-code\/frame|page-picture)\.ts$/,
  // A script of the same name loads it.
  /^tests\/.*\/bench-[a-z]+\.ts$/,
  /^ml-backend\/numerics\/assembly\/kernel\.ts$/,
  /\.d\.m?ts$/,
  /^tests\/kills\/test-kills\.ts$/,
];

/** A relative import of a file, and where it leads: a path in the repository without its ending. */
interface Import {
  readonly node: ts.Node;
  readonly specifier: string;
  readonly target: string;
}

/** Imports that cross from a room into one it may not know. */
export function findForbiddenImports(file: SourceFile): Finding[] {
  const room = roomOf(file.path);
  const allowed = MAY_IMPORT[room];
  if (allowed === undefined || isTest(file.path)) return [];
  return importsOf(file).flatMap(({ node, specifier, target }) => {
    const other = roomOf(target);
    if (other === room || allowed.includes(other)) return [];
    const rooms = allowed.length === 0 ? 'nothing of ours' : `only ${allowed.join(', ')}`;
    return [
      {
        path: file.path,
        line: lineOf(file, node),
        what: `imports '${specifier}' from ${other}/`,
        why: `${room}/ imports ${rooms}, so that each room can run on a machine of its own`,
        fix: 'move what both need to core/, or let cli/ pass the function as an argument',
      },
    ];
  });
}

/** Files that no other file imports and nothing else starts. A test alone does not make a file of the product used. */
export function findUnusedFiles(files: readonly SourceFile[]): Finding[] {
  const usedByProduct = new Set<string>();
  const usedByAnyone = new Set<string>();
  for (const file of files) {
    for (const { target } of importsOf(file)) {
      if (target === withoutEnding(file.path)) continue;
      usedByAnyone.add(target);
      if (!isTest(file.path)) usedByProduct.add(target);
    }
  }
  return files.flatMap(({ path }) => {
    const name = withoutEnding(path);
    const isUsed = (isTest(path) ? usedByAnyone : usedByProduct).has(name);
    if (isUsed || ENTRIES.some((entry) => entry.test(path))) return [];
    const onlyByTest = usedByAnyone.has(name);
    return [
      {
        path,
        line: 1,
        what: onlyByTest ? 'only a test imports this file' : 'no file imports this file',
        why: 'code that nothing reaches is read, built and mended for nobody',
        fix: 'import it where it is needed, or delete it',
      },
    ];
  });
}

function roomOf(path: string): string {
  return path.split('/')[0]!;
}

function withoutEnding(path: string): string {
  return path.replace(/\.(d\.ts|tsx?|mts|mjs|js)$/, '');
}

/** Static, dynamic and type imports, re-exports, and `new URL('./file.js', import.meta.url)` as workers are started. */
function importsOf(file: SourceFile): Import[] {
  return file.nodes.flatMap((node) => {
    const specifier = specifierOf(node);
    if (specifier === undefined || !specifier.startsWith('.')) return [];
    const target = withoutEnding(posix.join(posix.dirname(file.path), specifier));
    return [{ node, specifier, target }];
  });
}

function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return textOf(node.moduleSpecifier);
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? textOf(node.argument.literal) : undefined;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) return textOf(node.arguments[0]);
  if (ts.isNewExpression(node) && node.expression.getText() === 'URL') return textOf(node.arguments?.[0]);
  return undefined;
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}
