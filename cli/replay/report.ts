import { VERDICTS } from '../../core/domain/verdict.js';
import type { Gaps } from '../../webhooks/intake/gaps.js';
import type { AgreementReport } from '../../webhooks/statistics/agreement-report.js';
import { agreementJson } from '../agreement-json.js';
import type { Comparison, VoteDifference } from './comparison.js';

/** All that a replay has to tell at its end. */
export interface ReplayOutcome {
  readonly title: string;
  readonly labelStudioProjectId: number;
  readonly pairs: number;
  readonly raters: readonly string[];
  readonly mendedResponses: number;
  /** Submissions made by this run; those of earlier runs are not repeated. */
  readonly submitted: number;
  readonly elapsedMs: number;
  readonly comparison: Comparison;
  readonly gaps: Gaps;
}

const EXAMPLES_MAX = 5;

/** The outcome as the JSON document of `--json`. Verdicts are in the file's sides. */
export function replayJson(outcome: ReplayOutcome): Record<string, unknown> {
  const { votes, agreement, accepted, equal } = outcome.comparison;
  return {
    equal,
    title: outcome.title,
    label_studio_project: outcome.labelStudioProjectId,
    pairs: outcome.pairs,
    raters: outcome.raters,
    responses_shown_in_words: outcome.mendedResponses,
    submitted: outcome.submitted,
    elapsed_ms: Math.round(outcome.elapsedMs),
    votes: { ...votes, notCounted: undefined, not_counted: votes.notCounted },
    agreement: { equal: agreement.equal, file: agreementJson(agreement.file), database: agreementJson(agreement.database) },
    accepted,
    gaps: outcome.gaps,
  };
}

/** The outcome for people. */
export function renderReplay(outcome: ReplayOutcome): string {
  const { votes, agreement, accepted, equal } = outcome.comparison;
  const differences = [...describe('lost', votes.lost), ...describe('doubled', votes.doubled), ...describe('wrong', votes.wrong), ...describe('not in the file', votes.foreign)];
  const lines = [
    `${outcome.title}: ${outcome.pairs} pairs, ${outcome.raters.length} raters, Label Studio project ${outcome.labelStudioProjectId}.`,
    `${outcome.submitted} submissions in ${(outcome.elapsedMs / 1000).toFixed(1)} s.`,
    ...(outcome.mendedResponses === 0 ? [] : [`${outcome.mendedResponses} responses are empty or no text in the file; annotators see words that say so.`]),
    '',
    ...table([
      ['', 'file', 'database'],
      ['Votes', String(votes.file), String(votes.database)],
      ...agreementRows(agreement.file, agreement.database),
      ...VERDICTS.map((verdict) => [`Accepted: ${verdict}`, String(accepted.file[verdict]), String(accepted.database[verdict])]),
    ]),
    '',
    `Votes lost ${votes.lost.length}, doubled ${votes.doubled.length}, wrong ${votes.wrong.length}, not in the file ${votes.foreign.length}.`,
    ...differences,
    ...Object.entries(votes.notCounted).map(([reason, count]) => `  ${count} stored but not counted: ${reason}`),
    ...(accepted.different.length === 0 ? [] : [`Accepted differently: ${shown(accepted.different)}.`]),
    ...describeGaps(outcome.gaps),
    equal ? 'Equal: the database holds what the file says.' : 'NOT EQUAL: the database differs from the file.',
  ];
  return `${lines.join('\n')}\n`;
}

function agreementRows(file: AgreementReport, database: AgreementReport): string[][] {
  const figure = (value: number | null | undefined): string => (value === null || value === undefined ? 'undefined' : value.toFixed(6));
  const names = file.cohenKappa.map(({ raters }) => raters);
  return [
    ['Percent agreement', figure(file.percentAgreement.value), figure(database.percentAgreement.value)],
    ["Krippendorff's α", figure(file.krippendorffAlpha.value), figure(database.krippendorffAlpha.value)],
    ...names.map((raters) => {
      const kappaIn = (report: AgreementReport) => report.cohenKappa.find((one) => one.raters[0] === raters[0] && one.raters[1] === raters[1])?.kappa.value;
      return [`Cohen's κ, ${raters.join(' – ')}`, figure(kappaIn(file)), figure(kappaIn(database))];
    }),
  ];
}

function table(rows: readonly string[][]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('   '));
}

function describe(kind: string, differences: readonly VoteDifference[]): string[] {
  const few = differences.slice(0, EXAMPLES_MAX).map(({ pair, rater, file, database }) => {
    const stored = database.length === 0 ? 'nothing' : database.join(' and ');
    return `  ${kind}: ${rater} on ${pair}: ${file ?? 'nothing'} in the file, ${stored} in the database`;
  });
  const more = differences.length - few.length;
  return more > 0 ? [...few, `  … and ${more} more ${kind}`] : few;
}

function describeGaps(gaps: Gaps): string[] {
  const { inApiNeverDelivered: missed, ...rest } = gaps;
  const open = Object.entries(rest).filter(([, gap]) => gap.count > 0);
  return [
    ...(missed.count === 0 ? [] : [`${missed.count} votes came without a webhook; reconciliation found them.`]),
    open.length === 0
      ? 'No gaps between journal, deliveries and Label Studio.'
      : `Gaps (\`pairloop reconcile\` says more): ${open.map(([name, gap]) => `${name} ${gap.count}`).join(', ')}.`,
  ];
}

function shown(ids: readonly string[]): string {
  return ids.slice(0, EXAMPLES_MAX).join(', ') + (ids.length > EXAMPLES_MAX ? ` and ${ids.length - EXAMPLES_MAX} more` : '');
}
