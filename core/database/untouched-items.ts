import { sql, type RawBuilder } from 'kysely';

/**
 * Whether nobody has begun with the row `item` of `batch_item`: nobody voted on its pair or skipped it in this batch, nobody
 * holds it now, and it is not settled. Pairs and gold items alike.
 */
export function isUntouched(now: Date): RawBuilder<boolean> {
  return sql<boolean>`(
    not item.settled
    and not exists (select from vote where vote.batch_item_id = item.id)
    and not exists (select from assignment where assignment.batch_item_id = item.id and assignment.expires_at > ${now}))`;
}
