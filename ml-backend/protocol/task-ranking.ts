import { sql } from 'kysely';
import type { Db } from '../../core/database/connect.js';
import { rankingScore } from '../../core/domain/ranking.js';

/**
 * The ranking score of each task, in the order asked: its place in its batch, after all items of the
 * project's earlier batches; gold items and pairs alike, so that the score tells nothing else. A task that
 * is in no batch of the project comes after every one that is.
 */
export async function scoreTasks(db: Db, labelStudioProjectId: number, taskIds: readonly number[]): Promise<number[]> {
  const { rows } = await sql<{ task_id: number; before: number; position: number }>`
    select item.task_id, item.position, (
      select count(*) from batch_item as earlier join batch as earlier_batch on earlier_batch.id = earlier.batch_id
      where earlier_batch.project_id = batch.project_id and earlier_batch.id < batch.id
    ) as before
    from batch_item as item join batch on batch.id = item.batch_id join project on project.id = batch.project_id
    where project.label_studio_id = ${labelStudioProjectId} and item.task_id = any(${taskIds}::int[])`.execute(db);
  const scores = new Map(rows.map((row) => [row.task_id, rankingScore(row.before, row.position)]));
  const last = await countItems(db, labelStudioProjectId);
  return taskIds.map((id) => scores.get(id) ?? last);
}

async function countItems(db: Db, labelStudioProjectId: number): Promise<number> {
  const { count } = await db
    .selectFrom('batch_item')
    .innerJoin('batch', 'batch.id', 'batch_item.batch_id')
    .innerJoin('project', 'project.id', 'batch.project_id')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('project.label_studio_id', '=', labelStudioProjectId)
    .executeTakeFirstOrThrow();
  return count;
}
