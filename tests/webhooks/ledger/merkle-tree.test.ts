import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MerkleFrontier, leafHash, peaksOf, planConsistency, planInclusion, provesConsistency, provesInclusion, type NodeId, type ProofPlan } from '../../../webhooks/datasets/ledger/merkle-tree.js';
import { oracle } from './oracle.js';

/** A tree grown leaf by leaf, with the nodes that were stored on the way and its root at each size. */
function grow(leaves: readonly Buffer[]) {
  const frontier = new MerkleFrontier();
  const roots = [frontier.root()];
  const stored = new Map<string, Buffer>();
  for (const [index, leaf] of leaves.entries()) {
    stored.set(`0/${index}`, leafHash(leaf));
    for (const node of frontier.append(leafHash(leaf))) stored.set(`${node.level}/${node.index}`, node.hash);
    roots.push(frontier.root());
  }
  const read = ({ level, index }: NodeId): Buffer => stored.get(`${level}/${index}`)!;
  const make = (plan: ProofPlan): Buffer[] => {
    for (const node of plan.nodes) expect(read(node)).toBeDefined();
    return plan.make(read);
  };
  return { size: leaves.length, roots, root: frontier.root(), read, make };
}

const hex = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString('hex'));
const numbered = (count: number): Buffer[] => Array.from({ length: count }, (_, index) => Buffer.from(String(index)));

describe('the Merkle tree', () => {
  test('has the roots and proofs of RFC 6962, also those that Certificate Transparency publishes', () => {
    expect(oracle.trees.length).toBeGreaterThan(10);
    for (const { leaves, root, inclusion, consistency } of oracle.trees) {
      const tree = grow(leaves.map((leaf) => Buffer.from(leaf, 'hex')));
      expect(tree.root.toString('hex')).toBe(root);
      for (const { index, proof } of inclusion) {
        const made = tree.make(planInclusion(index, tree.size));
        expect(hex(made)).toEqual(proof);
        expect(provesInclusion(tree.read({ level: 0, index }), index, tree, made)).toBe(true);
      }
      for (const { first, root: firstRoot, proof } of consistency) {
        const made = tree.make(planConsistency(first, tree.size));
        expect(hex(made)).toEqual(proof);
        expect(provesConsistency({ size: first, root: Buffer.from(firstRoot, 'hex') }, tree, made)).toBe(true);
      }
    }
  });

  test('proves every leaf and every beginning, and nothing else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), fc.nat(), fc.nat(), (size, one, two, three) => {
        const tree = grow(numbered(size));
        const [index, first] = [one % size, two % (size + 1)];
        const leaf = tree.read({ level: 0, index });
        const inclusion = tree.make(planInclusion(index, size));
        expect(inclusion.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)));
        expect(provesInclusion(leaf, index, tree, inclusion)).toBe(true);
        const other = three % (size + 1);
        expect(provesInclusion(leaf, other, tree, inclusion)).toBe(other === index);
        expect(provesInclusion(leafHash(Buffer.from('no leaf')), index, tree, inclusion)).toBe(false);
        expect(provesInclusion(leaf, index, tree, [...inclusion, leaf])).toBe(false);
        expect(provesInclusion(leaf, index, tree, inclusion.slice(1))).toBe(inclusion.length === 0);
        const beginning = { size: first, root: tree.roots[first]! };
        const consistency = tree.make(planConsistency(first, size));
        expect(consistency.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)) + 1);
        expect(provesConsistency(beginning, tree, consistency)).toBe(true);
        expect(provesConsistency({ ...beginning, root: leafHash(Buffer.from('no root')) }, tree, consistency)).toBe(false);
        expect(provesConsistency(beginning, tree, [...consistency, leaf])).toBe(false);
        expect(provesConsistency({ size: other, root: tree.roots[first]! }, tree, consistency)).toBe(other === first);
        expect(provesConsistency(tree, beginning, consistency)).toBe(first === size);
      }),
      { numRuns: 300 },
    );
  });

  test('goes on from its peaks as if it had never stopped', () => {
    const whole = grow(numbered(45));
    for (const size of [0, 1, 7, 8, 31, 44]) {
      const frontier = new MerkleFrontier(size, peaksOf(size).map(whole.read));
      for (const leaf of numbered(45).slice(size)) frontier.append(leafHash(leaf));
      expect(frontier.root()).toEqual(whole.root);
    }
    expect(() => new MerkleFrontier(3, [])).toThrow('a tree of 3 leaves has 2 peaks, not 0');
  });

  test('refuses a proof of what is not there', () => {
    for (const [index, size] of [[3, 3], [-1, 3], [0, 0], [0.5, 3]] as const) expect(() => planInclusion(index, size)).toThrow(RangeError);
    for (const [first, size] of [[4, 3], [-1, 3], [1.5, 3]] as const) expect(() => planConsistency(first, size)).toThrow(RangeError);
  });

  test('needs few stored nodes for a proof, however large it is', () => {
    for (const size of [1_000, 1_000_000, 2 ** 33 + 12_345]) {
      for (const at of [0, 1, Math.floor(size / 3), size - 2, size - 1]) {
        expect(planInclusion(at, size).nodes.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(size)));
        expect(planConsistency(at, size).nodes.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(size)));
      }
    }
  });
});
