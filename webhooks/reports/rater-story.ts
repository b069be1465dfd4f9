import { sql } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import type { Verdict } from '../../core/domain/verdict.js';
import { PairloopError } from '../../core/errors.js';
import type { RaterState } from '../quality/rater-policy/standing.js';

/** Where a rater stands in one project. */
interface ProjectStanding {
  readonly project: string;
  readonly state: RaterState;
  readonly reason: string | null;
  readonly goldShare: number;
  /** Ordinary votes submitted since the last passed gold item. */
  readonly votesSincePassedGold: number;
}

/** A gold item that the rater saw. `passed` is null while the answer does not count, or the item is suspended. */
interface GoldSeen {
  readonly at: Date;
  readonly project: string;
  readonly pair: string;
  readonly verdict: Verdict | null;
  readonly accepted: readonly Verdict[];
  readonly passed: boolean | null;
  readonly annotation: number;
}

interface StateChange {
  readonly at: Date;
  /** Null: in every project. */
  readonly project: string | null;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly decidedBy: string;
  /** The fact that brought it about; null for a person's decision. */
  readonly fact: string | null;
}

/** A fact besides gold: too fast, κ, attention, a decision, calibration. */
interface OtherFact {
  readonly at: Date;
  readonly project: string | null;
  readonly annotation: number | null;
  readonly fact: unknown;
}

export interface RaterStory {
  readonly rater: string;
  readonly standings: readonly ProjectStanding[];
  readonly gold: readonly GoldSeen[];
  readonly otherFacts: readonly OtherFact[];
  readonly changes: readonly StateChange[];
}

/**
 * What an auditor asks of one rater: standings, which gold items they saw and when, what they answered, whether they passed, and what
 * followed. Each list is in the order of time.
 *
 * @throws PairloopError (usage) when the user has not labelled yet.
 */
export async function readRaterStory(db: Db, labelStudioUserId: number): Promise<RaterStory> {
  const rater = await db.selectFrom('rater').select('id').where('label_studio_user_id', '=', labelStudioUserId).executeTakeFirst();
  if (rater === undefined) throw new PairloopError(`Label Studio's user ${labelStudioUserId} has not been given a task yet; pairloop rater list shows who has.`, 'usage');
  const standings = await sql<ProjectStanding>`select p.title as project, s.state, s.reason, s.gold_share as "goldShare", (
      select count(*) from vote v join batch_item i on i.id = v.batch_item_id
      where v.rater_id = s.rater_id and v.project_id = s.project_id and i.kind = 'pair' and v.state = 'cast' and v.counted and v.submitted_at > coalesce((
        select max(f.at) from rater_fact f where f.rater_id = s.rater_id and f.project_id = s.project_id and f.fact @> '{"kind": "gold", "passed": true}'), '-infinity')
    ) as "votesSincePassedGold"
    from rater_standing s join project p on p.id = s.project_id where s.rater_id = ${rater.id} order by p.id`.execute(db);
  const gold = await sql<GoldSeen>`select v.submitted_at as at, p.title as project, v.pair_id as pair, v.verdict, g.accepted_verdicts as accepted, c.passed, v.annotation_id as annotation
    from vote v join project p on p.id = v.project_id join batch_item i on i.id = v.batch_item_id join gold_item g on g.pair_id = v.pair_id
    left join gold_check c on c.annotation_id = v.annotation_id
    where v.rater_id = ${rater.id} and i.kind = 'gold' order by v.submitted_at, v.annotation_id`.execute(db);
  const otherFacts = await sql<OtherFact>`select f.at, p.title as project, f.annotation_id as annotation, f.fact
    from rater_fact f left join project p on p.id = f.project_id
    where f.rater_id = ${rater.id} and f.fact ->> 'kind' <> 'gold' order by f.at, f.id`.execute(db);
  const changes = await sql<StateChange>`select c.changed_at as at, p.title as project, c.from_state as from, c.to_state as to, c.reason, c.decided_by as "decidedBy", c.fact_id as fact
    from rater_state_change c left join project p on p.id = c.project_id where c.rater_id = ${rater.id} order by c.id`.execute(db);
  return { rater: rater.id, standings: standings.rows, gold: gold.rows, otherFacts: otherFacts.rows, changes: changes.rows };
}
