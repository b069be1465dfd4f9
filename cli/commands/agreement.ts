import { defineCommand } from 'citty';
import type { LabelledVote } from '../../core/domain/vote.js';
import { PairloopError } from '../../core/errors.js';
import { readLabelledVotes } from '../../webhooks/reports/labelled-votes.js';
import { BREAKDOWNS } from '../../webhooks/statistics/agreement-groups.js';
import { agreementReport } from '../../webhooks/statistics/agreement-report.js';
import { MEASUREMENT_LEVELS, type MeasurementLevel } from '../../webhooks/statistics/krippendorff-alpha.js';
import { agreementJson } from '../agreement-json.js';
import { renderAgreement } from '../agreement-table.js';
import { findProject } from '../find-project.js';
import { parseChoices, parseWholeNumber } from '../number-argument.js';
import { withDatabase } from '../system/connected.js';
import { readVotesFile } from '../votes-file.js';

const RESAMPLES_MAX = 1_000_000;
/** Votes times resamples that take less than two seconds. */
const DRAWS_QUIET_MAX = 100_000_000;

export const agreementCommand = defineCommand({
  meta: { name: 'agreement', description: "Percent agreement, Krippendorff's α, Fleiss' κ, Gwet's AC1 and Cohen's κ of votes, with intervals." },
  args: {
    votes: { type: 'positional', required: false, valueHint: 'VOTES.jsonl', description: 'Votes: {"item", "rater", "value"} a line, or {"id", "votes": {rater: value}}.' },
    project: { type: 'string', valueHint: 'PROJECT', description: "Instead of a file: the counted votes of this project, by title or Label Studio's number." },
    by: { type: 'string', valueHint: `${BREAKDOWNS.join(',')}|all`, description: 'The figures also for each of these; rater: against the others, with themselves (repeats), left out.' },
    dimension: { type: 'string', valueHint: 'NAME', description: "Look at the ratings of this dimension instead of the verdicts." },
    level: { type: 'string', default: 'nominal', valueHint: MEASUREMENT_LEVELS.join('|'), description: 'What distance between two values means.' },
    seed: { type: 'string', default: '1', valueHint: 'N', description: 'Seed of the bootstrap; the same seed gives the same intervals.' },
    resamples: { type: 'string', default: '1000', valueHint: 'N', description: 'Bootstrap resamples; 0 leaves the intervals out.' },
    json: { type: 'boolean', default: false, description: 'Print one JSON document.' },
  },
  async run({ args }) {
    const options = {
      level: readLevel(args.level),
      by: args.by === undefined ? [] : args.by === 'all' ? BREAKDOWNS : parseChoices('--by', args.by, BREAKDOWNS),
      ...(args.dimension === undefined ? {} : { dimension: args.dimension }),
      seed: parseWholeNumber('--seed', args.seed, Number.MAX_SAFE_INTEGER),
      resamples: parseWholeNumber('--resamples', args.resamples, RESAMPLES_MAX),
    };
    const votes = await readVotes(args.votes, args.project);
    if (votes.length * options.resamples > DRAWS_QUIET_MAX) {
      process.stderr.write(`${votes.length} votes, ${options.resamples} resamples: this takes some seconds (--resamples 0 leaves the intervals out).\n`);
    }
    const report = agreementReport(votes, options);
    process.stdout.write(args.json ? `${JSON.stringify(agreementJson(report), null, 2)}\n` : renderAgreement(report));
  },
});

async function readVotes(file: string | undefined, project: string | undefined): Promise<LabelledVote[]> {
  if ((file === undefined) === (project === undefined)) throw new PairloopError('pairloop agreement needs a file of votes or --project PROJECT, and not both.', 'usage');
  if (file !== undefined) return readVotesFile(file);
  return withDatabase(async (db) => readLabelledVotes(db, (await findProject(db, project)).id));
}

function readLevel(text: string): MeasurementLevel {
  const level = MEASUREMENT_LEVELS.find((one) => one === text);
  if (level !== undefined) return level;
  throw new PairloopError(`--level ${text} is not a level; give ${MEASUREMENT_LEVELS.join(', ')}.`, 'usage');
}
