import { z } from 'zod';
import { codeChecksSchema, DIFFICULTIES, messageSchema } from '../domain/pair.js';

/**
 * The `data` of a Label Studio task: all that an annotator may see of a pair, in canonical sides, and
 * nothing else (no model, no source, no mark of a check). `*_text` fields serve the native controls.
 */
export const taskDataSchema = z.object({
  /** The pair's opaque id. */
  pair: z.uuid(),
  domain: z.string(),
  /** What a rubric's rules may look at; tasks made before there were such rules lack both. */
  difficulty: z.enum(DIFFICULTIES).nullable().default(null),
  /** Whether the pair carries a safety flag; which one is not told. */
  safety: z.boolean().default(false),
  prompt: z.string().nullable(),
  messages: z.array(messageSchema).nullable(),
  /** Prompt and turns as plain text, for the native controls. */
  prompt_text: z.string(),
  response_a: z.string(),
  response_b: z.string(),
  checks_a: codeChecksSchema.nullable(),
  checks_b: codeChecksSchema.nullable(),
  /** The checks in words, or `-`; the native Text tag needs a value. */
  checks_a_text: z.string(),
  checks_b_text: z.string(),
});
export type TaskData = z.infer<typeof taskDataSchema>;
