import { describeOrphan, findOrphans, readControls, type LabelControl, type Orphan } from '../core/label-studio/label-controls.js';
import type { ProjectSummaryWire } from '../core/label-studio/wire.js';

/** What another label config would change in a project. */
export interface LabelConfigChange {
  /** The two texts are the same. */
  readonly same: boolean;
  /** Names of controls, in the order of their config. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Controls in both, with another type, object tag or set of choices. */
  readonly changed: readonly string[];
  /** Stored results that would have no place; while there are any, `project create` refuses. */
  readonly orphans: readonly Orphan[];
}

/** Compares the label config that a project has (empty text: none) with a planned one, and both with what is stored. */
export function compareLabelConfig(installed: string, planned: string, summary: ProjectSummaryWire): LabelConfigChange {
  const before = new Map(readControls(installed).map((control) => [control.name, control]));
  const after = new Map(readControls(planned).map((control) => [control.name, control]));
  return {
    same: installed === planned,
    added: [...after.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed: [...after.values()].filter((control) => differs(before.get(control.name), control)).map(({ name }) => name),
    orphans: findOrphans(summary, [...after.values()]),
  };
}

function differs(before: LabelControl | undefined, after: LabelControl): boolean {
  const essence = ({ type, toName, choices }: LabelControl) => JSON.stringify([type, toName, choices.toSorted()]);
  return before !== undefined && essence(before) !== essence(after);
}

/** The change in words, a line each, for a terminal. */
export function renderLabelConfigChange(change: LabelConfigChange & { project: number; rubric: string }): string {
  const lines = [
    change.same ? `Project ${change.project} has the label config of the rubric "${change.rubric}".` : `Project ${change.project} with the label config of the rubric "${change.rubric}":`,
    ...change.added.map((name) => `  + ${name}`),
    ...change.removed.map((name) => `  - ${name}`),
    ...change.changed.map((name) => `  ~ ${name}`),
  ];
  if (!change.same && change.added.length + change.removed.length + change.changed.length === 0) lines.push('  the same controls; only texts and layout differ');
  if (change.orphans.length === 0) lines.push('No stored annotation would lose anything.');
  else lines.push('Would be lost, so that it is not installed here:', ...change.orphans.map((orphan) => `  ! ${describeOrphan(orphan)}`));
  return `${lines.join('\n')}\n`;
}
