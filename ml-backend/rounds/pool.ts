import { sql } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import { PairloopError } from '../../core/errors.js';

/** What the ranking needs of a pair. Null: the data gives no such number. */
export interface PoolPair {
  readonly id: string;
  readonly domain: string;
  readonly uncertainty: number | null;
  readonly priority: number | null;
}

/**
 * The pairs a project can select from: imported for selection, releasable (consent and redaction version)
 * and in no batch of the project yet; in code unit order of their ids.
 *
 * @throws PairloopError saying why there are none.
 */
export async function readPool(db: Db, projectId: number): Promise<PoolPair[]> {
  const pool = await db
    .selectFrom('pair')
    .select(['id', 'domain', 'uncertainty', 'priority'])
    .where('purpose', '=', 'pool')
    .where('consent', 'is not', null)
    .where('redaction_version', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('batch_item')
            .innerJoin('batch', 'batch.id', 'batch_item.batch_id')
            .select('batch_item.id')
            .whereRef('batch_item.pair_id', '=', 'pair.id')
            .where('batch.project_id', '=', projectId),
        ),
      ),
    )
    // The same order on every server, whatever its collation: ties go to the lowest index.
    .orderBy(sql`id collate "C"`)
    .execute();
  if (pool.length === 0) throw await explainEmptyPool(db, projectId);
  return pool;
}

async function explainEmptyPool(db: Db, projectId: number): Promise<PairloopError> {
  const { total, unreleasable } = await db
    .selectFrom('pair')
    .select([sql<number>`count(*)`.as('total'), sql<number>`count(*) filter (where consent is null or redaction_version is null)`.as('unreleasable')])
    .where('purpose', '=', 'pool')
    .executeTakeFirstOrThrow();
  if (total === 0) return new PairloopError('There is nothing to select from: the pool is empty. Import pairs with pairloop pairs import FILE.');
  const reasons = [
    ...(unreleasable > 0 ? [`${unreleasable} have no consent (import their file again with --consent BASIS)`] : []),
    ...(total > unreleasable ? [`${total - unreleasable} are in a batch of project ${projectId} already`] : []),
  ];
  return new PairloopError(`There is nothing to select from: of ${total} pairs in the pool ${reasons.join(', ')}. Import more pairs.`);
}

/** The pairs in the project's batches: labelled, or about to be. In code unit order of their ids. */
export async function readLabelled(db: Db, projectId: number): Promise<PoolPair[]> {
  return db
    .selectFrom('pair')
    .select(['id', 'domain', 'uncertainty', 'priority'])
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('batch_item')
          .innerJoin('batch', 'batch.id', 'batch_item.batch_id')
          .select('batch_item.id')
          .whereRef('batch_item.pair_id', '=', 'pair.id')
          .where('batch_item.kind', '=', 'pair')
          .where('batch.project_id', '=', projectId),
      ),
    )
    .orderBy(sql`id collate "C"`)
    .execute();
}
