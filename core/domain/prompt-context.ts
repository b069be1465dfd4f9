import { z } from 'zod';
import { countWords } from './reading-time.js';
import type { TaskData } from '../label-studio/task-data.js';
import { DIFFICULTIES, type Difficulty } from './pair.js';

/** What a rubric's rules and weights may depend on. All that is given must hold; a list holds when one of it does. */
export const conditionSchema = z
  .strictObject({
    domain: z.array(z.string().min(1)).min(1).optional(),
    difficulty: z.array(z.enum(DIFFICULTIES)).min(1).optional(),
    /** Whether the pair carries any safety flag. */
    safety: z.boolean().optional(),
    /** Whether it is about code: a response has checks or a fenced block of code. */
    code: z.boolean().optional(),
    /** So many turns of the user, both ends included. */
    turns_min: z.number().int().positive().optional(),
    turns_max: z.number().int().positive().optional(),
    /** Words of the last user turn, both ends included. */
    prompt_words_min: z.number().int().nonnegative().optional(),
    prompt_words_max: z.number().int().nonnegative().optional(),
  })
  .refine((condition) => Object.values(condition).some((value) => value !== undefined), 'is empty; name at least one condition');
export type Condition = z.infer<typeof conditionSchema>;

/** The kind of a pair's prompt, as far as a rubric may look at it. */
export interface PromptContext {
  readonly domain: string;
  readonly difficulty: Difficulty | null;
  readonly safety: boolean;
  readonly code: boolean;
  readonly turns: number;
  readonly promptWords: number;
}

const FENCE = /^ {0,3}(?:```|~~~)/m;

/** Whether Markdown holds a fenced block of code (CommonMark 4.5), told by its opening line alone; false for an empty text. */
export function hasCode(markdown: string): boolean {
  return FENCE.test(markdown);
}

type Seen = Pick<TaskData, 'domain' | 'difficulty' | 'safety' | 'prompt' | 'messages' | 'response_a' | 'response_b' | 'checks_a' | 'checks_b'>;

/** Reads the context from what an annotator may see of a pair. */
export function contextOf(task: Seen): PromptContext {
  const users = [...(task.messages ?? []).filter(({ role }) => role === 'user').map(({ content }) => content), ...(task.prompt === null ? [] : [task.prompt])];
  return {
    domain: task.domain,
    difficulty: task.difficulty,
    safety: task.safety,
    code: task.checks_a !== null || task.checks_b !== null || hasCode(task.response_a) || hasCode(task.response_b),
    turns: users.length,
    promptWords: countWords(users.at(-1) ?? ''),
  };
}

/** Whether a context meets a condition; without a condition it does. */
export function meets(context: PromptContext, condition: Condition | undefined): boolean {
  if (condition === undefined) return true;
  const { domain, difficulty, safety, code, turns_min, turns_max, prompt_words_min, prompt_words_max } = condition;
  return (
    (domain?.includes(context.domain) ?? true) &&
    (difficulty === undefined || (context.difficulty !== null && difficulty.includes(context.difficulty))) &&
    (safety === undefined || safety === context.safety) &&
    (code === undefined || code === context.code) &&
    context.turns >= (turns_min ?? 0) &&
    context.turns <= (turns_max ?? Infinity) &&
    context.promptWords >= (prompt_words_min ?? 0) &&
    context.promptWords <= (prompt_words_max ?? Infinity)
  );
}
