import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Language, Parser } from '@vscode/tree-sitter-wasm';
import { z } from 'zod';
import { readNodes, type SyntaxNode } from './syntax-tree.js';

const PACKAGE = '@vscode/tree-sitter-wasm';
const require = createRequire(import.meta.url);

/** Grammar by what a fence calls the language. */
const GRAMMARS: ReadonlyMap<string, string> = new Map([
  ...['python', 'py', 'python3'].map((name) => [name, 'python'] as const),
  ...['javascript', 'js', 'jsx', 'node', 'mjs'].map((name) => [name, 'javascript'] as const),
  ...['typescript', 'ts'].map((name) => [name, 'typescript'] as const),
  ['tsx', 'tsx'],
]);

/** What code without a named language may be, the likeliest first. */
const GUESSES = ['python', 'javascript', 'typescript'] as const;

/** Parsers by tree-sitter, compiled to WebAssembly; a grammar is loaded when it is first needed. */
export class Grammars {
  private readonly languages = new Map<string, Promise<Language>>();

  private constructor(
    private readonly parser: Parser,
    private readonly read: (grammar: string) => Promise<Language>,
  ) {}

  private static opened: Promise<Grammars> | undefined;

  /** One for the whole process, since loaded grammars are never unloaded. Undefined where the optional package of them is not installed. */
  static async open(): Promise<Grammars | undefined> {
    if (grammarsVersion() === undefined) return undefined;
    Grammars.opened ??= Grammars.load();
    return Grammars.opened;
  }

  private static async load(): Promise<Grammars> {
    const { default: treeSitter } = await import('@vscode/tree-sitter-wasm');
    await treeSitter.Parser.init();
    const folder = dirname(require.resolve(PACKAGE));
    return new Grammars(new treeSitter.Parser(), (grammar) => treeSitter.Language.load(join(folder, `tree-sitter-${grammar}.wasm`)));
  }

  /**
   * The nodes of the code's syntax trees: one tree in the named language, or one in each that it may be where none is named. Empty for a
   * language without a grammar here.
   */
  async parse(code: string, language: string | undefined): Promise<SyntaxNode[][]> {
    const named = language === undefined ? undefined : GRAMMARS.get(language);
    const grammars = language === undefined ? GUESSES : named === undefined ? [] : [named];
    const trees = [];
    for (const grammar of grammars) {
      const loading = this.languages.get(grammar) ?? this.read(grammar);
      this.languages.set(grammar, loading);
      this.parser.setLanguage(await loading);
      const tree = this.parser.parse(code);
      if (tree === null) continue;
      const cursor = tree.walk();
      trees.push(readNodes(cursor));
      cursor.delete();
      tree.delete();
    }
    return trees;
  }
}

/** Version of the installed grammars; undefined where they are not installed. */
export function grammarsVersion(): string | undefined {
  try {
    return z.object({ version: z.string() }).parse(require(`${PACKAGE}/package.json`)).version;
  } catch {
    return undefined;
  }
}
