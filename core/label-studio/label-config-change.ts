import type { LabelStudioClient } from './client.js';
import { describeOrphan, findOrphans, keyOf, readControls, readDataFields, type LabelControl, type Orphan } from './label-controls.js';
import { countStoredResults } from './stored-results.js';
import type { ProjectWire } from './wire.js';

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
 * Compares a project's label config with a planned one, and the planned one with what the project holds. Its
 * annotations are read only where a control or a choice would go; `onProgress` then takes the tasks counted so far.
 */
export async function readLabelConfigChange(
  labelStudio: LabelStudioClient,
  project: Pick<ProjectWire, 'id' | 'label_config' | 'task_number'>,
  planned: string,
  onProgress: (tasks: number) => void = () => {},
): Promise<LabelConfigChange> {
  const installed = project.label_config ?? '';
  const compared = { ...compareLabelConfig(installed, planned), tasks: project.task_number ?? 0 };
  if (compared.same) return { ...compared, orphans: [], lacking: [] };
  const orphans = await readOrphans(labelStudio, project.id, { installed, planned, onProgress });
  return { ...compared, orphans, lacking: compared.tasks === 0 ? [] : await readLacking(labelStudio, project.id, planned) };
}

interface PlannedChange {
  readonly installed: string;
  readonly planned: string;
  readonly onProgress: (tasks: number) => void;
}

async function readOrphans(labelStudio: LabelStudioClient, projectId: number, { installed, planned, onProgress }: PlannedChange): Promise<Orphan[]> {
  const after = readControls(planned);
  const summary = await labelStudio.projectSummary(projectId);
  if (keepsAll(readControls(installed), after) && findOrphans(summary, after).length === 0) return [];
  return findOrphans({ ...summary, ...(await countStoredResults(labelStudio, projectId, onProgress)) }, after);
}

function keepsAll(before: readonly LabelControl[], after: readonly LabelControl[]): boolean {
  const kept = new Map(after.map((control) => [keyOf(control), control.choices]));
  return before.every((control) => control.choices.every((choice) => kept.get(keyOf(control))?.includes(choice) === true) && kept.has(keyOf(control)));
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
export function refusalsOf({ orphans, lacking, tasks }: LabelConfigChange): string[] {
  return [
    ...(orphans.length === 0 ? [] : [`it has no place for what is stored there, and would lose ${orphans.map(describeOrphan).join(', ')}`]),
    ...(lacking.length === 0 ? [] : [`it has nothing to show in tasks without ${lacking.map((one) => `${one.field} (${one.tasks} of ${tasks})`).join(', ')}`]),
  ];
}
