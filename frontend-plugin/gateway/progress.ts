import { sql } from 'kysely';
import type { Db } from '../../core/database/connect.js';

/** How far one annotator is. */
export interface Progress {
  /** Distinct pairs submitted or skipped since their day began. */
  readonly done_today: number;
  /** The same of the task's batch, since ever. */
  readonly batch_done: number;
  /** Pairs of the batch that were given out as tasks. */
  readonly batch_size: number;
}

interface Asked {
  readonly userId: number;
  readonly batchId: number;
  /** When the annotator's day began. */
  readonly today: Date;
}

/**
 * Counts what an annotator has done, from the journal: it knows a submission before its vote is stored.
 *
 * Nothing of it may tell a check from any other pair. Gold goes to every rater and an ordinary pair only
 * to some, until it is settled; so a number that depended on what is still open for this rater, or on
 * what others did, would fall for ordinary pairs and never for gold, and watching it would tell them
 * apart. Therefore the batch's size counts all its tasks alike, settled or not, whoever gets them: it is
 * the same for every rater and does not move once the batch is shipped. The other two numbers depend on
 * this rater's own submissions alone, and each counts one whatever kind of pair it was. The price: a
 * rater who is not needed for every pair ends below the size.
 *
 * Cost: one query. The day is a range of an index (user, time); the batch two, of its items and of the
 * user's submissions.
 */
export async function readProgress(db: Db, { userId, batchId, today }: Asked): Promise<Progress> {
  const done = sql`journal.label_studio_user_id = ${userId} and journal.kind in ('submit', 'skip') and journal.outcome <> 'refused'`;
  const { rows } = await sql<Progress>`select
    (select count(distinct task_id) from journal where ${done} and received_at >= ${today}) as done_today,
    (select count(distinct journal.task_id) from journal
      join batch_item on batch_item.task_id = journal.task_id and batch_item.batch_id = ${batchId} where ${done}) as batch_done,
    (select count(*) from batch_item where batch_id = ${batchId} and task_id is not null) as batch_size`.execute(db);
  return rows[0]!;
}
