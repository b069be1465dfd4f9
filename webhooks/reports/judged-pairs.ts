import { sql } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import type { JudgedPair } from '../../core/domain/judged-pair.js';

/** The counted votes on a project's ordinary pairs with the models that answered. */
export interface ProjectJudgedPairs {
  readonly pairs: readonly JudgedPair[];
  /** Votes on pairs whose models are not both known. */
  readonly withoutModels: number;
}

/** Reads them in the order in which they were cast; lengths are in characters. Nothing is changed. */
export async function readJudgedPairs(db: Db, projectId: number): Promise<ProjectJudgedPairs> {
  const rows = await db
    .selectFrom('vote')
    .innerJoin('batch_item', 'batch_item.id', 'vote.batch_item_id')
    .innerJoin('pair', 'pair.id', 'vote.pair_id')
    .select(['vote.pair_id as item', 'vote.verdict', 'vote.displayed_order as displayed'])
    .select([
      sql<string | null>`pair.generation_a ->> 'model'`.as('modelA'),
      sql<string | null>`pair.generation_b ->> 'model'`.as('modelB'),
      sql<number>`char_length(pair.response_a)`.as('lengthA'),
      sql<number>`char_length(pair.response_b)`.as('lengthB'),
    ])
    .where('vote.project_id', '=', projectId)
    .where('vote.state', '=', 'cast')
    .where('vote.counted', '=', true)
    .where('batch_item.kind', '=', 'pair')
    .orderBy('vote.annotation_id')
    .execute();
  const pairs = rows.flatMap(({ item, verdict, displayed, modelA, modelB, lengthA, lengthB }): JudgedPair[] =>
    modelA === null || modelB === null ? [] : [{ item, modelA, modelB, verdict: verdict!, displayed, lengths: [lengthA, lengthB] }],
  );
  return { pairs, withoutModels: rows.length - pairs.length };
}
