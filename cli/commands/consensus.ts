import { defineCommand } from 'citty';
import { PairloopError } from '../../core/errors.js';
import { isPlain } from '../../webhooks/statistics/agreement-groups.js';
import { dawidSkene } from '../../webhooks/statistics/dawid-skene.js';
import { CONSENSUS_MODELS, type ConsensusModel } from '../../webhooks/statistics/rater-model.js';
import { consensusJson } from '../consensus-json.js';
import { renderConsensus } from '../consensus-table.js';
import { readVotesFile } from '../votes-file.js';

export const consensusCommand = defineCommand({
  meta: { name: 'consensus', description: "The probable true value of each item and each rater's errors (Dawid–Skene), from a file of votes." },
  args: {
    votes: { type: 'positional', required: true, valueHint: 'VOTES.jsonl', description: 'Votes: {"item", "rater", "value"} a line, or {"id", "votes": {rater: value}}.' },
    model: { type: 'string', default: 'full', valueHint: CONSENSUS_MODELS.join('|'), description: 'A confusion matrix for each rater, or one probability of being right.' },
    json: { type: 'boolean', default: false, description: 'Print one JSON document.' },
  },
  async run({ args }) {
    const model = readModel(args.model);
    const consensus = dawidSkene((await readVotesFile(args.votes)).filter(isPlain), { model });
    process.stdout.write(args.json ? `${JSON.stringify(consensusJson(consensus), null, 2)}\n` : renderConsensus(consensus));
  },
});

function readModel(text: string): ConsensusModel {
  const model = CONSENSUS_MODELS.find((one) => one === text);
  if (model !== undefined) return model;
  throw new PairloopError(`--model ${text} is not a model; give ${CONSENSUS_MODELS.join(' or ')}.`, 'usage');
}
