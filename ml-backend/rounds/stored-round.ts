import { sql, type Selectable } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import type { Database, RoundState } from '../../core/database/tables.js';
import { PairloopError } from '../../core/errors.js';
import { roundOptionsSchema, type RoundOptions } from './round-options.js';

/** A selection round as stored. Times are null before they come. */
export interface StoredRound {
  readonly id: number;
  readonly projectId: number;
  /** The project's number in Label Studio; null when the project is gone. */
  readonly labelStudioProjectId: number | null;
  /** The batch whose open items were ranked again; null where the pool was ranked. */
  readonly batchId: number | null;
  readonly state: RoundState;
  readonly options: RoundOptions;
  /** The options as they were stored, whatever this version has defaults for beside. */
  readonly asked: unknown;
  readonly embedder: string | null;
  /** The reward head that gave the uncertainties, or `none`. */
  readonly head: string | null;
  readonly uncertaintySource: string | null;
  readonly codeVersion: string | null;
  readonly inputsSha256: string | null;
  /** How many pairs there were to pick from; null before that is decided. */
  readonly poolSize: number | null;
  readonly picked: number;
  /** How far it has come; null when it is not under way. */
  readonly progress: { readonly step: 'embedding' | 'picking'; readonly done: number; readonly total: number } | null;
  readonly failure: string | null;
  readonly elapsedMs: number | null;
  readonly createdAt: Date;
  readonly preparedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** @throws PairloopError (usage) when there is no such round. */
export async function readRound(db: Db, roundId: number): Promise<StoredRound> {
  const row = await query(db).where('selection_round.id', '=', roundId).executeTakeFirst();
  if (row === undefined) throw new PairloopError(`There is no selection round ${roundId}; see them with pairloop round list.`, 'usage');
  return toRound(row);
}

export interface RoundPage {
  readonly projectId?: number | undefined;
  /** Only rounds with a lower id. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Rounds, the newest first. */
export async function listRounds(db: Db, { projectId, before, limit }: RoundPage): Promise<StoredRound[]> {
  let page = query(db).orderBy('selection_round.id', 'desc').limit(limit);
  if (projectId !== undefined) page = page.where('selection_round.project_id', '=', projectId);
  if (before !== undefined) page = page.where('selection_round.id', '<', before);
  return (await page.execute()).map(toRound);
}

/** The rounds that wait or were under way when their process ended. */
export async function unfinishedRounds(db: Db): Promise<number[]> {
  const rows = await db.selectFrom('selection_round').select('id').where('state', 'in', ['waiting', 'running']).orderBy('id').execute();
  return rows.map(({ id }) => id);
}

/**
 * Ends a round that waits or is under way; it keeps no picks. The process that runs it notices within a second.
 *
 * @throws PairloopError when there is no such round (usage), or it has ended already.
 */
export async function cancelRound(db: Db, roundId: number, now: Date): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('selection_round')
    .set({ state: 'cancelled', finished_at: now, progress_step: null, progress_done: null, progress_total: null })
    .where('id', '=', roundId)
    .where('state', 'in', ['waiting', 'running'])
    .executeTakeFirst();
  if (numUpdatedRows > 0n) return;
  const { state } = await readRound(db, roundId);
  throw new PairloopError(`Selection round ${roundId} is ${state}; only one that waits or runs can be cancelled.`);
}

type Row = Selectable<Database['selection_round']> & { readonly picked: number; readonly label_studio_id: number | null };

function query(db: Db) {
  return db
    .selectFrom('selection_round')
    .leftJoin('project', 'project.id', 'selection_round.project_id')
    .selectAll('selection_round')
    .select('project.label_studio_id')
    .select(sql<number>`(select count(*) from selection_pick where selection_pick.round_id = selection_round.id)`.as('picked'));
}

function toRound(row: Row): StoredRound {
  const { progress_step: step, progress_done: done, progress_total: total } = row;
  return {
    id: row.id,
    projectId: row.project_id,
    labelStudioProjectId: row.label_studio_id,
    batchId: row.batch_id,
    state: row.state,
    options: optionsOf(row),
    asked: { strategy: row.strategy, weight: row.weight, k: row.k, rest: row.options },
    embedder: row.embedder,
    head: row.head,
    uncertaintySource: row.uncertainty_source,
    codeVersion: row.code_version,
    inputsSha256: row.inputs_sha256,
    poolSize: row.pool_size,
    picked: row.picked,
    progress: row.state !== 'running' || step === null || done === null || total === null ? null : { step, done, total },
    failure: row.failure,
    elapsedMs: row.elapsed_ms,
    createdAt: row.created_at,
    preparedAt: row.prepared_at,
    finishedAt: row.finished_at,
  };
}

/** A strategy that this version does not know stays as stored: running such a round says that it is not there. */
function optionsOf({ options, strategy, weight, k }: Row): RoundOptions {
  const rest = typeof options === 'object' && options !== null ? options : {};
  const parsed = roundOptionsSchema.safeParse({ ...rest, strategy, weight, k });
  return parsed.success ? parsed.data : { ...roundOptionsSchema.parse({}), strategy, weight, k };
}
