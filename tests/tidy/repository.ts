import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Something that breaks a rule of the house: where, what it is, why that matters, what to do instead. */
export interface Finding {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** A text file, its path relative to the repository with `/` between folders. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** A TypeScript or JavaScript file with its syntax tree, and every node of it, parents before children. */
export interface SourceFile extends TextFile {
  readonly tree: ts.SourceFile;
  readonly nodes: readonly ts.Node[];
}

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const SOURCE = /\.(ts|tsx|mts|mjs|js)$/;
const BINARY = /\.(png|jpe?g|gif|ico|woff2?|npy|wasm|gz|zip|parquet|onnx)$/;

export function describeFinding({ path, line, what, why, fix }: Finding): string {
  return `${path}:${line}  ${what}\n    why: ${why}\n    fix: ${fix}`;
}

/** Every text file of the checkout that `.gitignore` does not leave out. */
export function readRepository(): TextFile[] {
  const ignored = ignoredNames(readFileSync(join(ROOT, '.gitignore'), 'utf8'));
  const paths: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (ignored(entry.name)) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile() && !BINARY.test(entry.name)) paths.push(path);
    }
  };
  visit(ROOT);
  return paths.map((path) => ({ path: relative(ROOT, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }));
}

/** Our `.gitignore` holds names and `*.ending` only; a pattern with a path would be passed over here. */
function ignoredNames(gitignore: string): (name: string) => boolean {
  const patterns = gitignore.split('\n').map((line) => line.trim().replace(/\/$/, '')).filter((line) => line !== '');
  const names = new Set(['.git', ...patterns]);
  const endings = patterns.filter((pattern) => pattern.startsWith('*')).map((pattern) => pattern.slice(1));
  return (name) => names.has(name) || endings.some((ending) => name.endsWith(ending));
}

export function isSource(path: string): boolean {
  return SOURCE.test(path);
}

export function parseSource({ path, text }: TextFile): SourceFile {
  const kind = path.endsWith('x') ? ts.ScriptKind.TSX : path.endsWith('js') ? ts.ScriptKind.JS : ts.ScriptKind.TS;
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true, kind);
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { path, text, tree, nodes };
}

/** Tests, and what only tests use. */
export function isTest(path: string): boolean {
  return path.startsWith('tests/') || /\.test\.tsx?$/.test(path);
}

/** Line, from 1, on which a node begins. */
export function lineOf(file: SourceFile, node: ts.Node): number {
  return file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree)).line + 1;
}
