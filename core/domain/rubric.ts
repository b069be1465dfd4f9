import { z } from 'zod';

const dimensionName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be lower case letters, digits and _, starting with a letter');

/** The name of a rubric is its file's; it goes into no control's name, so it may have hyphens. */
const rubricName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'must be lower case letters, digits, _ and -, starting with a letter');

/** One weighted dimension of a rubric, rated 1 to 5 for each response. */
const dimensionSchema = z.strictObject({
  name: dimensionName,
  title: z.string().min(1),
  weight: z.number().positive().max(1),
  question: z.string().optional(),
  required: z.boolean().default(false),
  /** Text for some or all of the levels 1 to 5. */
  levels: z.record(z.string().regex(/^[1-5]$/, 'must be a level from 1 to 5'), z.string()).default({}),
});
export type Dimension = z.infer<typeof dimensionSchema>;

/** A readable rubric file (`label-configs/rubrics/*.yaml`), from which a label config is compiled. */
export const rubricSchema = z
  .strictObject({
    name: rubricName,
    title: z.string().min(1),
    guideline: z.string().min(1),
    question: z.string().default('Which answer is better?'),
    dimensions: z.array(dimensionSchema).default([]),
    rationale_required_on: z.array(z.enum(['a', 'b', 'tie', 'both_bad'])).default(['both_bad']),
  })
  .refine(
    (rubric) => rubric.dimensions.length === 0 || Math.abs(rubric.dimensions.reduce((sum, d) => sum + d.weight, 0) - 1) < 1e-9,
    { message: 'the weights of the dimensions must add up to 1', path: ['dimensions'] },
  )
  .refine((rubric) => new Set(rubric.dimensions.map((d) => d.name)).size === rubric.dimensions.length, {
    message: 'two dimensions have the same name',
    path: ['dimensions'],
  });
export type Rubric = z.infer<typeof rubricSchema>;

/** A versioned guideline document; its SHA-256 (hex, of the UTF-8 bytes) is its identity. */
export interface Guideline {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly markdown: string;
}
