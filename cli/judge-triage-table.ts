import type { JudgeReport } from '../ml-backend/uncertainty/judge/judge-report.js';
import { upperBound } from '../ml-backend/uncertainty/judge/binomial-bounds.js';
import { HUMAN_REASONS, type HeldOutRow, type HumanReason, type Triage, type TriageOptions } from '../ml-backend/uncertainty/judge/triage.js';
import { alignCells, count, fixed, rangeOf, shownName } from './vote-words.js';

const REASON_WORDS: Readonly<Record<HumanReason, string>> = {
  unanswered: 'no answer in both orders',
  order_unstable: 'order-unstable',
  judges_disagree: 'judges disagree',
  both_bad: 'both bad',
  not_confident: 'below the threshold',
};

/** How many pairs are settled and how many are left to humans, by reason; reasons without any are absent. */
export function leftToHumans({ decisions }: Triage): { settled: number; humans: number; audited: number; reasons: [HumanReason, number][] } {
  const settled = decisions.filter((decision) => decision.to === 'settled');
  const reasons = HUMAN_REASONS.map((reason): [HumanReason, number] => [reason, decisions.filter((decision) => decision.to === 'humans' && decision.reason === reason).length]);
  return {
    settled: settled.length,
    humans: decisions.length - settled.length,
    audited: settled.filter(({ audit }) => audit).length,
    reasons: reasons.filter(([, pairs]) => pairs > 0),
  };
}

/** A triage for people: the judges, what is settled and what is left to humans, and the trial on held-out halves. */
export function renderTriage(result: Triage, options: TriageOptions): string {
  const { pairs, known, judges } = result;
  return [
    `${count(pairs, 'pair')}, ${count(judges.length, 'judge')}; ${known} with gold. Intervals: exact, ${percent(options.confidence)}.`,
    '',
    ...alignCells([['Judge', 'stable', 'unstable', 'no answer', 'right if stable', 'interval', 'leans to first', 'interval'], ...judges.map(judgeCells)]),
    '',
    ...triageLines(result, options),
    '',
    ...heldOutLines(result, options),
    '',
  ].join('\n');
}

function judgeCells({ judge, stable, unstable, unanswered, agreement, positionBias }: JudgeReport): string[] {
  const { right, n } = agreement.stable;
  const { first, second } = positionBias;
  return [
    shownName(judge),
    String(stable),
    String(unstable),
    String(unanswered),
    n === 0 ? '–' : `${right} of ${n}`,
    rangeOf(agreement.stable.interval),
    first + second === 0 ? '–' : `${first} of ${first + second}`,
    rangeOf(positionBias.interval),
  ];
}

function triageLines(result: Triage, { error, confidence }: TriageOptions): string[] {
  const { decisions, calibration, known } = result;
  if (decisions.length === 0) return ['Every pair has gold: nothing is left to triage.'];
  const { settled, humans, audited, reasons } = leftToHumans(result);
  const promise = `at most ${percent(error)} wrong, with ${percent(confidence)} confidence`;
  // The threshold that is used, and the one below it that failed.
  const tested = calibration.tested
    .slice(-2)
    .map(({ threshold, settled: n, wrong }) => `  confidence ≥ ${fixed(threshold)}: ${wrong} of ${n} with gold wrong, upper bound ${fixed(upperBound(wrong, n, 1 - confidence))}`);
  const list = reasons.map(([reason, pairs]) => `${pairs} ${REASON_WORDS[reason]}`).join(', ');
  return [
    calibration.threshold === null
      ? `Settled: none of ${count(decisions.length, 'pair')} without gold; on ${known} with gold no threshold keeps ${promise}.`
      : `Settled: ${settled} of ${count(decisions.length, 'pair')} without gold (${promise}; confidence ≥ ${fixed(calibration.threshold)}).`,
    ...tested,
    `Left to humans: ${humans}${list === '' ? '' : ` (${list})`}${audited === 0 ? '' : `, and a random audit of ${audited} settled ones`}; ${percent((humans + audited) / decisions.length)} of the pairs.`,
  ];
}

function heldOutLines({ heldOut, known }: Triage, { splits, seed, confidence }: TriageOptions): string[] {
  if (heldOut.length === 0) return [];
  const half = Math.floor(known / 2);
  const header = ['Held-out halves', 'stated error', 'splits that settle', 'coverage', 'range', 'observed error', 'highest'];
  return [
    ...alignCells([header, ...heldOut.map(heldOutCells)]),
    '',
    `${count(splits, 'random split')} (seed ${seed}): calibrated on ${half} pairs with gold, tried on the other ${known - half}, ${percent(confidence)} confidence.`,
    'Coverage: share settled, over all splits. Observed error: over the splits that settle any.',
  ];
}

function heldOutCells({ judge, error, settling, splits, coverage, observed }: HeldOutRow): string[] {
  return [
    judge === null ? 'all together' : shownName(judge),
    percent(error),
    `${settling} of ${splits}`,
    fixed(coverage.mean),
    rangeOf({ low: coverage.least, high: coverage.most }),
    observed === null ? '–' : fixed(observed.mean),
    observed === null ? '–' : fixed(observed.most),
  ];
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
