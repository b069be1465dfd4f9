import type { AgreementReport } from '../webhooks/statistics/agreement-report.js';
import type { Estimate } from '../webhooks/statistics/bootstrap.js';
import { alignCells, describeVotes, fixed, rangeOf, shownName } from './vote-words.js';

const PAIRS_SHOWN_MAX = 30;

/** The report as a table for people: one statistic a row, numbers right-aligned, reasons of what is undefined below. */
export function renderAgreement(report: AgreementReport): string {
  const rows = [...overallRows(report), ...pairRows(report)];
  const cells = [['', 'value', intervalTitle(report), 'items', 'votes'], ...rows.map(cellsOf)];
  return [describeVotes(report.n, report.values), '', ...alignCells(cells), ...notes(report, rows), ''].join('\n');
}

interface Row {
  readonly name: string;
  readonly estimate: Estimate;
}

function overallRows(report: AgreementReport): Row[] {
  return [
    { name: 'Percent agreement', estimate: report.percentAgreement },
    { name: 'All votes alike', estimate: report.allAgree },
    { name: `Krippendorff's α (${report.level})`, estimate: report.krippendorffAlpha },
    { name: "Fleiss' κ (nominal)", estimate: report.fleissKappa },
    { name: "Gwet's AC1 (nominal)", estimate: report.gwetAc1 },
  ];
}

function pairRows(report: AgreementReport): Row[] {
  return report.cohenKappa.slice(0, PAIRS_SHOWN_MAX).flatMap(({ raters, kappa, linear, quadratic }) => {
    const pair = raters.map((rater) => shownName(rater)).join(' – ');
    const rows: Row[] = [{ name: `Cohen's κ, ${pair}`, estimate: kappa }];
    if (linear !== undefined) rows.push({ name: '  linear weights', estimate: linear });
    if (quadratic !== undefined) rows.push({ name: '  quadratic weights', estimate: quadratic });
    return rows;
  });
}

function cellsOf({ name, estimate }: Row): string[] {
  const { value, interval, n } = estimate;
  return [name, value === null ? 'undefined' : fixed(value), rangeOf(interval), String(n.items), String(n.votes)];
}

function intervalTitle(report: AgreementReport): string {
  return `${Number((report.bootstrap.coverage * 100).toFixed(1))} % interval`;
}

/** What the table cannot say: why something is undefined, what is left out, how the intervals were made. */
function notes(report: AgreementReport, rows: readonly Row[]): string[] {
  const reasons = new Map<string, string[]>();
  for (const { name, estimate } of rows) {
    if (estimate.reason === undefined) continue;
    reasons.set(estimate.reason, [...(reasons.get(estimate.reason) ?? []), name.trim()]);
  }
  const lines = [...reasons].map(([reason, names]) => `${names.join('; ')}: ${reason}.`);
  if (report.cohenKappaReason !== undefined) lines.push(`Cohen's κ: ${report.cohenKappaReason}.`);
  const hidden = report.cohenKappa.length - PAIRS_SHOWN_MAX;
  if (hidden > 0) lines.push(`Cohen's κ of ${hidden} more rater pairs: see --json.`);
  const { resamples, seed } = report.bootstrap;
  if (rows.some(({ estimate }) => estimate.interval !== null)) {
    lines.push(`Intervals: percentile bootstrap over items, ${resamples} resamples, seed ${seed}.`);
  }
  return lines.length === 0 ? [] : ['', ...lines];
}
