import type { Db } from '../../core/database/connect.js';
import { rubricSchema, type Guideline, type Rubric } from '../../core/domain/rubric.js';
import { PairloopError } from '../../core/errors.js';
import { loadGuideline } from '../../label-configs/guideline-file.js';
import { loadRubric } from '../../label-configs/rubric-file.js';

/** One of Pairloop's tasks, and what its pair is judged by: rubric and guideline as they were installed. */
export interface InstalledProject {
  readonly projectId: number;
  readonly batchId: number;
  readonly pairId: string;
  readonly opaqueId: string;
  readonly rubric: Rubric;
  readonly guideline: Guideline;
  readonly labelConfigHash: string;
}

/**
 * Reads what a task's pair is judged by, in one query by unique keys. Projects made before rubric and
 * guideline were stored have those of the files instead.
 *
 * @returns undefined for a task that is not Pairloop's.
 * @throws PairloopError when the stored rubric is none to this version, or a file is missing.
 */
export async function findInstalledProject(db: Db, taskId: number): Promise<InstalledProject | undefined> {
  const row = await db
    .selectFrom('batch_item')
    .innerJoin('batch', 'batch.id', 'batch_item.batch_id')
    .innerJoin('project', 'project.id', 'batch.project_id')
    .innerJoin('pair', 'pair.id', 'batch_item.pair_id')
    .leftJoin('guideline', 'guideline.sha256', 'project.guideline_sha256')
    .select(['batch_item.batch_id', 'batch_item.pair_id', 'pair.opaque_id', 'batch.project_id', 'project.label_config_hash'])
    .select(['project.rubric', 'project.rubric_definition', 'guideline.sha256', 'guideline.name', 'guideline.version', 'guideline.markdown'])
    .where('batch_item.task_id', '=', taskId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const rubric = row.rubric_definition === null ? loadRubric(row.rubric) : readDefinition(row.project_id, row.rubric_definition);
  const { sha256, name, version, markdown } = row;
  const isStored = sha256 !== null && name !== null && version !== null && markdown !== null;
  return {
    projectId: row.project_id,
    batchId: row.batch_id,
    pairId: row.pair_id,
    opaqueId: row.opaque_id,
    rubric,
    guideline: isStored ? { sha256, name, version, markdown } : loadGuideline(rubric.guideline),
    labelConfigHash: row.label_config_hash,
  };
}

function readDefinition(projectId: number, definition: unknown): Rubric {
  const parsed = rubricSchema.safeParse(definition);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new PairloopError(
    `The rubric stored for project ${projectId} cannot be read by this version (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}); install the project's rubric again.`,
  );
}
