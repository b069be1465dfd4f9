import type { LabelStudioClient } from './client.js';
import { describeOrphan, findOrphans, keyOf, readControls, readDataFields, type LabelControl, type Orphan } from './label-controls.js';
import { countStoredResults, noResults } from './stored-results.js';
import type { ProjectSummaryWire, ProjectWire } from './wire.js';

/** So many tasks are read to count what would be lost, half a minute of Label Studio's; beyond, the counts are lower bounds. */
const COUNTED_TASKS_MAX = 1_000;

/** What another label config would change in a project. */
export interface LabelConfigChange {
  /** The two texts are the same. */
  readonly same: boolean;
  /** Names of controls, in the order of their config. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Controls in both, with another type, object tag or set of choices. */
  readonly changed: readonly string[];
  /** Stored results that would have no place. */
  readonly orphans: readonly Orphan[];
  /** There are more, because not all tasks were counted. */
  readonly atLeast: boolean;
  /** Fields that the label config shows and that tasks of the project lack, with how many tasks. */
  readonly lacking: readonly { readonly field: string; readonly tasks: number }[];
  /** How many tasks the project has. */
  readonly tasks: number;
}

/** Compares the label config that a project has (empty text: none) with a planned one. */
export function compareLabelConfig(installed: string, planned: string): Pick<LabelConfigChange, 'same' | 'added' | 'removed' | 'changed'> {
  const before = new Map(readControls(installed).map((control) => [control.name, control]));
  const after = new Map(readControls(planned).map((control) => [control.name, control]));
  return {
    same: installed === planned,
    added: [...after.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed: [...after.values()].filter((control) => differs(before.get(control.name), control)).map(({ name }) => name),
  };
}

function differs(before: LabelControl | undefined, after: LabelControl): boolean {
  const essence = ({ type, toName, choices }: LabelControl) => JSON.stringify([type, toName, choices.toSorted()]);
  return before !== undefined && essence(before) !== essence(after);
}

/**
 * Compares a project's label config with a planned one, and the planned one with what the project holds. Tasks are read
 * only where a control or a choice that annotations may use would go; `onProgress` then takes the tasks counted so far.
 */
export async function readLabelConfigChange(
  labelStudio: LabelStudioClient,
  project: Pick<ProjectWire, 'id' | 'label_config' | 'task_number'>,
  planned: string,
  onProgress: (tasks: number) => void = () => {},
): Promise<LabelConfigChange> {
  const installed = project.label_config ?? '';
  const compared = { ...compareLabelConfig(installed, planned), tasks: project.task_number ?? 0 };
  if (compared.same) return { ...compared, orphans: [], atLeast: false, lacking: [] };
  const summary = await labelStudio.projectSummary(project.id);
  const suspects = [...goneFrom(readControls(installed), readControls(planned)), ...findOrphans(summary, readControls(planned))];
  const lost = await readOrphans({ labelStudio, projectId: project.id, summary, planned, onProgress }, suspects);
  return { ...compared, ...lost, lacking: compared.tasks === 0 ? [] : await readLacking(labelStudio, project.id, planned) };
}

/** A control, or one of its choices, that annotations may use. */
type Suspect = Pick<Orphan, 'control' | 'choice'>;

function goneFrom(before: readonly LabelControl[], after: readonly LabelControl[]): Suspect[] {
  const kept = new Map(after.map((control) => [keyOf(control), control.choices]));
  return before.flatMap((control): Suspect[] => {
    const choices = kept.get(keyOf(control));
    if (choices === undefined) return [{ control: control.name, choice: null }];
    return control.choices.filter((choice) => !choices.includes(choice)).map((choice) => ({ control: control.name, choice }));
  });
}

interface OrphanSearch {
  readonly labelStudio: LabelStudioClient;
  readonly projectId: number;
  readonly summary: ProjectSummaryWire;
  readonly planned: string;
  readonly onProgress: (tasks: number) => void;
}

/** Drafts are as the summary has them; annotations are looked for among the tasks that may use a suspect. */
async function readOrphans(search: OrphanSearch, suspects: readonly Suspect[]): Promise<Pick<LabelConfigChange, 'orphans' | 'atLeast'>> {
  const { labelStudio, projectId, summary, planned, onProgress } = search;
  const after = readControls(planned);
  const orphansIn = (counts: ReturnType<typeof noResults>): Orphan[] =>
    findOrphans({ ...summary, ...counts }, after).filter((orphan) => suspects.some(({ control, choice }) => control === orphan.control && (choice ?? orphan.choice) === orphan.choice));
  let orphans = orphansIn(noResults());
  const used = await usedSuspects(search, suspects);
  if (used.length === 0) return { orphans, atLeast: false };
  const words = used.every(({ control }) => isPlain(control)) ? [...new Set(used.map(({ control }) => control))] : undefined;
  for await (const { tasks, counts } of countStoredResults(labelStudio, projectId, words)) {
    onProgress(tasks);
    orphans = orphansIn(counts);
    if (tasks >= COUNTED_TASKS_MAX && orphans.length > 0) return { orphans, atLeast: true };
  }
  return { orphans, atLeast: false };
}

/** The suspects that some task's annotations may use; a name that cannot be looked for may be used. */
async function usedSuspects({ labelStudio, projectId }: OrphanSearch, suspects: readonly Suspect[]): Promise<Suspect[]> {
  const used: Suspect[] = [];
  for (const suspect of suspects) {
    const words = [suspect.control, ...(suspect.choice === null ? [] : [suspect.choice])].filter(isPlain);
    if (words.length === 0 || (await labelStudio.countTasksHolding(projectId, words)) > 0) used.push(suspect);
  }
  return used;
}

/** Whether a name stands in JSON as it is, whatever wrote the JSON. */
function isPlain(name: string): boolean {
  return /^[\w .,:-]+$/.test(name);
}

async function readLacking(labelStudio: LabelStudioClient, projectId: number, planned: string): Promise<LabelConfigChange['lacking']> {
  const found: { field: string; tasks: number }[] = [];
  for (const field of readDataFields(planned)) {
    const tasks = await labelStudio.tasksLacking(projectId, field);
    if (tasks > 0) found.push({ field, tasks });
  }
  return found;
}

/** Why a label config cannot be installed, a sentence each; empty when nothing speaks against it. */
export function refusalsOf({ orphans, atLeast, lacking, tasks }: LabelConfigChange): string[] {
  return [
    ...(orphans.length === 0 ? [] : [`it has no place for what is stored there, and would lose ${atLeast ? 'at least ' : ''}${orphans.map(describeOrphan).join(', ')}`]),
    ...(lacking.length === 0 ? [] : [`it has nothing to show in tasks without ${lacking.map((one) => `${one.field} (${one.tasks} of ${tasks})`).join(', ')}`]),
  ];
}
