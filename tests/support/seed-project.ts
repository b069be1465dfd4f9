import { randomUUID } from 'node:crypto';
import type { Db } from '../../core/database/connect.js';

export interface SeededItem {
  readonly taskId: number;
  readonly pairId: string;
  readonly opaqueId: string;
}

/** A shipped batch of short general pairs, one for each task id, in a project of its own. */
export async function seedProject(db: Db, labelStudioProjectId: number, taskIds: readonly number[]): Promise<SeededItem[]> {
  const project = await db
    .insertInto('project')
    .values({
      label_studio_id: labelStudioProjectId,
      title: `Project ${labelStudioProjectId}`,
      rubric: 'assistant',
      guideline_version: '1',
      guideline_sha256: '0'.repeat(64),
      label_config_hash: 'f'.repeat(64),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const { id: importId } = await db
    .insertInto('pair_import')
    .values({ file_name: 'seed.jsonl', content_sha256: randomUUID(), pair_count: taskIds.length })
    .returning('id')
    .executeTakeFirstOrThrow();
  const { id: batchId } = await db.insertInto('batch').values({ project_id: project.id }).returning('id').executeTakeFirstOrThrow();
  const items: SeededItem[] = [];
  for (const [position, taskId] of taskIds.entries()) {
    const item = { taskId, pairId: `seed-${labelStudioProjectId}-${taskId}`, opaqueId: randomUUID() };
    await db.insertInto('pair').values(pairRow(item, importId)).execute();
    await db.insertInto('batch_item').values({ batch_id: batchId, pair_id: item.pairId, kind: 'pair', position, task_id: taskId }).execute();
    items.push(item);
  }
  return items;
}

function pairRow({ pairId, opaqueId }: SeededItem, importId: number) {
  return {
    id: pairId,
    opaque_id: opaqueId,
    import_id: importId,
    purpose: 'pool' as const,
    domain: 'general',
    prompt: 'What is the capital of France?',
    response_a: 'Paris.',
    response_b: 'Lyon.',
    sides_swapped: false,
    safety_flags: '[]',
    consent: JSON.stringify({ basis: 'synthetic' }),
    redaction_version: 'test',
    content_sha256: '0'.repeat(64),
  };
}

/** Pauses an annotator, or makes them known as active. */
export async function seedRater(db: Db, labelStudioUserId: number, state: 'active' | 'paused', reason: string | null): Promise<void> {
  await db
    .insertInto('rater')
    .values({ id: randomUUID(), label_studio_user_id: labelStudioUserId, state, state_reason: reason })
    .onConflict((conflict) => conflict.column('label_studio_user_id').doUpdateSet({ state, state_reason: reason }))
    .execute();
}
