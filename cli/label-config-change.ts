import type { LabelConfigChange } from '../core/label-studio/label-config-change.js';
import { describeOrphan } from '../core/label-studio/label-controls.js';

/** The change in words, a line each, for a terminal. */
export function renderLabelConfigChange(change: LabelConfigChange & { project: number; rubric: string }): string {
  const lines = [
    change.same ? `Project ${change.project} has the label config of the rubric "${change.rubric}".` : `Project ${change.project} with the label config of the rubric "${change.rubric}":`,
    ...change.added.map((name) => `  + ${name}`),
    ...change.removed.map((name) => `  - ${name}`),
    ...change.changed.map((name) => `  ~ ${name}`),
  ];
  if (!change.same && change.added.length + change.removed.length + change.changed.length === 0) lines.push('  the same controls; only texts and layout differ');
  if (change.lacking.length > 0) lines.push('Nothing to show, so that it is not installed here:', ...change.lacking.map(({ field, tasks }) => `  ! ${field} is lacking in ${tasks} of ${change.tasks} tasks`));
  if (change.orphans.length === 0) lines.push('No stored annotation would lose anything.');
  else lines.push(`Would be lost${change.atLeast ? ', at least' : ''}, so that it is not installed here:`, ...change.orphans.map((orphan) => `  ! ${describeOrphan(orphan)}`));
  return `${lines.join('\n')}\n`;
}
