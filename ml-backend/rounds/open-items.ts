import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import { isUntouched } from '../../core/database/untouched-items.js';
import { PairloopError } from '../../core/errors.js';
import type { PoolPair } from './pool.js';
import type { Candidate } from './round-inputs.js';

interface Item extends PoolPair {
  readonly batch_id: number;
  readonly kind: 'pair' | 'gold';
  readonly untouched: boolean;
}

export interface OpenItemsOf {
  readonly projectId: number;
  readonly batchId: number;
  /** With the pairs that somebody has begun with as centers. */
  readonly centers: boolean;
  readonly now: Date;
}

/**
 * What ranking a batch again looks at: its items that nobody has begun with, and the project's pairs that somebody has.
 *
 * Gold items are ranked by the same rule as pairs, so that no change of order tells them apart. As they are not of the
 * pool, each is lent the uncertainty and the priority of a pair of its domain: which one depends on its id alone, so
 * that it keeps its place among them.
 *
 * @throws PairloopError when fewer than two items are left to order.
 */
export async function readOpenItems(db: Db, { projectId, batchId, centers: withCenters, now }: OpenItemsOf): Promise<Candidate[]> {
  const { rows } = await sql<Item>`
    select pair.id, pair.domain, pair.uncertainty, pair.priority, item.batch_id, item.kind, ${isUntouched(now)} as untouched
    from batch_item item join batch on batch.id = item.batch_id join pair on pair.id = item.pair_id
    where batch.project_id = ${projectId} and item.task_id is not null`.execute(db);
  const open = rows.filter((row) => row.batch_id === batchId && row.untouched);
  if (open.length < 2) throw new PairloopError(`Batch ${batchId} has ${open.length === 0 ? 'no item' : 'one item'} left that nobody has begun with; there is nothing to order.`);
  const begun = rows.filter((row) => withCenters && row.kind === 'pair' && !row.untouched);
  const openIds = new Set(open.map((row) => row.id));
  const centers = new Map(begun.filter((row) => !openIds.has(row.id)).map((row) => [row.id, row]));
  const pairs = open.filter((row) => row.kind === 'pair');
  return [
    ...open.map((row) => ({ ...toPoolPair(row.kind === 'gold' ? lend(row, pairs) : row), isCenter: false })),
    ...[...centers.values()].map((row) => ({ ...toPoolPair(row), isCenter: true })),
  ];
}

function toPoolPair({ id, domain, uncertainty, priority }: PoolPair): PoolPair {
  return { id, domain, uncertainty, priority };
}

/** The gold item with the numbers that stand at its share, by its id, among those of its domain's pairs. */
function lend(gold: PoolPair, pairs: readonly PoolPair[]): PoolPair {
  const share = createHash('sha256').update(gold.id).digest().readUInt32BE(0) / 2 ** 32;
  const peers = pairs.filter((pair) => pair.domain === gold.domain);
  const at = (name: 'uncertainty' | 'priority'): number | null => {
    const numbers = peers.flatMap((pair) => pair[name] ?? []).sort((one, other) => one - other);
    return numbers[Math.floor(share * numbers.length)] ?? null;
  };
  return { ...gold, uncertainty: at('uncertainty'), priority: at('priority') };
}
