import { describe, expect, test } from 'vitest';
import { codeBlocks } from '../../../ml-backend/embedding/code/code-blocks.js';
import { firstTokens } from '../../../ml-backend/embedding/code/first-tokens.js';
import { SyntaxSource } from '../../../ml-backend/embedding/code/syntax-source.js';
import { faultShare, readNodes } from '../../../ml-backend/embedding/code/syntax-tree.js';

const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => Math.hypot(...Array.from(a, (one, at) => one - b[at]!));
const fenced = (language: string, code: string): string => `Here you are:\n\n\`\`\`${language}\n${code}\n\`\`\`\nIt works.`;

const LOOP = 'def total(prices):\n    result = 0\n    for price in prices:\n        result += price\n    return result';
const RENAMED = 'def add_up(items):\n    acc = 0\n    for x in items:\n        acc += x\n    return acc';
const RECURSIVE = 'total = lambda p: p[0] + total(p[1:]) if p else 0';
const JAVASCRIPT = 'function total(prices) {\n  let result = 0;\n  for (const price of prices) result += price;\n  return result;\n}';

const version = SyntaxSource.version();

describe.skipIf(version === undefined)('the syntax of a response (needs the optional package @vscode/tree-sitter-wasm)', () => {
  const open = async (): Promise<(response: string) => Promise<Float32Array | undefined>> => {
    const source = await SyntaxSource.open(384);
    return (response) => source!.embed(response);
  };
  test('is named by our version and that of the grammars', () => {
    expect(version).toMatch(/^syntax-1 \d+\.\d+\.\d+$/);
  });
  test('names do not count, structure does', async () => {
    const embed = await open();
    const [loop, renamed, recursive] = [await embed(fenced('python', LOOP)), await embed(fenced('py', RENAMED)), await embed(fenced('python', RECURSIVE))];
    expect(renamed).toEqual(loop);
    expect(distance(loop!, recursive!)).toBeGreaterThan(0.8);
    expect(Math.hypot(...loop!)).toBeCloseTo(1, 6);
  });
  test.each([
    ['python', LOOP],
    ['javascript', JAVASCRIPT],
    ['ts', JAVASCRIPT.replace('prices)', 'prices: number[]): number')],
    ['tsx', 'const A = (props: { name: string }) => <b>{props.name}</b>;'],
    ['', LOOP],
    ['', JAVASCRIPT],
  ])('%s', async (language, code) => {
    const embed = await open();
    expect(await embed(fenced(language, code))).toHaveLength(384);
  });
  test('code without a fence is code too; a small edit is near', async () => {
    const embed = await open();
    expect(await embed(LOOP)).toEqual(await embed(fenced('', LOOP)));
    const [loop, edited] = [await embed(LOOP), await embed(LOOP.replace('    return', '    print(result)\n    return'))];
    expect(distance(loop!, edited!)).toBeLessThan(0.6);
  });
  test.each([
    ['prose', 'You should first open the window (if it is closed), then wait; after that, call me again and tell what happened.'],
    ['a language without a grammar', fenced('cobol', 'DISPLAY "HELLO".')],
    ['broken code', fenced('python', 'def ((( for in } else ]] return ;; class')],
    ['nothing', ''],
  ])('%s has none', async (_, response) => {
    const embed = await open();
    expect(await embed(response)).toBeUndefined();
  });
  test('hostile nesting and length are borne', async () => {
    const embed = await open();
    for (const response of ['('.repeat(30_000), '[1,'.repeat(20_000), 'a;'.repeat(30_000), '```\n'.repeat(10_000), 'x=1\n'.repeat(30_000)]) {
      const vector = await embed(response);
      expect(vector === undefined || vector.every(Number.isFinite)).toBe(true);
    }
  });
  test('gives as many numbers as asked for', async () => {
    for (const dimension of [1, 3, 386]) {
      const source = await SyntaxSource.open(dimension);
      const vector = await source!.embed(LOOP);
      expect(vector).toHaveLength(dimension);
      expect(vector!.some((number) => number !== 0)).toBe(true);
    }
  });
});

test('a tree is read with field, parent, the sibling before, and what is faulty', () => {
  type Given = readonly [type: string, field: string | null, ...children: Given[]];
  const tree: Given = ['module', null, ['call', null, ['name', 'function'], ['list', null]], ['ERROR', null, ['(', null]], ['end', null]];
  const path: { node: Given; rest: Given[] }[] = [{ node: tree, rest: [] }];
  const cursor = {
    get nodeType() {
      return path.at(-1)!.node[0];
    },
    get currentFieldName() {
      return path.at(-1)!.node[1];
    },
    nodeIsMissing: false,
    gotoFirstChild() {
      const [, , first, ...rest] = path.at(-1)!.node;
      if (first !== undefined) path.push({ node: first, rest });
      return first !== undefined;
    },
    gotoNextSibling() {
      const [next, ...rest] = path.at(-1)!.rest;
      if (next !== undefined) path[path.length - 1] = { node: next, rest };
      return next !== undefined;
    },
    gotoParent: () => path.pop() !== undefined,
  };
  const nodes = readNodes(cursor);
  expect(nodes.map(({ type, parent, before, isFaulty }) => [type, parent, before, isFaulty])).toEqual([
    ['module', -1, -1, false],
    ['call', 0, -1, false],
    ['function:name', 1, -1, false],
    ['list', 1, 2, false],
    ['ERROR', 0, 1, true],
    ['(', 4, -1, true],
    ['end', 0, 4, false],
  ]);
  expect(faultShare(nodes)).toBe(2 / 7);
  expect(faultShare([])).toBe(1);
});

test('fenced blocks with their languages, up to their own fence or the end', () => {
  expect(codeBlocks('a\n```Python extra\nx\n```\nb\n~~~~\ny\n~~~\nz\n~~~~\n```js\nopen')).toEqual([
    { language: 'python', code: 'x\n' },
    { language: undefined, code: 'y\n~~~\nz\n' },
    { language: 'js', code: 'open' },
  ]);
  expect(codeBlocks('no fence')).toEqual([{ language: undefined, code: 'no fence' }]);
});

test('the first 512 tokens', () => {
  expect(firstTokens('short (text)')).toBe('short (text)');
  const long = 'ab + '.repeat(300);
  expect(firstTokens(long)).toBe(`${'ab + '.repeat(256).trimEnd()}`);
});
