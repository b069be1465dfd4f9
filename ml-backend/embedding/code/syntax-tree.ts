import type { TreeCursor } from '@vscode/tree-sitter-wasm';

/** Nodes beyond these are not read; few programs of 20,000 characters have as many. */
export const NODES_MAX = 20_000;

/** One node of a syntax tree. */
export interface SyntaxNode {
  /** With the field it fills in its parent, if it does: `body:block`. An operator or bracket is its own type. */
  readonly type: string;
  /** Place of the parent in the list of nodes; −1 where there is none. */
  readonly parent: number;
  /** Place of the sibling before it. */
  readonly before: number;
  /** The parser had to skip or make it up, or it lies within such a node. */
  readonly isFaulty: boolean;
}

type Cursor = Omit<TreeCursor, 'delete'>;

/**
 * The first nodes of a tree, parents before children. Step by step: tree-sitter's own S-expression is made by recursion, and
 * a deep tree makes that overflow WebAssembly's stack.
 */
export function readNodes(cursor: Cursor): SyntaxNode[] {
  const nodes: SyntaxNode[] = [];
  const ancestors: number[] = [];
  let before = -1;
  while (nodes.length < NODES_MAX) {
    nodes.push(nodeAt(cursor, nodes, ancestors.at(-1) ?? -1, before));
    if (cursor.gotoFirstChild()) {
      ancestors.push(nodes.length - 1);
      before = -1;
      continue;
    }
    before = nodes.length - 1;
    while (!cursor.gotoNextSibling()) {
      const parent = ancestors.pop();
      if (parent === undefined || !cursor.gotoParent()) return nodes;
      before = parent;
    }
  }
  return nodes;
}

function nodeAt(cursor: Cursor, nodes: readonly SyntaxNode[], parent: number, before: number): SyntaxNode {
  const { nodeType, currentFieldName: field, nodeIsMissing } = cursor;
  const isFaulty = nodeIsMissing || nodeType === 'ERROR' || (parent >= 0 && nodes[parent]!.isFaulty);
  return { type: field === null ? nodeType : `${field}:${nodeType}`, parent, before, isFaulty };
}

/** Share of the nodes that are faulty; 1 for an empty tree. */
export function faultShare(nodes: readonly SyntaxNode[]): number {
  return nodes.length === 0 ? 1 : nodes.filter(({ isFaulty }) => isFaulty).length / nodes.length;
}
