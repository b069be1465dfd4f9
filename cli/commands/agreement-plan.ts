import { defineCommand } from 'citty';
import { PairloopError } from '../../core/errors.js';
import { isPlain } from '../../webhooks/statistics/agreement-groups.js';
import { planItems, type ExpectedVotes, type PlannedInterval } from '../../webhooks/statistics/agreement-plan.js';
import { estimate } from '../../webhooks/statistics/bootstrap.js';
import { krippendorffAlpha } from '../../webhooks/statistics/krippendorff-alpha.js';
import { countValues } from '../../webhooks/statistics/value-counts.js';
import { shareValues } from '../../webhooks/statistics/value-shares.js';
import { tabulateVotes } from '../../webhooks/statistics/vote-table.js';
import { parseNumber, parseWholeNumber } from '../number-argument.js';
import { alignCells } from '../vote-words.js';
import { readVotesFile } from '../votes-file.js';

const RATERS_MAX = 10;
const VALUES_MAX = 8;

export const agreementPlanCommand = defineCommand({
  meta: { name: 'plan', description: 'How many items, by how many raters, give an α (or κ) with an interval of a wanted width.' },
  args: {
    votes: { type: 'positional', required: false, valueHint: 'PILOT.jsonl', description: 'Votes of a pilot, which say what α and which shares to expect.' },
    'half-width': { type: 'string', required: true, valueHint: 'W', description: 'How far the interval may reach to either side, such as 0.05.' },
    agreement: { type: 'string', valueHint: 'A', description: 'The α expected, without a pilot.' },
    shares: { type: 'string', valueHint: 'P,P,…', description: 'How often each value is expected, without a pilot, such as 0.45,0.45,0.1.' },
    raters: { type: 'string', default: '2,3,4,5', valueHint: 'N,…', description: 'Raters an item, each planned for.' },
    coverage: { type: 'string', default: '0.95', valueHint: 'C', description: "The interval's coverage." },
    seed: { type: 'string', default: '1', valueHint: 'N', description: 'Seed of the simulation.' },
    json: { type: 'boolean', default: false, description: 'Print one JSON document.' },
  },
  async run({ args }) {
    const halfWidth = readBetween('--half-width', args['half-width'], 0.005, 0.5);
    const options = { coverage: readBetween('--coverage', args.coverage, 0.5, 0.999), seed: parseWholeNumber('--seed', args.seed, Number.MAX_SAFE_INTEGER) };
    const raters = args.raters.split(',').map((text) => readRaters(text.trim()));
    const expected = args.votes === undefined ? readExpected(args.agreement, args.shares) : await readPilot(args.votes, args.agreement, args.shares);
    const plans = raters.map((number) => planItems(expected, number, halfWidth, options));
    process.stdout.write(args.json ? `${JSON.stringify(planJson(expected, halfWidth, options, plans), null, 2)}\n` : renderPlan(expected, halfWidth, options.coverage, plans));
  },
});

function readBetween(option: string, text: string, least: number, most: number): number {
  const value = parseNumber(option, text);
  if (value >= least && value <= most) return value;
  throw new PairloopError(`${option} is ${text}; give a number from ${least} to ${most}.`, 'usage');
}

function readRaters(text: string): number {
  const raters = parseWholeNumber('--raters', text, RATERS_MAX);
  if (raters >= 2) return raters;
  throw new PairloopError(`--raters is ${JSON.stringify(text)}; give whole numbers from 2 to ${RATERS_MAX}, with commas between them.`, 'usage');
}

function readExpected(agreement: string | undefined, given: string | undefined): ExpectedVotes {
  if (agreement === undefined || given === undefined) throw new PairloopError('pairloop agreement plan needs a pilot file, or --agreement and --shares.', 'usage');
  const shares = given.split(',').map((text) => readBetween('--shares', text, 0.001, 0.999));
  const sum = shares.reduce((all, share) => all + share, 0);
  if (shares.length < 2 || shares.length > VALUES_MAX || Math.abs(sum - 1) > 1e-6) throw new PairloopError(`--shares is ${given}; give 2 to ${VALUES_MAX} shares that sum to 1.`, 'usage');
  return { agreement: readBetween('--agreement', agreement, 0, 0.99), shares: shares.map((share) => share / sum) };
}

async function readPilot(path: string, agreement: string | undefined, shares: string | undefined): Promise<ExpectedVotes> {
  if (agreement !== undefined || shares !== undefined) throw new PairloopError('A pilot file says what to expect; leave --agreement and --shares out.', 'usage');
  const counts = countValues(tabulateVotes((await readVotesFile(path)).filter(isPlain)));
  const alpha = estimate(krippendorffAlpha(counts, 'nominal'), { seed: 1, resamples: 0 });
  const found = shareValues(counts, counts.frequencies);
  if (alpha.value === null || found === null) throw new PairloopError(`The pilot says nothing about α: ${alpha.reason ?? 'it is undefined'}.`, 'usage');
  const used = [...found.shares].filter((share) => share > 0);
  if (used.length > VALUES_MAX) throw new PairloopError(`The pilot has ${used.length} values; a plan is made for at most ${VALUES_MAX}.`, 'usage');
  return { agreement: Math.min(Math.max(alpha.value, 0), 0.99), shares: used };
}

function planJson(expected: ExpectedVotes, halfWidth: number, { coverage, seed }: { coverage: number; seed: number }, plans: readonly PlannedInterval[]): Record<string, unknown> {
  const rows = plans.map(({ raters, items, votes, simulatedHalfWidth, simulatedStudies }) => ({ raters, items, votes, simulated_half_width: simulatedHalfWidth, simulated_studies: simulatedStudies }));
  return { expected, half_width: halfWidth, coverage, seed, plans: rows };
}

function renderPlan({ agreement, shares }: ExpectedVotes, halfWidth: number, coverage: number, plans: readonly PlannedInterval[]): string {
  const rows = plans.map(({ raters, items, votes, simulatedHalfWidth }) => [String(raters), String(items), String(votes), `± ${simulatedHalfWidth.toFixed(3)}`]);
  const cheapest = plans.reduce((best, plan) => (plan.votes < best.votes ? plan : best));
  return [
    `For an α of ${agreement.toFixed(3)} ± ${halfWidth} (${Number((coverage * 100).toFixed(1))} %), values in shares of ${shares.map((share) => share.toFixed(3)).join(', ')}:`,
    '',
    ...alignCells([['Raters an item', 'items', 'votes', 'simulated'], ...rows]),
    '',
    `Fewest votes: ${cheapest.raters} raters an item. Items by the variance for large samples, of raters who know or guess; simulated: what so many items give.`,
    '',
  ].join('\n');
}
