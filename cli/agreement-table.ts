import type { AgreementReport } from '../webhooks/statistics/agreement-report.js';
import type { AgreementGroup, AgreementGroups } from '../webhooks/statistics/agreement-groups.js';
import type { Estimate } from '../webhooks/statistics/bootstrap.js';
import { alignCells, count, describeVotes, fixed, rangeOf, shownName } from './vote-words.js';

const PAIRS_SHOWN_MAX = 30;
const GROUPS_SHOWN_MAX = 20;

/** The report as a table for people: one statistic a row, numbers right-aligned, reasons of what is undefined below. */
export function renderAgreement(report: AgreementReport): string {
  const rows = [...overallRows(report), ...pairRows(report)];
  const cells = [['', 'value', intervalTitle(report), 'items', 'votes'], ...rows.map(cellsOf)];
  const subject = report.dimension === undefined ? '' : `Ratings of ${shownName(report.dimension)}: `;
  const sections = (Object.keys(SECTIONS) as (keyof AgreementGroups)[]).flatMap((kind) => section(report, kind));
  return [`${subject}${describeVotes(report.n, report.values)}`, '', ...alignCells(cells), ...sections, ...notes(report, rows), ...hints(report), ''].join('\n');
}

const SECTIONS: Readonly<Record<keyof AgreementGroups, { readonly title: string; readonly none: string }>> = {
  batch: { title: 'By batch', none: 'no vote says which batch it is from' },
  domain: { title: 'By domain', none: 'no vote says which domain it is from' },
  dimension: { title: 'By rubric dimension', none: 'no vote rates a dimension' },
  pair: { title: 'By rater pair', none: 'no item has votes of two raters' },
  againstOthers: { title: 'Each rater against the others', none: 'there are no votes' },
  withSelf: { title: 'Each rater with themselves (repeats)', none: 'no vote is a repeat' },
  leftOut: { title: 'All but one rater', none: 'there are no votes' },
};

function section(report: AgreementReport, kind: keyof AgreementGroups): string[] {
  const groups = report.by[kind];
  if (groups === undefined) return [];
  const { title, none } = SECTIONS[kind];
  if (groups.length === 0) return ['', `${title}: ${none}.`];
  const shown = groups.slice(0, GROUPS_SHOWN_MAX);
  const rows = shown.map((group) => ({ name: shownName(group.name), rows: groupRows(group, kind) }));
  const cells = rows.flatMap(({ name, rows: own }) => [[name, '', '', '', ''], ...own.map(cellsOf)]);
  const hidden = groups.length - shown.length;
  const undecided = groups.reduce((sum, group) => sum + (group.undecided ?? 0), 0);
  return [
    '',
    ...alignCells([[title, 'value', intervalTitle(report), 'items', 'votes'], ...cells]),
    ...reasonLines(rows.flatMap(({ name, rows: own }) => own.map((row) => ({ ...row, name: `${name}, ${row.name.trim()}` })))),
    ...(undecided > 0 ? [`${count(undecided, 'vote')} left out, where the others gave no value more often than each other one.`] : []),
    ...(hidden > 0 ? [`${count(hidden, 'more part')}: see --json.`] : []),
  ];
}

function groupRows({ figures, kappa, level }: AgreementGroup, kind: keyof AgreementGroups): Row[] {
  const rows = [
    { name: '  Percent agreement', estimate: figures.percentAgreement },
    { name: `  Krippendorff's α (${level})`, estimate: figures.krippendorffAlpha },
    { name: "  Fleiss' κ (nominal)", estimate: figures.fleissKappa },
    { name: "  Gwet's AC1 (nominal)", estimate: figures.gwetAc1 },
  ];
  if (kappa !== undefined) return [rows[0]!, { name: "  Cohen's κ", estimate: kappa }];
  return kind === 'leftOut' ? [rows[1]!] : rows;
}

/** What the votes also tell apart and was not asked for. */
function hints({ labels, by }: AgreementReport): string[] {
  const offers = [
    ...(labels.batches > 0 && by.batch === undefined ? [`batch (${labels.batches})`] : []),
    ...(labels.domains > 0 && by.domain === undefined ? [`domain (${labels.domains})`] : []),
    ...(labels.dimensions > 0 && by.dimension === undefined ? [`dimension (${labels.dimensions})`] : []),
    ...(labels.repeats > 0 && by.withSelf === undefined ? [`rater (${count(labels.repeats, 'repeat')})`] : []),
  ];
  return offers.length === 0 ? [] : [`There is more with --by: ${offers.join(', ')}.`];
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
  const lines = reasonLines(rows);
  if (report.cohenKappaReason !== undefined) lines.push(`Cohen's κ: ${report.cohenKappaReason}.`);
  const hidden = report.cohenKappa.length - PAIRS_SHOWN_MAX;
  if (hidden > 0) lines.push(`Cohen's κ of ${hidden} more rater pairs: see --json.`);
  const { resamples, seed } = report.bootstrap;
  if (rows.some(({ estimate }) => estimate.interval !== null)) {
    lines.push(`Intervals: percentile bootstrap over items, ${resamples} resamples, seed ${seed}.`);
  }
  return lines.length === 0 ? [] : ['', ...lines];
}

const NAMES_SHOWN_MAX = 8;

/** Why figures or intervals are missing, a reason a line. */
function reasonLines(rows: readonly Row[]): string[] {
  const reasons = new Map<string, string[]>();
  for (const { name, estimate } of rows) {
    if (estimate.reason === undefined) continue;
    reasons.set(estimate.reason, [...(reasons.get(estimate.reason) ?? []), name.trim()]);
  }
  return [...reasons].map(([reason, names]) => {
    const more = names.length - NAMES_SHOWN_MAX;
    return `${names.slice(0, NAMES_SHOWN_MAX).join('; ')}${more > 0 ? `; and ${more} more` : ''}: ${reason}.`;
  });
}
