import type { Verdict } from '../core/domain/verdict.js';
import type { Gaps, LastCheck } from '../webhooks/intake/gaps.js';
import type { ProjectStatus, Status } from '../webhooks/reports/status.js';
import type { Estimate } from '../webhooks/statistics/bootstrap.js';
import { GAP_WORDS } from './gap-words.js';
import { count } from './vote-words.js';

const VERDICT_WORDS: Readonly<Record<Verdict, string>> = { a: 'A better', b: 'B better', tie: 'tie', both_bad: 'both bad' };

/** The status for people: one block for the pool, one for each project, a row a subject. */
export function renderStatus(status: Status): string {
  const { pool, raters, projects } = status;
  const withheld = pool.withoutConsent === 0 ? '' : `, ${pool.withoutConsent} of them without consent (never released)`;
  const head = rows([
    ['Pool', `${pool.pairs} pairs${withheld}`],
    ['Gold items', String(pool.gold)],
    ['Raters', `${raters.active} active, ${raters.paused} paused`],
  ]);
  const blocks = projects.map((project) => [`${project.title} (Label Studio project ${project.labelStudioProjectId})`, ...projectRows(project)].join('\n'));
  return `${[head.join('\n'), ...blocks].join('\n\n')}\n`;
}

function projectRows(project: ProjectStatus): string[] {
  const { pairs, votes, gold, agreement, batches } = project;
  const uncounted = votes.notCounted === 0 ? '' : `, ${votes.notCounted} not counted`;
  return rows([
    ['  Batches', `${batches.shipped} shipped${batches.building === 0 ? '' : `, ${batches.building} being shipped`}`],
    ['  Pairs', `${pairs.total}: ${pairs.open} open, ${pairs.accepted} accepted, ${pairs.disputed} disputed`],
    ['  Votes', `${votes.cast} by ${votes.raters} ${votes.raters === 1 ? 'rater' : 'raters'} (${verdicts(votes.byVerdict)}), ${votes.skipped} skipped${uncounted}`],
    ...marks(votes),
    ['  Agreement', `${estimate('percent', agreement.percent)}; ${estimate("Krippendorff's α", agreement.alpha)}`],
    ['  Gold', `${gold.items} items; ${gold.passed} passed, ${gold.failed} failed`],
    ['  Accepted', verdicts(project.accepted)],
    ['  Rule', project.rule],
    ['  Guideline', project.guideline],
    ['  Last check', lastCheck(project.lastCheck)],
    ['  Gaps', gaps(project.gaps)],
  ]);
}

/** What was said beside the verdicts; nothing where nobody was asked. */
function marks({ byStrength, byFlag }: ProjectStatus['votes']): [string, string][] {
  const list = (counts: Readonly<Record<string, number>>): string => Object.entries(counts).map(([name, number]) => `${number} ${name}`).join(', ');
  const strength = list(byStrength);
  const flags = list(byFlag);
  return [...(strength === '' ? [] : [['  Strength', `${strength} better`] as [string, string]]), ...(flags === '' ? [] : [['  Flags', flags] as [string, string]])];
}

function rows(pairs: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

function verdicts(counts: Partial<Record<Verdict, number>>): string {
  const parts = (Object.keys(VERDICT_WORDS) as Verdict[]).map((verdict) => `${counts[verdict] ?? 0} ${VERDICT_WORDS[verdict]}`);
  return parts.join(', ');
}

function estimate(name: string, { value, interval, reason, n }: Estimate): string {
  if (value === null) return `${name} undefined (${reason ?? 'no votes'})`;
  const range = interval === null ? '' : ` [${interval.low.toFixed(2)}, ${interval.high.toFixed(2)}]`;
  return `${name} ${value.toFixed(3)}${range} on ${n.items} pairs`;
}

/** When Label Studio was last asked what it holds; a submission is looked for at the next check, and is a gap only when that does not find it. */
function lastCheck({ at, waiting }: LastCheck): string {
  const time = at === null ? 'none yet' : `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  if (waiting === 0) return time;
  return `${time}; ${count(waiting, 'submission')} ${waiting === 1 ? 'waits' : 'wait'} for the next, one a minute`;
}

function gaps(found: Gaps): string {
  const open = (Object.keys(GAP_WORDS) as (keyof Gaps)[]).filter((name) => found[name].count > 0);
  if (open.length === 0) return "none: journal, deliveries and Label Studio's API agree";
  return open.map((name) => `${found[name].count} ${GAP_WORDS[name]}`).join('; ');
}
