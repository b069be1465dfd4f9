import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Db, Tx } from '../../core/database/connect.js';
import { record } from '../../core/database/ledger-record.js';
import { settleDecision } from './rater-standing.js';

/** A rater is an annotator's pseudonym: votes name it, never the Label Studio user. */
export interface Rater {
  readonly id: string;
  readonly labelStudioUserId: number;
  /** Whether a person paused the rater, in every project. A project's policy may pause one besides. */
  readonly state: 'active' | 'paused';
  /** Why the rater is paused; null while active. */
  readonly reason: string | null;
}

/**
 * The rater of a Label Studio user, made at first sight with a random pseudonym. Two transactions at
 * once end with the same one.
 */
export async function ensureRater(tx: Db | Tx, labelStudioUserId: number): Promise<Rater> {
  const known = await findRater(tx, labelStudioUserId);
  if (known !== null) return known;
  await tx
    .insertInto('rater')
    .values({ id: randomUUID(), label_studio_user_id: labelStudioUserId })
    .onConflict((conflict) => conflict.column('label_studio_user_id').doNothing())
    .execute();
  return (await findRater(tx, labelStudioUserId))!;
}

/** The rater of a Label Studio user, or null when the user was never seen. */
async function findRater(db: Db | Tx, labelStudioUserId: number): Promise<Rater | null> {
  const row = await db
    .selectFrom('rater')
    .select(['id', 'label_studio_user_id', 'state', 'state_reason'])
    .where('label_studio_user_id', '=', labelStudioUserId)
    .executeTakeFirst();
  if (row === undefined) return null;
  return { id: row.id, labelStudioUserId: row.label_studio_user_id, state: row.state, reason: row.state_reason };
}

export interface RaterStateChange {
  readonly labelStudioUserId: number;
  readonly to: 'active' | 'paused';
  readonly reason: string;
  /** Who decided: a person's name or the rule that fired. */
  readonly decidedBy: string;
}

/**
 * Pauses a rater or lets one go on, and keeps the change with its reason for good. A paused rater's
 * open tasks are given back at once. Letting one go on also ends the pauses of policies, whose tests begin anew. A change to the state the rater already has only renews the reason.
 *
 *   active ──pause──▶ paused
 *     ◀────resume──────┘
 */
export async function changeRaterState(db: Db, change: RaterStateChange): Promise<Rater> {
  return db.transaction().execute(async (tx) => {
    const { id } = await ensureRater(tx, change.labelStudioUserId);
    const before = await tx.selectFrom('rater').select('state').where('id', '=', id).forNoKeyUpdate().executeTakeFirstOrThrow();
    const reason = change.to === 'paused' ? change.reason : null;
    await tx.updateTable('rater').set({ state: change.to, state_reason: reason }).where('id', '=', id).execute();
    const { id: changeId } = await tx
      .insertInto('rater_state_change')
      .values({ rater_id: id, from_state: before.state, to_state: change.to, reason: change.reason, decided_by: change.decidedBy })
      .returning('id')
      .executeTakeFirstOrThrow();
    await record(tx, 'rater.state_changed', [{ rater: id, from: before.state, to: change.to, change: changeId }]);
    await settleDecision(tx, id, randomUUID(), { to: change.to, reason: change.reason });
    if (change.to === 'paused') {
      const open = tx.updateTable('assignment').set({ expires_at: sql<Date>`now()` }).where('rater_id', '=', id);
      await open.where('expires_at', '>', sql<Date>`now()`).execute();
    }
    return { id, labelStudioUserId: change.labelStudioUserId, state: change.to, reason };
  });
}
