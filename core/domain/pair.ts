import { z } from 'zod';

const text = z.string().refine((value) => value.trim().length > 0, 'is empty; give the full text');

export const messageSchema = z.object({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: text,
});
export type Message = z.infer<typeof messageSchema>;

/** How hard a pair is to judge, by the team's own reckoning. */
export const DIFFICULTIES = ['easy', 'normal', 'difficult'] as const;
export type Difficulty = (typeof DIFFICULTIES)[number];

/** What a linter or security scanner said about one response. `line` counts from 1. */
const findingSchema = z.object({
  tool: z.string(),
  rule: z.string().optional(),
  severity: z.enum(['info', 'warning', 'error']).default('warning'),
  kind: z.enum(['lint', 'security']).default('lint'),
  line: z.number().int().positive().optional(),
  message: z.string(),
});

/** The execution result and the findings of one code response, as shown beside it. */
export const codeChecksSchema = z.object({
  execution: z
    .object({
      status: z.enum(['passed', 'failed', 'error', 'timeout']),
      passed: z.number().int().nonnegative().optional(),
      total: z.number().int().nonnegative().optional(),
      output: z.string().optional(),
    })
    .optional(),
  findings: z.array(findingSchema).default([]),
});
export type CodeChecks = z.infer<typeof codeChecksSchema>;

/** How a response came about. Kept in Pairloop only: an annotator never sees it. */
const generationSchema = z
  .object({
    model: z.string().optional(),
    checkpoint: z.string().optional(),
    temperature: z.number().optional(),
    retrieval: z.object({ index_version: z.string(), document_ids: z.array(z.string()) }).optional(),
    guardrails: z.array(z.string()).optional(),
    sandbox_version: z.string().optional(),
  })
  .loose();
export type Generation = z.infer<typeof generationSchema>;

/** Why this text may be used: consent of the person, or another legal basis. Without it a pair is never released. */
export const consentSchema = z.object({
  basis: z.enum(['consent', 'contract', 'legitimate_interest', 'public', 'synthetic']),
  reference: z.string().optional(),
});
export type Consent = z.infer<typeof consentSchema>;

/**
 * One pair as a team hands it in (a JSONL line, a CSV row): one prompt or conversation and two
 * responses. Sides here are the file's; the import shuffles them into canonical sides.
 */
export const incomingPairSchema = z
  .object({
    id: z.string().min(1).max(200),
    prompt: text.optional(),
    messages: z.array(messageSchema).min(1).optional(),
    response_a: text,
    response_b: text,
    model_a: z.string().optional(),
    model_b: z.string().optional(),
    generation_a: generationSchema.optional(),
    generation_b: generationSchema.optional(),
    checks_a: codeChecksSchema.optional(),
    checks_b: codeChecksSchema.optional(),
    domain: z.string().min(1).max(100).default('general'),
    difficulty: z.enum(DIFFICULTIES).optional(),
    safety_flags: z.array(z.string()).default([]),
    consent: consentSchema.optional(),
    source: z.string().optional(),
    uncertainty: z.number().finite().optional(),
    priority: z.number().finite().optional(),
    embedding: z.array(z.number().finite()).min(1).optional(),
  })
  .refine((pair) => pair.prompt !== undefined || pair.messages !== undefined, {
    message: 'needs a prompt (text) or messages (a list of {role, content})',
    path: ['prompt'],
  });
export type IncomingPair = z.infer<typeof incomingPairSchema>;

/** One pair in the pool, in canonical sides. `id` is the team's; `opaqueId` is all an annotator may see. */
export interface Pair {
  readonly id: string;
  readonly opaqueId: string;
  readonly domain: string;
  readonly prompt: string | null;
  readonly messages: readonly Message[] | null;
  readonly responseA: string;
  readonly responseB: string;
  readonly checksA: CodeChecks | null;
  readonly checksB: CodeChecks | null;
  readonly generationA: Generation | null;
  readonly generationB: Generation | null;
  readonly difficulty: Difficulty | null;
  readonly safetyFlags: readonly string[];
  readonly consent: Consent | null;
  readonly redactionVersion: string | null;
  /** True when canonical A is the side the team's file called B. */
  readonly sidesSwapped: boolean;
}

/** Prompt text of a pair for embedding and for hosts that show plain text: the prompt, or its turns one after another. */
export function promptText(pair: Pick<Pair, 'prompt' | 'messages'>): string {
  if (pair.messages === null) return pair.prompt ?? '';
  const turns = pair.messages.map((message) => `${message.role}: ${message.content}`);
  return (pair.prompt === null ? turns : [...turns, `user: ${pair.prompt}`]).join('\n\n');
}
