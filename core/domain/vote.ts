import { z } from 'zod';
import { displayedOrderSchema, type Strength, type Verdict } from './verdict.js';

/**
 * What the view adds to the verdict's result under `meta.pairloop`. Times are milliseconds since the
 * pair was first painted, measured by the annotator's browser; a claim, never a proof.
 */
export const voteMetaSchema = z.object({
  view: z.string(),
  displayed: displayedOrderSchema,
  guideline_version: z.string().optional(),
  guideline_sha256: z.string().optional(),
  /** When the annotator confirmed having read this guideline after a change; missing when nothing had to be confirmed. */
  guideline_acknowledged_at: z.iso.datetime().optional(),
  label_config_hash: z.string().optional(),
  /** When the pair was first painted; the other times count from here. */
  started_at: z.iso.datetime().optional(),
  /** From the task's opening in the page to its first painting. */
  first_paint_ms: z.number().nonnegative().optional(),
  first_interaction_ms: z.number().nonnegative().optional(),
  verdict_ms: z.number().nonnegative().optional(),
  /** Time with the tab visible and the annotator not idle for more than 30 s. */
  active_ms: z.number().nonnegative().optional(),
  /** Time a fluent adult needs to read the last user turn and both responses once. */
  reading_ms: z.number().nonnegative().optional(),
});
export type VoteMeta = z.infer<typeof voteMetaSchema>;

/** The judgement in one annotation, in canonical sides, as read from a Label Studio result. */
export interface Judgement {
  readonly verdict: Verdict;
  /** How clear a verdict for A or B is; null for the others and where nothing was said. */
  readonly strength: Strength | null;
  /** Likert levels, 1 (worst) to 5 (best), by dimension and canonical side. */
  readonly likert: Readonly<Record<string, { a?: number | undefined; b?: number | undefined }>>;
  readonly rationale: string | null;
  readonly critique: string | null;
  readonly policyReference: string | null;
  /** Names of the rubric's flags on each canonical side, sorted; empty where none is set. */
  readonly flags: { readonly a: readonly string[]; readonly b: readonly string[] };
  /** For a claim that aged: what says so, and that source's date as the annotator wrote it. */
  readonly staleSource: string | null;
  readonly staleDate: string | null;
  readonly meta: VoteMeta | null;
}

const name = z.union([z.string().min(1), z.number()]).transform(String);
const value = z.union([z.string(), z.number()]).nullable();

const label = z.union([z.string(), z.number()]).nullish().transform((given) => (given === null || given === undefined ? undefined : String(given)));
const labels = { batch: label, domain: label, dimension: label, repeat: z.number().int().positive().nullish().transform((given) => given ?? undefined) };

/** One line of a VOTES.jsonl file: a rater's value for an item; a vote that is missing has no line, or the value null. */
export const voteLineSchema = z.object({ item: name, rater: name, value, ...labels });

/** The other accepted shape: all votes of an item on one line, by rater. Other fields of the item are passed over. */
export const itemLineSchema = z.object({ id: name, votes: z.record(z.string(), value), ...labels });

/** One rater's value for one item, the unit every agreement statistic works on. */
export interface ItemVote {
  readonly item: string;
  readonly rater: string;
  readonly value: string | number;
}

/** A vote with where it belongs, as far as that is known. */
export interface LabelledVote extends ItemVote {
  readonly batch?: string;
  readonly domain?: string;
  /** The rubric's dimension that was rated; missing for the verdict itself. */
  readonly dimension?: string;
  /** Which repeat it is, from 1, where the rater judged the item before; missing for the first time. */
  readonly repeat?: number;
}
