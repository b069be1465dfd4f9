import { hash } from 'node:crypto';

/** Bytes of every hash here: SHA-256. */
export const HASH_BYTES = 32;
const LEAF_PREFIX = Buffer.from([0]);
const NODE_PREFIX = Buffer.from([1]);

/** A complete subtree: `level` 0 is a leaf, `index` counts the subtrees of its level from the left. */
export interface NodeId {
  readonly level: number;
  readonly index: number;
}
export interface TreeNode extends NodeId {
  readonly hash: Buffer;
}
/** Leaves from `start` up to, but without, `end`. */
interface LeafRange {
  readonly start: number;
  readonly end: number;
}

function sha256(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer');
}

/** The hash of a leaf's bytes (RFC 6962, 2.1). */
export function leafHash(bytes: Uint8Array): Buffer {
  return sha256(Buffer.concat([LEAF_PREFIX, bytes]));
}

function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256(Buffer.concat([NODE_PREFIX, left, right]));
}

/** The complete subtrees that make up a tree of `size` leaves, the largest and leftmost first. */
export function peaksOf(size: number): NodeId[] {
  return completeSubtrees({ start: 0, end: size });
}

/**
 * The right edge of a Merkle tree (RFC 6962, 2.1): as much of it as is needed to append a leaf, log2(size) hashes. The root of an empty
 * tree is the hash of nothing.
 */
export class MerkleFrontier {
  private readonly peaks: Buffer[];

  /** `peaks` are the hashes of `peaksOf(size)`, in that order. */
  constructor(
    private leaves = 0,
    peaks: readonly Buffer[] = [],
  ) {
    if (peaks.length !== peaksOf(leaves).length) throw new RangeError(`a tree of ${leaves} leaves has ${peaksOf(leaves).length} peaks, not ${peaks.length}`);
    this.peaks = [...peaks];
  }

  get size(): number {
    return this.leaves;
  }

  /** Appends a leaf by its hash; returns the nodes above leaves that it completed, the lowest first. */
  append(leaf: Buffer): TreeNode[] {
    const completed: TreeNode[] = [];
    let node: TreeNode = { level: 0, index: this.leaves, hash: leaf };
    while (node.index % 2 === 1) {
      node = { level: node.level + 1, index: (node.index - 1) / 2, hash: nodeHash(this.peaks.pop()!, node.hash) };
      completed.push(node);
    }
    this.peaks.push(node.hash);
    this.leaves += 1;
    return completed;
  }

  root(): Buffer {
    return this.leaves === 0 ? sha256(Buffer.alloc(0)) : joined(this.peaks);
  }

  copy(): MerkleFrontier {
    return new MerkleFrontier(this.leaves, this.peaks);
  }
}

function joined(hashes: readonly Buffer[]): Buffer {
  return hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** The largest complete subtrees that make up a range which RFC 6962's cuts can lead to, from the left. */
function completeSubtrees({ start, end }: LeafRange): NodeId[] {
  const found: NodeId[] = [];
  for (let at = start; at < end; ) {
    let level = 0;
    for (let width = 2; at % width === 0 && at + width <= end; width *= 2) level += 1;
    found.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return found;
}

/** Where RFC 6962 cuts a range: behind the largest power of two below its length. */
function cut({ start, end }: LeafRange): number {
  let width = 1;
  while (width * 2 < end - start) width *= 2;
  return start + width;
}

/** A proof that is yet to be read: `nodes` are the stored nodes it needs, `make` puts it together from their hashes. */
export interface ProofPlan {
  readonly nodes: readonly NodeId[];
  make(read: (node: NodeId) => Buffer): Buffer[];
}

function planOf(ranges: readonly LeafRange[]): ProofPlan {
  const parts = ranges.map(completeSubtrees);
  return { nodes: parts.flat(), make: (read) => parts.map((part) => joined(part.map(read))) };
}

/**
 * Plans the proof that leaf `index` is in the tree of `size` leaves (RFC 6962, 2.1.1): at most ceil(log2(size)) hashes, the lowest first.
 *
 * @throws RangeError when there is no such leaf.
 */
export function planInclusion(index: number, size: number): ProofPlan {
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size)) throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`);
  const ranges: LeafRange[] = [];
  for (let start = 0, end = size; end - start > 1; ) {
    const middle = cut({ start, end });
    if (index < middle) {
      ranges.unshift({ start: middle, end });
      end = middle;
    } else {
      ranges.unshift({ start, end: middle });
      start = middle;
    }
  }
  return planOf(ranges);
}

/**
 * Plans the proof that the tree of `size` leaves begins with that of `first` (RFC 6962, 2.1.2). Empty for `first` 0 and `first` = `size`.
 *
 * @throws RangeError when `first` is larger than `size`.
 */
export function planConsistency(first: number, size: number): ProofPlan {
  if (!(Number.isSafeInteger(first) && first >= 0 && first <= size)) throw new RangeError(`a tree of ${size} leaves cannot begin with one of ${first}`);
  if (first === 0) return planOf([]);
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end !== first) {
    const middle = cut({ start, end });
    if (first <= middle) {
      ranges.unshift({ start: middle, end });
      end = middle;
    } else {
      ranges.unshift({ start, end: middle });
      start = middle;
    }
  }
  return planOf(start === 0 ? ranges : [{ start, end }, ...ranges]);
}

/** Whether `proof` shows that the leaf with this hash is leaf `index` of the tree with this size and root (RFC 9162, 2.1.3.2). */
export function provesInclusion(leaf: Buffer, index: number, tree: { size: number; root: Buffer }, proof: readonly Buffer[]): boolean {
  if (!(index >= 0 && index < tree.size)) return false;
  let [own, last, found] = [index, tree.size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (own % 2 === 1 || own === last) {
      found = nodeHash(sibling, found);
      [own, last] = upFromRight(own, last);
    } else {
      found = nodeHash(found, sibling);
    }
    [own, last] = [half(own), half(last)];
  }
  return last === 0 && found.equals(tree.root);
}

/** Whether `proof` shows that the second tree begins with the first (RFC 9162, 2.1.4.2). Every tree begins with the empty one. */
export function provesConsistency(first: { size: number; root: Buffer }, second: { size: number; root: Buffer }, proof: readonly Buffer[]): boolean {
  if (first.size > second.size) return false;
  if (first.size === 0) return proof.length === 0 && first.root.equals(new MerkleFrontier().root());
  if (first.size === second.size) return proof.length === 0 && first.root.equals(second.root);
  const path = Number.isInteger(Math.log2(first.size)) ? [first.root, ...proof] : proof;
  const start = path[0];
  if (start === undefined) return false;
  let [own, last] = [first.size - 1, second.size - 1];
  while (own % 2 === 1) [own, last] = [half(own), half(last)];
  let [older, newer] = [start, start];
  for (const sibling of path.slice(1)) {
    if (last === 0) return false;
    if (own % 2 === 1 || own === last) {
      [older, newer] = [nodeHash(sibling, older), nodeHash(sibling, newer)];
      [own, last] = upFromRight(own, last);
    } else {
      newer = nodeHash(newer, sibling);
    }
    [own, last] = [half(own), half(last)];
  }
  return last === 0 && older.equals(first.root) && newer.equals(second.root);
}

/** Passes the levels at which a node has no sibling, as the last of an odd number. */
function upFromRight(own: number, last: number): [number, number] {
  let [upper, end] = [own, last];
  while (upper % 2 === 0 && upper !== 0) [upper, end] = [half(upper), half(end)];
  return [upper, end];
}

function half(number: number): number {
  return Math.floor(number / 2);
}
