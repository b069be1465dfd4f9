import { z } from 'zod';
import { PairloopError } from '../../../core/errors.js';
import { deriveThresholds, type Thresholds } from './thresholds.js';

const share = z.number().gt(0).lt(1);
const goldShare = z.strictObject({ usual: share, raised: share }).refine(({ usual, raised }) => usual <= raised, 'usual is above raised; raise raised');

/** What both policies look at beside each gold item. */
const watched = {
  /** So many failed gold items of one batch are let pass. */
  gold_failed_max: z.int().nonnegative(),
  /** κ with the majority below this is too low. */
  kappa_min: z.number().gt(-1).lt(1),
  /** κ is looked at from so many gold items on. */
  kappa_golds: z.int().min(2),
  /** So many passed gold items without a new reason end a warning. */
  cleared_after: z.int().positive(),
  /** Share of gold among what a rater gets: usually, and in training, after a warning and after a pause. */
  gold_share: goldShare,
};

const strictSchema = z.strictObject({
  policy: z.literal('strict'),
  ...watched,
  /** Training ends after so many gold items. */
  training_golds: z.int().positive(),
});

const hypotheses = z
  .strictObject({ good: share, bad: share })
  .refine(({ good, bad }) => good - bad >= 0.05, 'bad is not at least 0.05 below good; nothing could tell two such raters apart')
  .refine(({ good, bad }) => good <= 0.995 && bad >= 0.05, 'good is above 0.995 or bad below 0.05');

const sequentialSchema = z.strictObject({ policy: z.literal('sequential'), ...watched, hypotheses });

interface StrictPolicy extends z.infer<typeof strictSchema> {}
export interface SequentialPolicy extends z.infer<typeof sequentialSchema> {
  readonly thresholds: Thresholds;
}
/** By which rule a rater is trained, warned and paused. */
export type RaterPolicy = StrictPolicy | SequentialPolicy;

const WATCHED = { gold_failed_max: 1, kappa_min: 0.5, cleared_after: 10, gold_share: { usual: 0.08, raised: 0.15 } };
const DEFAULT_HYPOTHESES = { good: 0.9, bad: 0.6 };
/** What `deriveThresholds` gives for the default hypotheses; a test computes it again. */
const DEFAULT_THRESHOLDS: Thresholds = { freshPause: 3.76, freshPass: -4.59, freshGolds: 25, freshFailedMax: 7, driftPause: 8.09 };

const DEFAULTS = {
  strict: { policy: 'strict', ...WATCHED, kappa_golds: 10, training_golds: 10 },
  sequential: { policy: 'sequential', ...WATCHED, kappa_golds: 30, hypotheses: DEFAULT_HYPOTHESES },
} as const;

export const POLICY_NAMES = ['strict', 'sequential'] as const;

const namedSchema = z.looseObject({ policy: z.enum(POLICY_NAMES) });

/**
 * A policy from what a person wrote: `{ policy: 'strict' | 'sequential', … }`, where anything left out has its default. The
 * thresholds of a sequential policy follow from its hypotheses and cannot be given.
 *
 * @throws PairloopError (usage) naming the field, its value and what it has to be.
 */
export function parsePolicy(written: unknown): RaterPolicy {
  const { policy } = parsed(namedSchema, written);
  const given = { ...DEFAULTS[policy], ...(written as object) };
  if (policy === 'strict') return parsed(strictSchema, given);
  const sequential = parsed(sequentialSchema, given);
  const { good, bad } = sequential.hypotheses;
  const isDefault = good === DEFAULT_HYPOTHESES.good && bad === DEFAULT_HYPOTHESES.bad;
  return { ...sequential, thresholds: isDefault ? DEFAULT_THRESHOLDS : deriveThresholds({ good, bad }) };
}

const thresholds = z.object({ freshPause: z.number(), freshPass: z.number(), freshGolds: z.number(), freshFailedMax: z.number(), driftPause: z.number() });
const storedSchema = z.discriminatedUnion('policy', [strictSchema, sequentialSchema.extend({ thresholds })]);

/** A policy as a project keeps it, its thresholds included; null is the default. */
export function readStoredPolicy(stored: unknown): RaterPolicy {
  return stored === null ? parsePolicy({ policy: 'sequential' }) : storedSchema.parse(stored);
}

function parsed<T>(schema: z.ZodType<T>, written: unknown): T {
  const result = schema.safeParse(written);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  const value = path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], written);
  const field = path.length === 0 ? 'the policy' : path.join('.');
  throw new PairloopError(`Policy: ${field} is ${JSON.stringify(value) ?? 'missing'}: ${message}.`, 'usage');
}
