import { z } from 'zod';
import { PairloopError } from '../../core/errors.js';
import { DEFAULT_WEIGHT } from '../selection/hybrid.js';
import { DEFAULT_CANDIDATES } from '../selection/prompt-balanced-margin.js';
import { STRATEGIES, unusedOption, type StrategyOption } from '../selection/strategies.js';

/** Picks of one round at most. */
export const K_MAX = 10_000;
const DEFAULT_K = 1_200;
const WEIGHT_ROUNDING = 1e-12;

const share = z.number('must be a number from 0 to 1').min(0, 'must be from 0 to 1').max(1, 'must be from 0 to 1');
const wholeUpTo = (least: number, most: number) => {
  const said = `must be a whole number from ${least} to ${most}`;
  return z.number(said).refine((value) => Number.isInteger(value) && value >= least && value <= most, said).meta({ type: 'integer', minimum: least, maximum: most });
};

const NAMES = [...STRATEGIES.keys()];

/** The options each by itself. */
export const roundOptionsFields = z.strictObject({
  k: wholeUpTo(1, K_MAX).default(DEFAULT_K).describe('How many pairs to pick; fewer are picked when the pool has fewer.'),
  strategy: z.enum(NAMES, `must be one of ${NAMES.join(', ')}`).default('hybrid'),
  weight: share.default(DEFAULT_WEIGHT).describe('Hybrid: weight of uncertainty against diversity.'),
  priority_weight: share.default(0).describe("Hybrid: weight of the team's own priorities; together with `weight` at most 1."),
  metric: z.enum(['euclidean', 'cosine'], 'must be euclidean or cosine').default('euclidean'),
  centers: z
    .enum(['none', 'labelled'], 'must be none or labelled')
    .default('none')
    .describe("`labelled`: the pairs of the project's batches count as picked already, so that new picks lie away from them."),
  min_distance: z
    .number('must be a number of 0 or more')
    .min(0, 'must be 0 or more')
    .default(0)
    .describe('Pairs nearer than this to a pick or center are left out.'),
  head: z
    .enum(['none', 'newest'], 'must be none or newest')
    .default('none')
    .describe("`newest`: the uncertainty is the margin of the project's newest reward head, where there is one, instead of what the data gives."),
  head_pairs_max: wholeUpTo(1, 1_000_000).default(200).describe('A head is stale when so many pairs, or more, were accepted since.'),
  head_days_max: z.number('must be a number above 0').gt(0, 'must be above 0').default(14).describe('A head is stale when it is so many days old, or more.'),
  stale_head: z.enum(['flag', 'refuse'], 'must be flag or refuse').default('flag').describe('What becomes of a round whose head is stale: it says so, or it fails.'),
  candidates: wholeUpTo(1, K_MAX).default(DEFAULT_CANDIDATES).describe('prompt-balanced-margin: how many random pairs of a prompt compete for a pick.'),
  seed: wholeUpTo(0, Number.MAX_SAFE_INTEGER).default(0).describe('kmeans++ and random: the same seed picks the same.'),
  budgets: z
    .record(z.string().min(1).max(100), wholeUpTo(0, K_MAX), 'must be an object of domains and numbers of picks')
    .default({})
    .describe('How many picks a domain gets; the domains that are not named share the rest of k in proportion to their sizes.'),
});

/** All that a round can be told; every default is filled in. */
export type RoundOptions = z.infer<typeof roundOptionsFields>;

/** The options of a round as they come from outside. */
export const roundOptionsSchema = roundOptionsFields.superRefine((options, context) => {
  const fault = faultBetween(options);
  if (fault !== undefined) context.addIssue({ code: 'custom', path: [fault.field], message: fault.said, input: options[fault.field] });
});

/** What is wrong with options that are right each by itself. */
function faultBetween(options: RoundOptions): { field: keyof RoundOptions; said: string } | undefined {
  const { strategy, weight, priority_weight, budgets, k } = options;
  if (weight + priority_weight > 1 + WEIGHT_ROUNDING) return { field: 'priority_weight', said: `must be at most 1 − weight, which is ${1 - weight}` };
  const budgeted = Object.values(budgets).reduce((sum, budget) => sum + budget, 0);
  if (budgeted > k) return { field: 'budgets', said: `must add up to at most k, which is ${k}; they add up to ${budgeted}` };
  const unused = unusedOption(STRATEGIES.get(strategy)!, {
    metric: options.metric !== 'euclidean',
    centers: options.centers !== 'none',
    priority: priority_weight !== 0,
    'min-distance': options.min_distance !== 0,
    candidates: options.candidates !== DEFAULT_CANDIDATES,
  });
  return unused === undefined ? undefined : { field: FIELD_OF_OPTION[unused] ?? 'strategy', said: `must be left out: it has no part in the strategy ${strategy}` };
}

const FIELD_OF_OPTION: Readonly<Partial<Record<StrategyOption, keyof RoundOptions>>> = { metric: 'metric', centers: 'centers', priority: 'priority_weight', 'min-distance': 'min_distance', candidates: 'candidates' };

/** @throws PairloopError (usage) naming field and value of what is wrong, and what it must be. */
export function parseRoundOptions(given: unknown): RoundOptions {
  const parsed = roundOptionsSchema.safeParse(given, { reportInput: true });
  if (parsed.success) return parsed.data;
  const said = parsed.error.issues.map((issue) => (issue.path.length === 0 ? issue.message : `${issue.path.join('.')} is ${JSON.stringify(issue.input)}; it ${issue.message}`));
  throw new PairloopError(`${said.join('. ')}.`, 'usage');
}
