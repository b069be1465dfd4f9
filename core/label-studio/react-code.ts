import { z } from 'zod';
import { LABEL_NAMES } from '../domain/label-names.js';
import { rubricSchema } from '../domain/rubric.js';
import { strengthSchema, verdictSchema } from '../domain/verdict.js';
import { voteMetaSchema, type Judgement } from '../domain/vote.js';

/** Name of the ReactCode tag, which is its own object: `from_name` and `to_name` of its result. */
export const REACT_CODE_NAME = 'comparison';

/** Type of that tag's results; their `value` holds what the view stored under the same key. */
export const REACT_CODE_TYPE = 'reactcode';

/** What travels in an Enterprise label config beside the view, in place of a gateway's answer. */
export const reactCodeConfigSchema = z.object({
  /** Keys the displayed order; lies open in the label config. */
  salt: z.string(),
  rubric: rubricSchema,
  guideline: z.object({ version: z.string(), sha256: z.string(), markdown: z.string() }),
  label_config_hash: z.string(),
});
export type ReactCodeConfig = z.infer<typeof reactCodeConfigSchema>;

const dimension = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/);
/** As with the native controls, a level that is none is passed over. */
const level = z.number().int().min(1).max(5).optional().catch(undefined);
const text = z.string().optional();
const flags = z.array(z.string()).default([]);

/** A judgement's parts in canonical sides, under the names of the native controls; what is missing is left out. */
const parts = {
  strength: strengthSchema.optional(),
  likert: z.record(dimension, z.object({ a: level, b: level })).default({}),
  flags: z.object({ a: flags, b: flags }).default({ a: [], b: [] }),
  [LABEL_NAMES.rationale]: text,
  [LABEL_NAMES.critique]: text,
  [LABEL_NAMES.policyReference]: text,
  [LABEL_NAMES.staleSource]: text,
  [LABEL_NAMES.staleDate]: text,
};
const head = {
  version: z.literal(1),
  /** The pair's opaque id: a judgement that was stored at another task says so itself. */
  pair: z.uuid(),
  /** Drawn when the judgement was begun, so that the view knows its own. */
  id: z.uuid(),
  meta: voteMetaSchema,
};

/**
 * The whole judgement as one value. One that lacks something the rubric requires keeps everything under
 * `draft`, because ReactCode cannot hold Submit back: nobody who looks for a verdict finds one there.
 */
export const reactCodeValueSchema = z.discriminatedUnion('complete', [
  z.object({ ...head, complete: z.literal(true), verdict: verdictSchema, ...parts }),
  z.object({ ...head, complete: z.literal(false), draft: z.object({ verdict: verdictSchema.optional(), ...parts }) }),
]);
export type ReactCodeValue = z.infer<typeof reactCodeValueSchema>;

/** The judgement in a complete value, as the native controls would tell it: texts trimmed, names sorted, a strength only of a win. */
export function judgementOf(value: Extract<ReactCodeValue, { complete: true }>): Judgement {
  const text = (written: string | undefined): string | null => written?.trim() || null;
  const isWin = value.verdict === 'a' || value.verdict === 'b';
  const rated = Object.entries(value.likert).filter(([, { a, b }]) => (a ?? b) !== undefined);
  return {
    verdict: value.verdict,
    strength: isWin ? (value.strength ?? null) : null,
    likert: Object.fromEntries(rated.sort(([one], [other]) => (one < other ? -1 : 1))),
    flags: { a: [...new Set(value.flags.a)].sort(), b: [...new Set(value.flags.b)].sort() },
    rationale: text(value.rationale),
    critique: text(value.critique),
    policyReference: text(value.policy_reference),
    staleSource: text(value.stale_source),
    staleDate: text(value.stale_date),
    meta: value.meta,
  };
}
