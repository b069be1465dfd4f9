import type { CodeChecks } from '../../../core/domain/pair.js';
import type { TaskData } from '../../../core/label-studio/task-data.js';

/** How many findings with a line the two responses have together: the ones that can be stepped through. */
export function countFindings(task: Pick<TaskData, 'checks_a' | 'checks_b'>): number {
  return located(task.checks_a) + located(task.checks_b);
}

/** How many findings of one side name a line. */
function located(checks: CodeChecks | null): number {
  return checks?.findings.filter(({ line }) => line !== undefined).length ?? 0;
}
