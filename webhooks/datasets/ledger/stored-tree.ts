import { sql } from 'kysely';
import type { Db, Tx } from '../../../core/database/connect.js';
import { PairloopError } from '../../../core/errors.js';
import { MerkleFrontier, peaksOf, type NodeId } from './merkle-tree.js';

/**
 * The hashes of stored nodes, in one query for all that a proof needs.
 *
 * @throws PairloopError when one is missing: somebody removed it.
 */
export async function readNodes(db: Db | Tx, nodes: readonly NodeId[]): Promise<(node: NodeId) => Buffer> {
  const hashes = new Map<string, Buffer>();
  if (nodes.length > 0) {
    const { rows } = await sql<{ level: number; index: number; hash: Buffer }>`
      select wanted.level, wanted.index, coalesce(node.hash, entry.leaf_hash) as hash
      from unnest(${nodes.map(({ level }) => level)}::int[], ${nodes.map(({ index }) => index)}::bigint[]) as wanted (level, index)
      left join ledger.node on node.level = wanted.level and node.index = wanted.index
      left join ledger.entry on wanted.level = 0 and entry.seq = wanted.index`.execute(db);
    for (const { level, index, hash } of rows) if (hash !== null) hashes.set(`${level}/${index}`, hash);
  }
  return ({ level, index }) => {
    const hash = hashes.get(`${level}/${index}`);
    if (hash !== undefined) return hash;
    throw new PairloopError(`The stored ledger is damaged: node ${index} of level ${level} is missing; bring the database back from a backup.`);
  };
}

/** The right edge of the tree over the first `size` stored entries. */
export async function readFrontier(db: Db | Tx, size: number): Promise<MerkleFrontier> {
  const peaks = peaksOf(size);
  return new MerkleFrontier(size, peaks.map(await readNodes(db, peaks)));
}
