import type { Db } from '../../core/database/connect.js';
import { mirrorVerdict, type Verdict } from '../../core/domain/verdict.js';

/** One cast vote of a replay as the database holds it, its verdict in the file's sides. */
export interface StoredVote {
  readonly pairId: string;
  /** Name in the file; undefined for somebody who is not in it. */
  readonly rater: string | undefined;
  readonly verdict: Verdict;
  readonly counted: boolean;
  readonly notCountedReason: string | null;
}

/** Every cast vote of a project, mapped back from canonical sides. `raters` gives the file's name by Label Studio user. */
export async function readStoredVotes(db: Db, projectId: number, raters: ReadonlyMap<number, string>): Promise<StoredVote[]> {
  const rows = await db
    .selectFrom('vote')
    .innerJoin('pair', 'pair.id', 'vote.pair_id')
    .innerJoin('rater', 'rater.id', 'vote.rater_id')
    .select(['vote.pair_id', 'vote.verdict', 'vote.counted', 'vote.not_counted_reason', 'pair.sides_swapped', 'rater.label_studio_user_id'])
    .where('vote.project_id', '=', projectId)
    .where('vote.state', '=', 'cast')
    .orderBy('vote.annotation_id')
    .execute();
  return rows.map((row) => ({
    pairId: row.pair_id,
    rater: raters.get(row.label_studio_user_id),
    verdict: inFileSides(row.verdict!, row.sides_swapped),
    counted: row.counted,
    notCountedReason: row.not_counted_reason,
  }));
}

/** The accepted verdict of each pair of a project, in the file's sides. */
export async function readAcceptedVerdicts(db: Db, projectId: number): Promise<Map<string, Verdict>> {
  const rows = await db
    .selectFrom('accepted_pair')
    .innerJoin('pair', 'pair.id', 'accepted_pair.pair_id')
    .select(['accepted_pair.pair_id', 'accepted_pair.verdict', 'pair.sides_swapped'])
    .where('accepted_pair.project_id', '=', projectId)
    .execute();
  return new Map(rows.map((row) => [row.pair_id, inFileSides(row.verdict, row.sides_swapped)]));
}

function inFileSides(canonical: Verdict, sidesSwapped: boolean): Verdict {
  return sidesSwapped ? mirrorVerdict(canonical) : canonical;
}
