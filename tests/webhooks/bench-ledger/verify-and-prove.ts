import { hash } from 'node:crypto';
import { MerkleFrontier, leafHash, planInclusion, provesInclusion, type NodeId } from '../../../webhooks/datasets/ledger/merkle-tree.js';
import { LedgerVerifier } from '../../../webhooks/datasets/ledger/verify-ledger.js';
import { buildLedger, newKey } from '../ledger/built-ledger.js';
import { factsOf } from './append.js';

const NEWLINE = 0x0a;
const PROOFS = 200;

/** Milliseconds, the best of the rounds. */
export interface VerifyTimes {
  readonly entries: number;
  readonly bytes: number;
  readonly verifyMs: number;
  /** SHA-256 of the file in one go. */
  readonly hashOnceMs: number;
  /** SHA-256 of each line by itself, as a chain needs it. */
  readonly hashLinesMs: number;
}

export function measureVerify(entries: number, rounds: number): VerifyTimes {
  const file = Buffer.from(buildLedger(Array.from({ length: entries }, (_, index) => factsOf(index)), newKey()).file);
  const best = { verifyMs: Infinity, hashOnceMs: Infinity, hashLinesMs: Infinity };
  for (let round = 0; round < rounds; round += 1) {
    best.hashOnceMs = Math.min(best.hashOnceMs, timed(() => hash('sha256', file)));
    best.hashLinesMs = Math.min(best.hashLinesMs, timed(() => hashLines(file)));
    best.verifyMs = Math.min(best.verifyMs, timed(() => verifyWhole(file)));
  }
  return { entries, bytes: file.length, ...best };
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function hashLines(file: Buffer): void {
  for (let start = 0, end = file.indexOf(NEWLINE); end !== -1; start = end + 1, end = file.indexOf(NEWLINE, start)) hash('sha256', file.subarray(start, end), 'buffer');
}

function verifyWhole(file: Buffer): void {
  const verifier = new LedgerVerifier({});
  verifier.feed(file);
  if (!verifier.finish().ok) throw new Error('the ledger does not verify');
}

export interface ProofSize {
  readonly entries: number;
  /** Hashes in the longest of the proofs. */
  readonly hashes: number;
  /** Stored nodes read for it. */
  readonly nodes: number;
  /** Making and checking one, on average. */
  readonly microseconds: number;
}

/** Proofs of entries spread over trees of these sizes, ascending, each made of stored nodes and checked. */
export function measureProofs(sizes: readonly number[]): ProofSize[] {
  const frontier = new MerkleFrontier();
  const levels: Buffer[] = Array.from({ length: 21 }, (_, level) => Buffer.alloc(Math.ceil(sizes.at(-1)! / 2 ** level) * 32));
  const read = ({ level, index }: NodeId): Buffer => levels[level]!.subarray(index * 32, index * 32 + 32);
  return sizes.map((entries) => {
    while (frontier.size < entries) {
      const leaf = leafHash(Buffer.from(String(frontier.size)));
      leaf.copy(levels[0]!, frontier.size * 32);
      for (const { level, index, hash: node } of frontier.append(leaf)) node.copy(levels[level]!, index * 32);
    }
    return proveSome({ size: entries, root: frontier.root() }, read);
  });
}

function proveSome(tree: { size: number; root: Buffer }, read: (node: NodeId) => Buffer): ProofSize {
  let [hashes, nodes] = [0, 0];
  const ms = timed(() => {
    for (let turn = 0; turn < PROOFS; turn += 1) {
      const index = Math.floor((turn * (tree.size - 1)) / (PROOFS - 1));
      const plan = planInclusion(index, tree.size);
      const proof = plan.make(read);
      if (!provesInclusion(read({ level: 0, index }), index, tree, proof)) throw new Error(`entry ${index} of ${tree.size} is not proved`);
      [hashes, nodes] = [Math.max(hashes, proof.length), Math.max(nodes, plan.nodes.length)];
    }
  });
  return { entries: tree.size, hashes, nodes, microseconds: (ms * 1_000) / PROOFS };
}
