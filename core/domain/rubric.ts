import { z } from 'zod';
import { conditionSchema } from './prompt-context.js';
import { VERDICTS } from './verdict.js';

/** Names that stand in a control's name or among its values. */
const controlName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be lower case letters, digits and _, starting with a letter');

/** The name of a rubric is its file's; it goes into no control's name, so it may have hyphens. */
const rubricName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'must be lower case letters, digits, _ and -, starting with a letter');

const line = z.string().trim().min(1, 'is empty; write it or leave it out');

/** What one level of a dimension means. */
export interface Level {
  /** Short name for a button; needed where the dimension is in tiers. */
  readonly title?: string | undefined;
  readonly text: string;
  readonly example?: string | undefined;
  readonly counter_example?: string | undefined;
}

/** A file may give a level's text alone. */
const levelSchema = z
  .union([line, z.strictObject({ title: line.optional(), text: line, example: line.optional(), counter_example: line.optional() })], {
    error: 'must be the text of the level, or {title, text, example, counter_example} with at least the text',
  })
  .transform((level): Level => (typeof level === 'string' ? { text: level } : level));

/** One weighted dimension of a rubric, rated for each response. */
const dimensionSchema = z
  .strictObject({
    name: controlName,
    title: line,
    /** 0: asked only in a context that gives it a weight. */
    weight: z.number().min(0).max(1),
    question: line.optional(),
    required: z.boolean().default(false),
    /** `likert`: 1 (worst) to 5 (best), whatever levels have a text. `tiers`: only the levels given here, under their titles. */
    scale: z.enum(['likert', 'tiers']).default('likert'),
    levels: z.record(z.string().regex(/^[1-5]$/, 'must be a level from 1 to 5'), levelSchema).default({}),
  })
  .superRefine(({ scale, levels }, context) => {
    if (scale === 'likert') return;
    const given = Object.entries(levels);
    if (given.length < 2) context.addIssue({ code: 'custom', path: ['levels'], message: 'tiers need at least two levels' });
    for (const [level, { title }] of given) {
      if (title === undefined) context.addIssue({ code: 'custom', path: ['levels', level], message: 'a tier needs a title, the words on its button' });
    }
  });
export type Dimension = z.infer<typeof dimensionSchema>;

/**
 * A mark that an annotator may set on a response. `red_line` is a veto: a marked response can neither win nor
 * tie. `stale` asks for a source and its date. `note` is only recorded.
 */
const flagSchema = z.strictObject({
  name: controlName,
  title: line,
  kind: z.enum(['note', 'red_line', 'stale']).default('note'),
  question: line.optional(),
  /** Offered only where this holds. */
  when: conditionSchema.optional(),
});
export type Flag = z.infer<typeof flagSchema>;

/** When a field is required: all conditions given must hold; none given means always. */
const ruleSchema = z.strictObject({
  on: z.array(z.enum(VERDICTS)).min(1).optional(),
  when: conditionSchema.optional(),
  /** One of the responses carries one of these flags. */
  flagged: z.array(controlName).min(1).optional(),
  /** Why, in the annotator's words: completes "Required, because …". */
  because: line.optional(),
});
export type Rule = z.infer<typeof ruleSchema>;

const BOTH_BAD_RULE = { on: ['both_bad' as const] };

const requireSchema = z.strictObject({
  rationale: z.array(ruleSchema).default([BOTH_BAD_RULE]),
  critique: z.array(ruleSchema).default([]),
  policy_reference: z.array(ruleSchema).default([]),
  strength: z.array(ruleSchema).default([]),
});
export type RequiredField = keyof z.infer<typeof requireSchema>;

/** Other weights for prompts of a kind. Dimensions without a weight here are not asked there. The first context that holds counts. */
const contextSchema = z.strictObject({
  title: line,
  when: conditionSchema,
  weights: z.record(controlName, z.number().positive().max(1)),
});

/** A readable rubric file (`label-configs/rubrics/*.yaml`), from which a label config is compiled. */
export const rubricSchema = z
  .strictObject({
    name: rubricName,
    title: line,
    /** What it is for, for whoever chooses among rubrics; annotators do not see it. */
    about: line.optional(),
    guideline: z.string().min(1),
    question: line.default('Which answer is better?'),
    dimensions: z.array(dimensionSchema).default([]),
    contexts: z.array(contextSchema).default([]),
    /** Whether the weighted score of each response is shown. */
    score: z.enum(['shown', 'hidden']).default('shown'),
    /** Whether the annotator may say how clear a verdict for A or B is: `much` or `slightly`. */
    strength: z.boolean().default(false),
    flags: z.array(flagSchema).default([]),
    require: requireSchema.prefault({}),
  })
  .superRefine((rubric, context) => {
    for (const { path, message } of rubricFaults(rubric)) context.addIssue({ code: 'custom', path, message });
  });
export type Rubric = z.infer<typeof rubricSchema>;

interface Fault {
  readonly path: (string | number)[];
  readonly message: string;
}

interface RubricShape {
  readonly dimensions: readonly Dimension[];
  readonly contexts: readonly z.infer<typeof contextSchema>[];
  readonly strength: boolean;
  readonly flags: readonly Flag[];
  readonly require: z.infer<typeof requireSchema>;
}

/** What the parts of a rubric say against each other. */
function rubricFaults(rubric: RubricShape): Fault[] {
  const names = rubric.dimensions.map(({ name }) => name);
  const flags = rubric.flags.map(({ name }) => name);
  const faults: Fault[] = [];
  if (new Set(names).size < names.length) faults.push({ path: ['dimensions'], message: 'two dimensions have the same name' });
  if (new Set(flags).size < flags.length) faults.push({ path: ['flags'], message: 'two flags have the same name' });
  if (names.length > 0 && !addsUpToOne(rubric.dimensions.map(({ weight }) => weight))) {
    faults.push({ path: ['dimensions'], message: 'the weights of the dimensions must add up to 1' });
  }
  if (rubric.flags.filter(({ kind }) => kind === 'stale').length > 1) {
    faults.push({ path: ['flags'], message: 'only one flag can be of kind stale; its source and date are stored once per vote' });
  }
  return [...faults, ...contextFaults(rubric, names), ...ruleFaults(rubric, flags)];
}

function contextFaults(rubric: RubricShape, names: readonly string[]): Fault[] {
  const faults: Fault[] = [];
  for (const [at, { weights }] of rubric.contexts.entries()) {
    const path = ['contexts', at, 'weights'];
    const unknown = Object.keys(weights).find((name) => !names.includes(name));
    if (unknown !== undefined) faults.push({ path: [...path, unknown], message: `there is no dimension "${unknown}"; there are: ${names.join(', ') || 'none'}` });
    if (!addsUpToOne(Object.values(weights))) faults.push({ path, message: 'the weights of a context must add up to 1' });
  }
  return faults;
}

function ruleFaults(rubric: RubricShape, flags: readonly string[]): Fault[] {
  const faults: Fault[] = [];
  for (const [field, rules] of Object.entries(rubric.require)) {
    for (const [at, { flagged }] of rules.entries()) {
      const unknown = flagged?.find((name) => !flags.includes(name));
      if (unknown !== undefined) faults.push({ path: ['require', field, at, 'flagged'], message: `there is no flag "${unknown}"; there are: ${flags.join(', ') || 'none'}` });
    }
  }
  const always = rubric.require.rationale.some(({ on, when, flagged }) => (on?.includes('both_bad') ?? true) && when === undefined && flagged === undefined);
  if (!always) faults.push({ path: ['require', 'rationale'], message: 'both_bad always needs a rationale; add the rule { on: [both_bad] }' });
  if (!rubric.strength && rubric.require.strength.length > 0) {
    faults.push({ path: ['require', 'strength'], message: 'strength cannot be required while it is not asked; add strength: true' });
  }
  return faults;
}

function addsUpToOne(weights: readonly number[]): boolean {
  return Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-9;
}

/** A versioned guideline document; its SHA-256 (hex, of the UTF-8 bytes) is its identity. */
export interface Guideline {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly markdown: string;
}
