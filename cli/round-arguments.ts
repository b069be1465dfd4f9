import { PairloopError } from '../core/errors.js';
import { STRATEGIES } from '../ml-backend/selection/strategies.js';
import { parseNumber, parseWholeNumber } from './number-argument.js';

/** Options of `round run`; what is left out is as `roundOptionsSchema` has it. */
export const ROUND_ARGUMENTS = {
  k: { type: 'string', alias: 'k', valueHint: 'N', description: 'How many pairs to pick, 1 to 10,000; 1,200 unless given.' },
  strategy: { type: 'string', valueHint: 'NAME', description: `${[...STRATEGIES.keys()].join(', ')}; hybrid unless given.` },
  weight: { type: 'string', valueHint: 'W', description: 'Hybrid: weight of uncertainty against diversity, 0 to 1; 0.6 unless given.' },
  'priority-weight': { type: 'string', valueHint: 'V', description: "Hybrid: weight of the pairs' own priorities, 0 to 1 − weight; 0 unless given." },
  metric: { type: 'string', valueHint: 'NAME', description: 'euclidean (unless given), or cosine.' },
  centers: { type: 'string', valueHint: 'NAME', description: "labelled: the pairs of the project's batches count as picked already; none unless given." },
  'min-distance': { type: 'string', valueHint: 'T', description: 'Leave out pairs nearer than this to a pick; 0 unless given.' },
  budget: { type: 'string', valueHint: 'DOMAIN=N,…', description: 'How many picks a domain gets; the others share the rest.' },
  head: { type: 'string', valueHint: 'NAME', description: "newest: uncertainties are those of the project's newest reward head; none (what the data gives) unless given." },
  'head-pairs': { type: 'string', valueHint: 'N', description: 'A head is stale when so many pairs were accepted since; 200 unless given.' },
  'head-days': { type: 'string', valueHint: 'T', description: 'A head is stale when it is so many days old; 14 unless given.' },
  'stale-head': { type: 'string', valueHint: 'NAME', description: 'refuse a stale head, or flag it (unless given).' },
  candidates: { type: 'string', valueHint: 'N', description: 'prompt-balanced-margin: how many random pairs of a prompt compete for a pick; 8 unless given.' },
  seed: { type: 'string', valueHint: 'N', description: 'prompt-balanced-margin, kmeans++, random: the same seed picks the same; 0 unless given.' },
} as const;

type RoundArguments = Partial<Record<keyof typeof ROUND_ARGUMENTS, string | undefined>>;

/**
 * The options that a round is asked for.
 *
 * @throws PairloopError (usage) when a number is none, or a budget is not DOMAIN=N.
 */
export function readRoundOptions(args: RoundArguments): Record<string, unknown> {
  const number = (name: 'k' | 'weight' | 'priority-weight' | 'min-distance' | 'head-pairs' | 'head-days' | 'candidates'): number | undefined =>
    args[name] === undefined ? undefined : parseNumber(name === 'k' ? '-k' : `--${name}`, args[name]);
  const options = {
    k: number('k'),
    strategy: args.strategy,
    weight: number('weight'),
    priority_weight: number('priority-weight'),
    metric: args.metric,
    centers: args.centers,
    min_distance: number('min-distance'),
    budgets: args.budget === undefined ? undefined : readBudgets(args.budget),
    head: args.head,
    head_pairs_max: number('head-pairs'),
    head_days_max: number('head-days'),
    stale_head: args['stale-head'],
    candidates: number('candidates'),
    seed: args.seed === undefined ? undefined : parseWholeNumber('--seed', args.seed, Number.MAX_SAFE_INTEGER),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function readBudgets(text: string): Record<string, number> {
  const budgets = text.split(',').map((part): [string, number] => {
    const [, domain, count] = /^(.+)=(\d+)$/.exec(part.trim()) ?? [];
    if (domain === undefined) throw new PairloopError(`--budget is ${JSON.stringify(text)}; give DOMAIN=N, several with commas: support=800,code=400.`, 'usage');
    return [domain, Number(count)];
  });
  return Object.fromEntries(budgets);
}
