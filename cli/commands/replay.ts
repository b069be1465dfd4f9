import { defineCommand } from 'citty';
import { loadConfig } from '../../core/config.js';
import { assertReachable, connect } from '../../core/database/connect.js';
import { ensureSecrets } from '../../core/database/secrets.js';
import { consentSchema, type Consent } from '../../core/domain/pair.js';
import { PairloopError } from '../../core/errors.js';
import { createLogger } from '../../core/logging.js';
import { startQueue } from '../../core/queue.js';
import { resolveConnections } from '../../core/running/running-file.js';
import { parseWholeNumber } from '../number-argument.js';
import { createProgress } from '../replay/progress.js';
import { readReplayFile } from '../replay/replay-file.js';
import { runReplay } from '../replay/replay.js';
import { renderReplay, replayJson } from '../replay/report.js';
import { createSteps } from '../step-lines.js';

const LIMIT_MAX = 100_000;

export const replayCommand = defineCommand({
  meta: { name: 'replay', description: 'Play real votes through the running system, one account per rater, and compare what comes out.' },
  args: {
    votes: { type: 'positional', required: true, valueHint: 'VOTES.jsonl', description: 'Pairs with `votes: {rater: verdict}` a line, or votes only (see --pairs).' },
    pairs: { type: 'string', valueHint: 'FILE', description: 'File of the pairs, when VOTES.jsonl holds votes only.' },
    limit: { type: 'string', valueHint: 'N', description: 'Only the first N pairs.' },
    consent: { type: 'string', default: 'public', valueHint: 'BASIS', description: 'Legal basis of pairs that name none: consent, contract, legitimate_interest, public or synthetic.' },
    json: { type: 'boolean', default: false, description: 'Print one JSON document.' },
  },
  async run({ args }) {
    const config = loadConfig();
    const limit = args.limit === undefined ? undefined : parseWholeNumber('--limit', args.limit, LIMIT_MAX);
    if (limit === 0) throw new PairloopError('--limit is 0; give at least 1.', 'usage');
    const file = await readReplayFile({ votesPath: args.votes, pairsPath: args.pairs, limit, consent: consentOf(args.consent) });
    const { databaseUrl, labelStudio, publicUrl } = resolveConnections(config);
    const db = connect(databaseUrl);
    const steps = createSteps(process.stderr);
    try {
      await assertReachable(db, databaseUrl);
      const queue = await startQueue(databaseUrl, createLogger('replay', 'warn'));
      const step = steps.begin('Replay made ready');
      let preparing = true;
      const progress = (name: string) => {
        if (preparing) step.done();
        preparing = false;
        steps.close();
        return createProgress(name, process.stderr);
      };
      const secrets = await ensureSecrets(db);
      const run = { db, secrets, labelStudio, publicUrl, queue, progress, onStep: step.report, now: () => new Date() };
      const outcome = await runReplay(run, file).finally(() => queue.stop());
      process.stdout.write(args.json ? `${JSON.stringify(replayJson(outcome), null, 2)}\n` : renderReplay(outcome));
      if (!outcome.comparison.equal) process.exitCode = 1;
    } finally {
      steps.close();
      await db.destroy();
    }
  },
});

function consentOf(text: string): Consent {
  const basis = consentSchema.shape.basis.safeParse(text);
  if (basis.success) return { basis: basis.data };
  throw new PairloopError(`--consent is ${JSON.stringify(text)}; give one of ${consentSchema.shape.basis.options.join(', ')}.`, 'usage');
}
