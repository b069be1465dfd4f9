import { defineCommand } from 'citty';
import type { JudgedPair } from '../../core/domain/judged-pair.js';
import { PairloopError } from '../../core/errors.js';
import { readJudgedPairs } from '../../webhooks/reports/judged-pairs.js';
import { EFFECTS, type Comparison } from '../../webhooks/statistics/comparison-cells.js';
import { rankModels } from '../../webhooks/statistics/model-ranking.js';
import { TIE_MODELS } from '../../webhooks/statistics/tie-models.js';
import { readComparisonsFile } from '../comparisons-file.js';
import { findProject } from '../find-project.js';
import { parseChoice, parseChoices, parseNumber, parseWholeNumber } from '../number-argument.js';
import { rankingJson } from '../ranking-json.js';
import { renderRanking } from '../ranking-table.js';
import { withDatabase } from '../system/connected.js';

const RESAMPLES_MAX = 1_000_000;
/** Comparisons times resamples that take less than some two seconds. */
const REFITS_QUIET_MAX = 5_000_000;
const BOTH_BAD = ['tie', 'leave-out'] as const;

export const rankingCommand = defineCommand({
  meta: { name: 'ranking', description: 'The compared models by strength (Bradley–Terry with ties), position and length controlled, with intervals.' },
  args: {
    file: { type: 'positional', required: false, valueHint: 'FILE.jsonl', description: 'Verdicts: {"item", "model_a", "model_b", "value"} a line, or {"id", "model_a", "model_b", "votes": {rater: value}}.' },
    project: { type: 'string', valueHint: 'PROJECT', description: "Instead of a file: the counted votes of this project, by title or Label Studio's number." },
    ties: { type: 'string', default: 'davidson', valueHint: TIE_MODELS.join('|'), description: 'How often two models tie, given their strengths.' },
    'both-bad': { type: 'string', default: 'tie', valueHint: BOTH_BAD.join('|'), description: 'What a verdict that both are bad is.' },
    control: { type: 'string', default: EFFECTS.join(','), valueHint: `${EFFECTS.join(',')}|none`, description: 'What is taken out of the strengths.' },
    prior: { type: 'string', valueHint: 'SD', description: 'Standard deviation, in log odds, of a normal prior on strengths and effects; none unless given.' },
    seed: { type: 'string', default: '1', valueHint: 'N', description: 'Seed of the bootstrap; the same seed gives the same intervals.' },
    resamples: { type: 'string', default: '1000', valueHint: 'N', description: 'Bootstrap resamples; 0 leaves those intervals out.' },
    json: { type: 'boolean', default: false, description: 'Print one JSON document.' },
  },
  async run({ args }) {
    const options = {
      ties: parseChoice('--ties', args.ties, TIE_MODELS),
      control: args.control === 'none' ? [] : parseChoices('--control', args.control, EFFECTS),
      ...(args.prior === undefined ? {} : { priorSd: readPrior(args.prior) }),
      seed: parseWholeNumber('--seed', args.seed, Number.MAX_SAFE_INTEGER),
      resamples: parseWholeNumber('--resamples', args.resamples, RESAMPLES_MAX),
    };
    const bothBad = parseChoice('--both-bad', args['both-bad'], BOTH_BAD);
    const comparisons = (await readPairs(args.file, args.project)).flatMap((pair) => comparisonOf(pair, bothBad));
    if (comparisons.length * options.resamples > REFITS_QUIET_MAX) {
      process.stderr.write(`${comparisons.length} comparisons, ${options.resamples} resamples: this takes some seconds (--resamples 0 leaves those intervals out).\n`);
    }
    const ranking = rankModels(comparisons, options);
    process.stdout.write(args.json ? `${JSON.stringify(rankingJson(ranking), null, 2)}\n` : renderRanking(ranking));
  },
});

async function readPairs(file: string | undefined, project: string | undefined): Promise<readonly JudgedPair[]> {
  if ((file === undefined) === (project === undefined)) throw new PairloopError('pairloop ranking needs a file of comparisons or --project PROJECT, and not both.', 'usage');
  if (file !== undefined) return readComparisonsFile(file);
  return withDatabase(async (db) => {
    const { pairs, withoutModels } = await readJudgedPairs(db, (await findProject(db, project)).id);
    if (withoutModels > 0) process.stderr.write(`${withoutModels} votes are on pairs whose models are not both known (model_a, model_b at import); they are left out.\n`);
    return pairs;
  });
}

function comparisonOf({ verdict, ...pair }: JudgedPair, bothBad: (typeof BOTH_BAD)[number]): Comparison[] {
  if (verdict !== 'both_bad') return [{ ...pair, outcome: verdict }];
  return bothBad === 'tie' ? [{ ...pair, outcome: 'tie' }] : [];
}

function readPrior(text: string): number {
  const sd = parseNumber('--prior', text);
  if (sd > 0 && sd <= 100) return sd;
  throw new PairloopError(`--prior is ${text}; give a standard deviation in log odds above 0 and up to 100, such as 2.`, 'usage');
}
