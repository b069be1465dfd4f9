import { sql } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import type { LabelledVote } from '../../core/domain/vote.js';

type Ratings = Readonly<Record<string, { a?: number | undefined; b?: number | undefined }>>;

/**
 * The counted votes on a project's ordinary pairs, with batch and domain: the verdicts, and for each rubric dimension the ratings of both
 * responses (the item is then the pair and the side). Of a rater's votes on one pair the earliest is the vote, later ones are repeats.
 */
export async function readLabelledVotes(db: Db, projectId: number): Promise<LabelledVote[]> {
  const rows = await db
    .selectFrom('vote')
    .innerJoin('batch_item', 'batch_item.id', 'vote.batch_item_id')
    .innerJoin('pair', 'pair.id', 'vote.pair_id')
    .select(['vote.pair_id as item', 'vote.rater_id as rater', 'vote.verdict', 'vote.likert', 'batch_item.batch_id as batch', 'pair.domain'])
    .select(sql<number>`row_number() over (partition by vote.pair_id, vote.rater_id order by vote.submitted_at, vote.annotation_id) - 1`.as('repeat'))
    .where('vote.project_id', '=', projectId)
    .where('vote.state', '=', 'cast')
    .where('vote.counted', '=', true)
    .where('batch_item.kind', '=', 'pair')
    .orderBy('vote.annotation_id')
    .execute();
  return rows.flatMap(({ item, rater, verdict, likert, batch, domain, repeat }): LabelledVote[] => {
    const labels = { rater, batch: String(batch), domain, ...(repeat === 0 ? {} : { repeat }) };
    return [{ item, value: verdict!, ...labels }, ...ratingsOf(likert ?? {}).map(({ dimension, side, value }) => ({ item: `${item} ${side}`, value, dimension, ...labels }))];
  });
}

function ratingsOf(likert: Ratings): { dimension: string; side: 'a' | 'b'; value: number }[] {
  return Object.entries(likert).flatMap(([dimension, levels]) =>
    (['a', 'b'] as const).flatMap((side) => {
      const value = levels[side];
      return value === undefined ? [] : [{ dimension, side, value }];
    }),
  );
}
