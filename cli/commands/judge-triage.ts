import { defineCommand } from 'citty';
import { PairloopError } from '../../core/errors.js';
import type { JudgeVote } from '../../ml-backend/uncertainty/judge/judge-vote.js';
import { readReferenceFiles } from '../../ml-backend/uncertainty/judge/reference-file.js';
import { triage } from '../../ml-backend/uncertainty/judge/triage.js';
import { readVerdictsFile } from '../../ml-backend/uncertainty/judge/verdicts-file.js';
import { triageJson } from '../judge-triage-json.js';
import { renderTriage } from '../judge-triage-table.js';
import { parseNumber, parseWholeNumber } from '../number-argument.js';

const SPLITS_MAX = 10_000;
/** What takes less than two seconds. */
const VOTES_TIMES_SPLITS_QUIET = 500_000;
/** Stated errors that are always tried out on held-out halves. */
const USUAL_ERRORS = [0.15, 0.05];

export const judgeTriageCommand = defineCommand({
  meta: { name: 'triage', description: 'Which pairs LLM judges may settle with a stated error, calibrated on gold; what is left to humans, and what they audit.' },
  args: {
    verdicts: { type: 'positional', required: true, valueHint: 'FILE', description: 'Verdicts in both orders: {"item", "judge", "ab", "ba"} a line, or what pairloop judge run writes.' },
    gold: { type: 'string', required: true, valueHint: 'GOLD.jsonl', description: 'Gold items or human votes: {"id", "gold"}, {"id", "accepted_verdicts"} or {"id", "votes"} a line; several files with commas between.' },
    error: { type: 'string', default: '0.15', valueHint: 'SHARE', description: 'Stated error: at most this share of what is settled may be wrong.' },
    confidence: { type: 'string', default: '0.9', valueHint: 'SHARE', description: 'Probability with which the stated error is kept; also of the intervals.' },
    judges: { type: 'string', valueHint: 'NAME,…', description: 'Only these judges of the file, as one panel.' },
    'audit-precision': { type: 'string', default: '0.1', valueHint: 'SHARE', description: 'The audit shall measure the error of what is settled to ± this.' },
    splits: { type: 'string', default: '100', valueHint: 'N', description: 'How many random halves of the gold the promise is tried out on.' },
    seed: { type: 'string', default: '1', valueHint: 'N', description: 'Decides the audit sample and the halves.' },
    json: { type: 'boolean', default: false, description: 'Print one JSON document, with the decision for each pair.' },
  },
  async run({ args }) {
    const error = parseShare('--error', args.error);
    const options = {
      error,
      confidence: parseShare('--confidence', args.confidence),
      auditPrecision: parsePrecision(args['audit-precision']),
      heldOutErrors: [...new Set([...USUAL_ERRORS, error])].sort((one, other) => other - one),
      splits: parseWholeNumber('--splits', args.splits, SPLITS_MAX),
      seed: parseWholeNumber('--seed', args.seed, Number.MAX_SAFE_INTEGER - SPLITS_MAX),
    };
    const votes = chooseJudges(await readVerdictsFile(args.verdicts), args.judges);
    const reference = await readReferenceFiles(args.gold.split(','));
    if (votes.length * options.splits > VOTES_TIMES_SPLITS_QUIET) process.stderr.write(`${votes.length} votes, ${options.splits} splits: this takes some seconds (--splits 10 takes less).\n`);
    const result = triage(votes, reference, options);
    if (result.known === 0) throw new PairloopError(`No pair of ${args.verdicts} has gold in ${args.gold}; check that "item" and "id" are the same names.`, 'usage');
    process.stdout.write(args.json ? `${JSON.stringify(triageJson(result, options), null, 2)}\n` : renderTriage(result, options));
  },
});

function parseShare(option: string, text: string): number {
  const share = parseNumber(option, text);
  if (share > 0 && share < 1) return share;
  throw new PairloopError(`${option} is ${text}; give a share above 0 and below 1, such as 0.15 for 15 %.`, 'usage');
}

/** Below ± 0.01 an audit needs thousands of pairs. */
function parsePrecision(text: string): number {
  const precision = parseShare('--audit-precision', text);
  if (precision >= 0.01) return precision;
  throw new PairloopError(`--audit-precision is ${text}; give 0.01 or more.`, 'usage');
}

function chooseJudges(votes: readonly JudgeVote[], list: string | undefined): readonly JudgeVote[] {
  if (list === undefined) return votes;
  const wanted = new Set(list.split(',').map((name) => name.trim()));
  const there = new Set(votes.map((vote) => vote.judge));
  const missing = [...wanted].find((name) => !there.has(name));
  if (missing !== undefined) throw new PairloopError(`--judges names ${JSON.stringify(missing)}, which is not in the file; its judges are ${[...there].toSorted().join(', ')}.`, 'usage');
  return votes.filter((vote) => wanted.has(vote.judge));
}
