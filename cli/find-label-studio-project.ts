import { PairloopError } from '../core/errors.js';
import { LabelStudioError, type LabelStudioClient } from '../core/label-studio/client.js';
import type { ProjectWire } from '../core/label-studio/wire.js';

const LISTED_MAX = 20;
/** Label Studio's ids are PostgreSQL integers; a greater number can only be a title. */
const ID_MAX = 2_147_483_647;

/**
 * The Label Studio project that a command means, Pairloop's or not: by its number, else by its title.
 *
 * @throws PairloopError (usage) naming the projects there are, or those that share the title.
 */
export async function findLabelStudioProject(labelStudio: LabelStudioClient, given: string): Promise<ProjectWire> {
  const byNumber = /^[1-9]\d{0,9}$/.test(given) && Number(given) <= ID_MAX ? await readProject(labelStudio, Number(given)) : undefined;
  if (byNumber !== undefined) return byNumber;
  const projects = await labelStudio.projects();
  const titled = projects.filter(({ title }) => title === given);
  if (titled[0] !== undefined && titled.length === 1) return labelStudio.project(titled[0].id);
  if (titled.length > 1) {
    throw new PairloopError(`Label Studio has ${titled.length} projects called ${JSON.stringify(given)}; name one by its number: ${titled.map(({ id }) => id).join(', ')}.`, 'usage');
  }
  const names = projects.slice(0, LISTED_MAX).map(({ id, title }) => `${id} (${title})`);
  if (projects.length > LISTED_MAX) names.push(`and ${projects.length - LISTED_MAX} more`);
  throw new PairloopError(`Label Studio has no project ${JSON.stringify(given)}; there ${names.length === 0 ? 'is none yet' : `are ${names.join(', ')}`}.`, 'usage');
}

async function readProject(labelStudio: LabelStudioClient, id: number): Promise<ProjectWire | undefined> {
  try {
    return await labelStudio.project(id);
  } catch (error) {
    if (error instanceof LabelStudioError && error.status === 404) return undefined;
    throw error;
  }
}
