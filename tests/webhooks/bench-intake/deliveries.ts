import { readFileSync } from 'node:fs';
import { packagePath } from '../../../core/package-root.js';
import { uuidOf } from '../annotation-wire.js';

/** Label Studio's id of the project that the benchmark's deliveries are of. */
export const PROJECT = 7;
const TASKS = 2_000;
const FIRST_TASK = 1_000;
/** A pair as production has it: a question and two answers of some 2 KB each. */
const PROMPT = 'How do I keep my password safe? '.repeat(16);
const ANSWER = 'Use a password manager, and a second factor wherever there is one. '.repeat(32);

export const taskIds: readonly number[] = Array.from({ length: TASKS }, (_, index) => FIRST_TASK + index);

/**
 * Makes delivery bodies as Label Studio 1.23.2 posts them: the recorded `ANNOTATION_CREATED` with a pair of ordinary length.
 * The n-th (from 0) is annotation n + 1; no two are of one task and annotator, so that each becomes a vote that counts.
 */
export function createBodies(): (n: number) => string {
  const recording = packagePath('tests', 'contract', 'label-studio-1.23.2', 'annotation-created.json');
  const [recorded] = JSON.parse(readFileSync(recording, 'utf8')) as [Record<'annotation' | 'project' | 'task', Record<string, unknown>>];
  Object.assign(recorded.annotation, { id: '@ID@', task: '@TASK@', completed_by: '@USER@', unique_id: '@UUID@', project: PROJECT });
  Object.assign(recorded.project, { id: PROJECT });
  Object.assign(recorded.task, { id: '@TASK@', project: PROJECT, data: { prompt_text: PROMPT, response_a: ANSWER, response_b: ANSWER } });
  // Every second piece is a place to fill.
  const pieces = JSON.stringify(recorded).split(/"@(ID|TASK|USER|UUID)@"/);
  return (n) => {
    const values: Record<string, string> = {
      ID: String(n + 1),
      TASK: String(FIRST_TASK + (n % TASKS)),
      USER: String(1 + Math.floor(n / TASKS)),
      UUID: `"${uuidOf(n + 1)}"`,
    };
    return pieces.map((piece, index) => (index % 2 === 0 ? piece : values[piece]!)).join('');
  };
}
