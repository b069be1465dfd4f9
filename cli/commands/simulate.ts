import { defineCommand } from 'citty';
import { PairloopError } from '../../core/errors.js';
import { operatingCharacteristics } from '../../webhooks/quality/rater-policy/operating-characteristics.js';
import { parseWholeNumber } from '../number-argument.js';
import { readPolicy } from '../rater-policy-file.js';
import { renderCharacteristics } from '../simulate-table.js';

const RATERS_MAX = 100_000;
const GOLDS_MAX = 5_000;

export const simulateCommand = defineCommand({
  meta: { name: 'simulate', description: 'What a rater policy does with good, noisy, biased, lazy, fast, clicking, colluding and drifting raters: shares paused, with intervals.' },
  args: {
    policy: { type: 'string', default: 'sequential,strict', valueHint: 'NAME|FILE,…', description: 'sequential, strict, or a YAML file; several with commas.' },
    raters: { type: 'string', default: '1000', valueHint: 'N', description: 'Simulated raters of each kind.' },
    golds: { type: 'string', default: '500', valueHint: 'N', description: 'Gold items after which the simulation of a rater ends.' },
    seed: { type: 'string', default: '1', valueHint: 'N', description: 'The same seed gives the same figures.' },
    json: { type: 'boolean', default: false, description: 'Print one JSON document.' },
  },
  async run({ args }) {
    const raters = parseWholeNumber('--raters', args.raters, RATERS_MAX);
    const golds = parseWholeNumber('--golds', args.golds, GOLDS_MAX);
    const seed = parseWholeNumber('--seed', args.seed, 2 ** 31);
    if (raters === 0 || golds === 0) throw new PairloopError('--raters and --golds are at least 1.', 'usage');
    const policies = [];
    for (const named of args.policy.split(',')) policies.push(await readPolicy(named.trim()));
    const simulated = policies.map((policy) => operatingCharacteristics({ policy, raters, golds, seed }));
    process.stdout.write(args.json ? `${JSON.stringify({ raters, golds, seed, policies: simulated }, null, 2)}\n` : `${simulated.map(renderCharacteristics).join('\n')}\n${raters} simulated raters of each kind, at most ${golds} golds each, seed ${seed}; 95 % intervals.\n`);
  },
});
