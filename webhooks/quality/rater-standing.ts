import { sql } from 'kysely';
import type { Db, Tx } from '../../core/database/connect.js';
import { record } from '../../core/database/ledger-record.js';
import { settleFacts, type RaterVote } from './rater-facts.js';
import { factSchema } from './rater-policy/facts.js';
import { readStoredPolicy, type RaterPolicy } from './rater-policy/policy.js';
import { deriveStanding, goldShareOf } from './rater-policy/standing.js';

/**
 * Draws the consequences of a vote for its rater, in the transaction that changed it: its facts, and where all of them leave the
 * rater in the project. Told twice, or in another order, it ends the same. The caller holds the project's row lock.
 */
export async function settleRater(tx: Tx, vote: RaterVote): Promise<void> {
  const policy = await readPolicyOf(tx, vote.projectId);
  if (await settleFacts(tx, vote, policy)) await settleStanding(tx, vote, policy);
}

async function readPolicyOf(tx: Tx, projectId: number): Promise<RaterPolicy> {
  const project = await tx.selectFrom('project').select('rater_policy').where('id', '=', projectId).executeTakeFirstOrThrow();
  return readStoredPolicy(project.rater_policy);
}

/** Whom in which project. */
interface Place {
  readonly raterId: string;
  readonly projectId: number;
}

/**
 * Derives a rater's standing in a project from all facts again and stores it; a change of state goes on record with its fact. Who
 * is paused gives back the project's open tasks at once.
 */
async function settleStanding(tx: Tx, { raterId, projectId }: Place, policy: RaterPolicy): Promise<void> {
  const rows = await tx
    .selectFrom('rater_fact')
    .select(['id', 'at', 'fact'])
    .where('rater_id', '=', raterId)
    .where((eb) => eb.or([eb('project_id', '=', projectId), eb('project_id', 'is', null)]))
    .execute();
  const { standing, transitions } = deriveStanding(policy, rows.map(({ id, at, fact }) => ({ id, at, fact: factSchema.parse(fact) })));
  const place = { rater_id: raterId, project_id: projectId };
  const before = await tx.selectFrom('rater_standing').select('state').where('rater_id', '=', raterId).where('project_id', '=', projectId).executeTakeFirst();
  const values = { state: standing.state, reason: standing.reason, gold_share: goldShareOf(policy, standing) };
  await tx
    .insertInto('rater_standing')
    .values({ ...place, ...values })
    .onConflict((conflict) => conflict.columns(['rater_id', 'project_id']).doUpdateSet({ ...values, updated_at: sql<Date>`now()` }))
    .execute();
  const from = before?.state ?? 'training';
  if (from === standing.state) return;
  const last = transitions.at(-1);
  // Without a transition an earlier fact was corrected, and the change it had brought is undone.
  const why = last?.to === standing.state ? { reason: last.reason, fact_id: last.factId } : { reason: 'An earlier answer was corrected.', fact_id: null };
  const { id: change } = await tx
    .insertInto('rater_state_change')
    .values({ ...place, ...why, from_state: from, to_state: standing.state, decided_by: `${policy.policy} policy` })
    .returning('id')
    .executeTakeFirstOrThrow();
  await record(tx, 'rater.state_changed', [{ rater: raterId, project: projectId, from, to: standing.state, change }]);
  if (standing.state === 'paused') await giveBack(tx, { raterId, projectId });
}

async function giveBack(tx: Tx, { raterId, projectId }: Place): Promise<void> {
  await sql`update assignment set expires_at = now() from batch_item, batch
    where batch_item.id = assignment.batch_item_id and batch.id = batch_item.batch_id and batch.project_id = ${projectId}
      and assignment.rater_id = ${raterId} and assignment.expires_at > now()`.execute(tx);
}

/** Keeps a person's decision as a fact, and derives the rater's standing in every project where there is one. */
export async function settleDecision(tx: Tx, raterId: string, id: string, decision: { readonly to: 'paused' | 'active'; readonly reason: string }): Promise<void> {
  const projects = await sql<{ id: number }>`select id from project where id in (select project_id from rater_standing where rater_id = ${raterId})
    order by id for no key update`.execute(tx);
  const fact = JSON.stringify({ kind: 'decision', ...decision });
  await tx.insertInto('rater_fact').values({ id: `decision:${id}`, rater_id: raterId, project_id: null, annotation_id: null, at: sql<Date>`clock_timestamp()`, fact }).execute();
  for (const project of projects.rows) await settleStanding(tx, { raterId, projectId: project.id }, await readPolicyOf(tx, project.id));
}

/** Makes a policy the project's, and derives the standing of all its raters by it. Returns how many there are. */
export async function choosePolicy(db: Db, projectId: number, policy: RaterPolicy): Promise<number> {
  return db.transaction().execute(async (tx) => {
    await tx.updateTable('project').set({ rater_policy: JSON.stringify(policy) }).where('id', '=', projectId).execute();
    const raters = await tx.selectFrom('rater_fact').select('rater_id').distinct().where('project_id', '=', projectId).orderBy('rater_id').execute();
    for (const rater of raters) await settleStanding(tx, { raterId: rater.rater_id, projectId }, policy);
    return raters.length;
  });
}
