import type { Db } from '../../core/database/connect.js';
import { PairloopError } from '../../core/errors.js';
import { packageVersion } from '../../core/package-root.js';

/** Rows per statement, far below PostgreSQL's 65,535 parameters. */
const CHUNK = 5_000;

/**
 * Stores a finished selection round whose picks were chosen elsewhere, in the order given: rank 0 is the
 * first. For votes that are played again, where nothing is left to select. A project that has such a round
 * with the same picks gets its id again.
 *
 * @throws PairloopError when no pair is given, or the project's given round has other picks.
 */
export async function storeGivenRound(db: Db, projectId: number, pairIds: readonly string[], now: Date): Promise<number> {
  if (pairIds.length === 0) throw new PairloopError('A selection round needs at least one pair.', 'usage');
  return db.transaction().execute(async (tx) => {
    const known = await tx.selectFrom('selection_round').select('id').where('project_id', '=', projectId).where('strategy', '=', 'given').executeTakeFirst();
    if (known !== undefined) {
      const picks = await tx.selectFrom('selection_pick').select('pair_id').where('round_id', '=', known.id).orderBy('rank').execute();
      if (picks.length === pairIds.length && picks.every((pick, rank) => pick.pair_id === pairIds[rank])) return known.id;
      throw new PairloopError(`Project ${projectId} already has a given selection round ${known.id} with other pairs.`);
    }
    const { id } = await tx
      .insertInto('selection_round')
      .values({
        project_id: projectId,
        state: 'done',
        strategy: 'given',
        weight: 0,
        k: pairIds.length,
        code_version: `pairloop ${packageVersion()}`,
        pool_size: pairIds.length,
        finished_at: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const rows = pairIds.map((pairId, rank) => ({ round_id: id, rank, pair_id: pairId, score: pairIds.length - rank }));
    for (let start = 0; start < rows.length; start += CHUNK) await tx.insertInto('selection_pick').values(rows.slice(start, start + CHUNK)).execute();
    return id;
  });
}
