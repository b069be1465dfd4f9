import { upperBound } from '../ml-backend/uncertainty/judge/binomial-bounds.js';
import type { RightShare } from '../ml-backend/uncertainty/judge/judge-report.js';
import type { Triage, TriageOptions } from '../ml-backend/uncertainty/judge/triage.js';
import { leftToHumans } from './judge-triage-table.js';

/** A triage as the JSON document of `--json`. Shares are from 0 to 1; what is undefined is null. */
export function triageJson(result: Triage, options: TriageOptions): Record<string, unknown> {
  const { pairs, known, judges, calibration, decisions, heldOut } = result;
  const { settled, humans, audited, reasons } = leftToHumans(result);
  return {
    stated: { error: options.error, confidence: options.confidence },
    n: { pairs, known, triaged: decisions.length, settled, humans, audited },
    humans_by_reason: Object.fromEntries(reasons),
    threshold: calibration.threshold,
    tested: calibration.tested.map((one) => ({ ...one, upper: upperBound(one.wrong, one.settled, 1 - options.confidence) })),
    judges: judges.map(({ judge, pairs: judged, stable, unstable, unanswered, positionBias, agreement }) => ({
      judge,
      pairs: judged,
      stable,
      order_unstable: unstable,
      unanswered,
      position_bias: { asked: positionBias.asked, first: positionBias.first, second: positionBias.second, first_share: positionBias.firstShare, interval: positionBias.interval },
      agreement: { ab: rightJson(agreement.ab), ba: rightJson(agreement.ba), stable: rightJson(agreement.stable) },
    })),
    held_out: heldOut,
    seed: options.seed,
    decisions,
  };
}

function rightJson({ right, n, share, interval }: RightShare): Record<string, unknown> {
  return { right, n, share, interval };
}
