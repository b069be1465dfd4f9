import { sql, type RawBuilder } from 'kysely';
import type { Db, Tx } from '../../core/database/connect.js';
import { record } from '../../core/database/ledger-record.js';
import { ensureRater } from './rater.js';

/** How long an item is kept for a rater who was given it. */
const LEASE_MS = 30 * 60_000;

export interface AssignmentRequest {
  readonly labelStudioUserId: number;
  readonly labelStudioProjectId: number;
}

export type Assignment =
  | { readonly outcome: 'task'; readonly taskId: number }
  | { readonly outcome: 'nothing' }
  | { readonly outcome: 'paused'; readonly reason: string }
  | { readonly outcome: 'unmanaged' };

/** Whom an item is sought for, and under which rule. */
interface Search {
  readonly projectId: number;
  readonly raterId: string;
  readonly userId: number;
  readonly votesMin: number;
  readonly votesMax: number;
  readonly now: Date;
}

interface Item {
  readonly id: number;
  readonly task_id: number;
  readonly kind: 'pair' | 'gold';
  readonly pair_id: string;
}

/**
 * The task a rater gets next: the one already open for them, else the first item of the project's
 * shipped batches (by batch, then position) that they have not answered and that needs an answer. A
 * pair needs votesMin raters, votesMax once they disagree, counting votes and other raters' live leases
 * alike; a gold item is for every rater, once. The item is leased for 30 minutes. Requests of one
 * project follow one another, so that two raters never take the last place of a pair together.
 */
export async function assignTask(db: Db, request: AssignmentRequest, now: Date): Promise<Assignment> {
  const project = await db
    .selectFrom('project')
    .select(['id', 'votes_min', 'votes_max'])
    .where('label_studio_id', '=', request.labelStudioProjectId)
    .executeTakeFirst();
  if (project === undefined) return { outcome: 'unmanaged' };
  const rater = await ensureRater(db, request.labelStudioUserId);
  if (rater.state === 'paused') return { outcome: 'paused', reason: rater.reason ?? 'You are paused.' };
  const standing = await db
    .selectFrom('rater_standing')
    .select(['state', 'reason'])
    .where('rater_id', '=', rater.id)
    .where('project_id', '=', project.id)
    .executeTakeFirst();
  if (standing?.state === 'paused' || standing?.state === 'retraining') return { outcome: 'paused', reason: standing.reason ?? 'You are paused.' };
  const search: Search = {
    projectId: project.id,
    raterId: rater.id,
    userId: request.labelStudioUserId,
    votesMin: project.votes_min,
    votesMax: project.votes_max,
    now,
  };
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('pairloop.assignment'), ${project.id}::int)`.execute(tx);
    const open = await findOpenItem(tx, search);
    const item = open ?? (await findNextItem(tx, search));
    if (item === undefined) return { outcome: 'nothing' };
    if (open === undefined && item.kind === 'gold') await record(tx, 'gold.assigned', [{ project: project.id, item: item.id, pair: item.pair_id, rater: rater.id }]);
    await leaseItem(tx, item.id, search);
    return { outcome: 'task', taskId: item.task_id };
  });
}

/** The item this rater holds a live lease of and has not answered yet. */
async function findOpenItem(tx: Tx, search: Search): Promise<Item | undefined> {
  const found = await sql<Item>`
    select item.id, item.task_id, item.kind, item.pair_id
    from assignment lease
    join batch_item item on item.id = lease.batch_item_id
    join batch on batch.id = item.batch_id
    where lease.rater_id = ${search.raterId} and lease.expires_at > ${search.now}
      and batch.project_id = ${search.projectId} and item.task_id is not null
      and ${unanswered(search)}
    order by lease.leased_at, item.id
    limit 1`.execute(tx);
  return found.rows[0];
}

async function findNextItem(tx: Tx, search: Search): Promise<Item | undefined> {
  const found = await sql<Item>`
    select item.id, item.task_id, item.kind, item.pair_id
    from batch
    join batch_item item on item.batch_id = batch.id
    where batch.project_id = ${search.projectId} and batch.state = 'shipped'
      and not item.settled and item.task_id is not null
      and ${unanswered(search)}
      and case item.kind when 'gold' then ${isActiveGold} else ${needsVote(search)} end
    order by batch.id, item.position
    limit 1`.execute(tx);
  return found.rows[0];
}

/**
 * The rater has not voted on or skipped the item's pair. A submission counts from its journal row on:
 * its vote is stored a moment later, and the page asks for the next task at once. One that Label Studio
 * refused, or whose annotation was deleted, leaves the pair unanswered.
 */
function unanswered(search: Search): RawBuilder<boolean> {
  return sql<boolean>`not exists (
      select from vote
      where vote.project_id = ${search.projectId} and vote.pair_id = item.pair_id and vote.rater_id = ${search.raterId}
    ) and not exists (
      select from journal
      where journal.label_studio_user_id = ${search.userId} and journal.task_id = item.task_id
        and journal.kind in ('submit', 'skip') and journal.outcome <> 'refused'
        and not exists (
          select from annotation
          where (annotation.id = journal.annotation_id or annotation.unique_id = journal.unique_id)
            and annotation.deleted_at is not null
        )
    )`;
}

const isActiveGold = sql<boolean>`exists (
  select from gold_item where gold_item.pair_id = item.pair_id and gold_item.state = 'active')`;

/** Fewer raters have voted on the pair, or hold it, than it needs. */
function needsVote(search: Search): RawBuilder<boolean> {
  return sql<boolean>`(
      select count(*) from (
        select vote.rater_id from vote
        where vote.project_id = ${search.projectId} and vote.pair_id = item.pair_id
          and vote.state = 'cast' and vote.counted
        union
        select lease.rater_id from assignment lease
        where lease.batch_item_id = item.id and lease.expires_at > ${search.now} and lease.rater_id <> ${search.raterId}
          and not exists (
            select from vote where vote.batch_item_id = item.id and vote.rater_id = lease.rater_id
          )
      ) taker
    ) < coalesce((
      select case when consensus.agreement < 1 then ${search.votesMax}::int else ${search.votesMin}::int end
      from consensus
      where consensus.project_id = ${search.projectId} and consensus.pair_id = item.pair_id
    ), ${search.votesMin}::int)`;
}

async function leaseItem(tx: Tx, itemId: number, search: Search): Promise<void> {
  const expiresAt = new Date(search.now.getTime() + LEASE_MS);
  await tx
    .insertInto('assignment')
    .values({ batch_item_id: itemId, rater_id: search.raterId, leased_at: search.now, expires_at: expiresAt })
    .onConflict((conflict) => conflict.columns(['batch_item_id', 'rater_id']).doUpdateSet({ expires_at: expiresAt }))
    .execute();
}
