import type { Tx } from '../../core/database/connect.js';
import { record } from '../../core/database/ledger-record.js';
import { saltedHashes } from '../../core/database/salted-hash.js';
import type { Queue } from '../../core/queue.js';
import { sendPush } from '../datasets/push-job.js';
import { recheckGold } from './gold.js';
import { sendRerank } from './apply-ranking.js';
import { recountConsensus } from './consensus.js';
import { settleRater } from './rater-standing.js';

/** Which vote was cast, updated, withdrawn or no longer counts. Ids are Pairloop's, but for `annotationId`. */
export interface VoteChange {
  readonly projectId: number;
  readonly batchItemId: number;
  readonly pairId: string;
  readonly raterId: string;
  /** Label Studio's annotation; its row in `vote` may be gone. */
  readonly annotationId: number;
}

/**
 * Draws the consequences of a change to the table `vote`, in the transaction that made it: the gold
 * check of a gold item, what the vote tells about its rater, else the pair's consensus, its acceptance, the job that brings the accepted
 * folder up to date, and the one that ranks again what nobody has begun with. What follows depends only on the votes stored now, so a change told twice, or
 * changes told in another order, end the same. The project's row stays locked until the transaction
 * ends: changes of one project follow one another.
 */
export async function voteChanged(tx: Tx, change: VoteChange, queue: Pick<Queue, 'send'>): Promise<void> {
  const project = await tx
    .selectFrom('project')
    .select(['id', 'votes_min', 'votes_max', 'agreement_min'])
    .where('id', '=', change.projectId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  await recordVote(tx, change);
  const item = await tx.selectFrom('batch_item').select('kind').where('id', '=', change.batchItemId).executeTakeFirstOrThrow();
  if (item.kind === 'gold') await recheckGold(tx, change.annotationId);
  await settleRater(tx, change);
  if (item.kind === 'gold') return;
  const rule = { votesMin: project.votes_min, votesMax: project.votes_max, agreementMin: project.agreement_min };
  const acceptedChanged = await recountConsensus(tx, { projectId: project.id, pairId: change.pairId, rule });
  if (acceptedChanged) await sendPush(tx, queue, project.id);
  await sendRerank(tx, queue, project.id);
}

/** What the ledger tells of the vote: ids and judgement; its words as one salted hash. */
async function recordVote(tx: Tx, { annotationId, projectId, pairId, raterId }: VoteChange): Promise<void> {
  const ids = { annotation: annotationId, project: projectId, pair: pairId, rater: raterId };
  const vote = await tx.selectFrom('vote').selectAll().where('annotation_id', '=', annotationId).executeTakeFirst();
  if (vote === undefined) return record(tx, 'vote.removed', [ids]);
  const words = [vote.likert, vote.flags, vote.rationale, vote.critique, vote.policy_reference, vote.stale_source, vote.stale_date, vote.skip_reason];
  const [said] = await saltedHashes(tx, [{ pairId, text: JSON.stringify(words) }]);
  const { state, counted, verdict, strength, displayed_order: order, guideline_sha256: guideline, label_config_hash: config } = vote;
  return record(tx, 'vote.stored', [{ ...ids, state, counted, verdict, strength, order, guideline, config, submitted_at: vote.submitted_at.toISOString(), said: said! }]);
}
