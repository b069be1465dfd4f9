import type { Db } from '../../core/database/connect.js';
import type { Secrets } from '../../core/database/secrets.js';
import { messageOf } from '../../core/errors.js';
import { presentationOrder } from '../../core/domain/presentation-order.js';
import type { Guideline, Rubric } from '../../core/domain/rubric.js';
import type { DisplayedOrder } from '../../core/domain/verdict.js';
import { loadGuideline } from '../../label-configs/guideline-file.js';
import { loadRubric } from '../../label-configs/rubric-file.js';
import { Refusal } from './refusal.js';

/** How one annotator is shown one task. Nothing here tells a check from any other pair. */
export type Presentation =
  | { readonly managed: false }
  | {
      readonly managed: true;
      readonly displayed: DisplayedOrder;
      readonly rubric: Rubric;
      readonly guideline: Pick<Guideline, 'version' | 'sha256' | 'markdown'> & { readonly changed_from: string | null; readonly acknowledged_at: string | null };
      readonly label_config_hash: string;
      readonly progress: { readonly done_today: number; readonly batch_done: number; readonly batch_size: number } | null;
    };

/**
 * Reads how a task is presented to an annotator: the secret order of its sides, the project's rubric and
 * guideline. `{managed: false}` for a task that is not Pairloop's.
 *
 * @throws Refusal (503) when the database cannot be reached.
 */
export async function readPresentation(db: Db, secrets: Secrets, taskId: number, userId: number): Promise<Presentation> {
  const row = await db
    .selectFrom('batch_item')
    .innerJoin('batch', 'batch.id', 'batch_item.batch_id')
    .innerJoin('project', 'project.id', 'batch.project_id')
    .innerJoin('pair', 'pair.id', 'batch_item.pair_id')
    .select(['pair.opaque_id', 'project.rubric', 'project.label_config_hash'])
    .where('batch_item.task_id', '=', taskId)
    .executeTakeFirst()
    .catch((error: unknown) => {
      throw new Refusal(503, `Pairloop's database does not answer (${messageOf(error)}); reload in a moment.`, { retryAfterS: 5, cause: error });
    });
  if (row === undefined) return { managed: false };
  const rubric = loadRubric(row.rubric);
  const { version, sha256, markdown } = loadGuideline(rubric.guideline);
  return {
    managed: true,
    displayed: presentationOrder(secrets.presentation, String(userId), row.opaque_id),
    rubric,
    guideline: { version, sha256, markdown, changed_from: null, acknowledged_at: null },
    label_config_hash: row.label_config_hash,
    progress: null,
  };
}
