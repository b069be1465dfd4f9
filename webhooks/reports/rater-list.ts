import { sql } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import type { RaterState } from '../quality/rater-policy/standing.js';

/** One rater's work so far, by pseudonym and Label Studio user. */
export interface RaterRow {
  readonly rater: string;
  readonly labelStudioUserId: number;
  /** A person's pause; else the strictest that the policy of any project says. */
  readonly state: RaterState;
  readonly reason: string | null;
  readonly votes: number;
  readonly skipped: number;
  readonly goldPassed: number;
  readonly goldFailed: number;
}

/** All raters, in the order in which they were first seen. */
export async function listRaters(db: Db): Promise<RaterRow[]> {
  const { rows } = await sql<RaterRow>`select r.id as rater, r.label_studio_user_id as "labelStudioUserId",
      case when r.state = 'paused' then 'paused' else coalesce(s.state, 'active') end as state,
      case when r.state = 'paused' then r.state_reason else s.reason end as reason,
      count(v.*) filter (where v.state = 'cast' and v.counted) as votes, count(v.*) filter (where v.state = 'skipped') as skipped,
      count(g.*) filter (where g.passed) as "goldPassed", count(g.*) filter (where not g.passed) as "goldFailed"
    from rater r left join lateral (
      select state, reason from rater_standing where rater_id = r.id
      order by array_position(array['active', 'training', 'warned', 'retraining', 'paused'], state) desc, project_id limit 1
    ) s on true left join vote v on v.rater_id = r.id left join gold_check g on g.annotation_id = v.annotation_id
    group by r.id, s.state, s.reason order by r.created_at, r.label_studio_user_id`.execute(db);
  return rows;
}
