import { structuredPatch } from 'diff';
import { hasCode } from '../../../core/domain/prompt-context.js';
import type { TaskData } from '../../../core/label-studio/task-data.js';
import type { Block } from './blocks.js';
import { readText } from './text-document.js';

/** One line of a unified diff; `number` counts in the left program for `removed`, else in the right one. */
export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added' | 'gap';
  readonly text: string;
  readonly left: number | null;
  readonly right: number | null;
}

/** Lines shown around each change. */
const CONTEXT_LINES = 3;
/** A comparison that takes longer than this is given up: programs without anything in common cost the most. */
const TIMEOUT_MS = 400;

/** Whether both responses hold a block of code, so that there are two programs to compare. */
export function hasPrograms(task: Pick<TaskData, 'response_a' | 'response_b'>): boolean {
  return hasCode(task.response_a) && hasCode(task.response_b);
}

/**
 * The code of a response as one program: its blocks one after another, which is also how its lines are
 * numbered in the response and in its findings. Empty without code.
 */
export function programOf(source: string): string {
  return codeOf(readText(source).readAll()).join('\n');
}

/**
 * The unified diff of two programs, left to right. Undefined when they are too different to be compared in
 * reasonable time; empty when they are the same. Lines are numbered from 1.
 */
export function unifiedDiff(left: string, right: string): DiffLine[] | undefined {
  const patch = structuredPatch('a', 'b', `${left}\n`, `${right}\n`, undefined, undefined, { context: CONTEXT_LINES, timeout: TIMEOUT_MS });
  if (patch === undefined) return undefined;
  const lines: DiffLine[] = [];
  for (const hunk of patch.hunks) {
    if (lines.length > 0 || hunk.oldStart > 1) lines.push({ kind: 'gap', text: '', left: null, right: null });
    lines.push(...hunkLines(hunk));
  }
  return lines;
}

function hunkLines(hunk: { readonly oldStart: number; readonly newStart: number; readonly lines: readonly string[] }): DiffLine[] {
  let [left, right] = [hunk.oldStart, hunk.newStart];
  return hunk.lines.flatMap((line): DiffLine[] => {
    const text = line.slice(1);
    if (line.startsWith('-')) return [{ kind: 'removed', text, left: left++, right: null }];
    if (line.startsWith('+')) return [{ kind: 'added', text, left: null, right: right++ }];
    return line.startsWith(' ') ? [{ kind: 'same', text, left: left++, right: right++ }] : [];
  });
}

function codeOf(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block): string[] => {
    if (block.type === 'codeBlock') return [block.text];
    if (block.type === 'list') return block.items.flatMap((item) => codeOf(item.blocks));
    return block.type === 'quote' ? codeOf(block.children) : [];
  });
}
