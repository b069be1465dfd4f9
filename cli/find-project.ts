import type { Db } from '../core/database/connect.js';
import { PairloopError } from '../core/errors.js';

export interface FoundProject {
  readonly id: number;
  readonly labelStudioId: number;
  readonly title: string;
}

/**
 * The project a command means: the one with that number in Label Studio or that title, or the only one.
 *
 * @throws PairloopError (usage) naming the projects there are.
 */
export async function findProject(db: Db, given: string | undefined): Promise<FoundProject> {
  const projects = await db.selectFrom('project').select(['id', 'label_studio_id as labelStudioId', 'title']).orderBy('id').execute();
  const names = projects.map((project) => `${project.labelStudioId} (${project.title})`).join(', ');
  if (projects.length === 0) throw new PairloopError('There is no project yet; make one with pairloop project create.', 'usage');
  if (given === undefined && projects.length > 1) throw new PairloopError(`There are several projects; name one with --project: ${names}.`, 'usage');
  const project = given === undefined ? projects[0] : projects.find((one) => String(one.labelStudioId) === given || one.title === given);
  if (project === undefined) throw new PairloopError(`There is no project ${given}; there are ${names}.`, 'usage');
  return project;
}
