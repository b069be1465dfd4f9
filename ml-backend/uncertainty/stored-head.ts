import { sql } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import type { Matrix } from '../numerics/matrix.js';
import { scoresOf } from './reward-head.js';
import { HEAD_VERSION, type TrainedHead } from './train.js';
import type { HeadAge } from './head-staleness.js';

/** A reward head as stored: whose, how old, and all that its scores need. */
export interface StoredHead extends HeadAge {
  readonly id: number;
  readonly projectId: number;
  readonly version: string;
  readonly embedder: string;
  readonly acceptedSeen: number;
  readonly weights: Float64Array;
  readonly temperature: number;
}

/** Stores a head that was learned from the project's accepted pairs as they were at `trainedAt`; its id. */
export async function storeHead(db: Db, { head, temperature, votes, prompts, heldOut }: TrainedHead, of: Pick<StoredHead, 'projectId' | 'embedder' | 'trainedAt'>): Promise<number> {
  const weights = Buffer.alloc(head.weights.length * 8);
  for (const [at, weight] of head.weights.entries()) weights.writeDoubleLE(weight, at * 8);
  const row = await db
    .insertInto('reward_head')
    .values({
      project_id: of.projectId,
      version: HEAD_VERSION,
      embedder: of.embedder,
      trained_at: of.trainedAt,
      accepted_seen: votes,
      prompts,
      inverse_regularisation: head.inverseRegularisation,
      temperature,
      weights,
      held_out: heldOut === undefined ? null : JSON.stringify(heldOut),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** The project's newest head; undefined when it has none (cold start). */
export async function readNewestHead(db: Db, projectId: number): Promise<StoredHead | undefined> {
  const row = await db
    .selectFrom('reward_head')
    .selectAll()
    .select(sql<number>`(select count(*) from accepted_pair where accepted_pair.project_id = reward_head.project_id and accepted_at > trained_at)`.as('acceptedSince'))
    .where('project_id', '=', projectId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { id, version, embedder, temperature, acceptedSince, weights } = row;
  return {
    id,
    projectId,
    version,
    embedder,
    temperature,
    acceptedSince,
    trainedAt: row.trained_at,
    acceptedSeen: row.accepted_seen,
    weights: Float64Array.from({ length: weights.length / 8 }, (_, at) => weights.readDoubleLE(at * 8)),
  };
}

/** The logit of A's chance, calibrated, for each row of differences. */
export function headScores({ weights, temperature }: StoredHead, differences: Matrix): Float64Array {
  return scoresOf(differences, weights).map((score) => score / temperature);
}
