import type { KindCharacteristics, PolicyCharacteristics, Promised, Share } from '../webhooks/quality/rater-policy/operating-characteristics.js';
import type { RaterPolicy } from '../webhooks/quality/rater-policy/policy.js';
import { alignCells } from './vote-words.js';

/** The figures of one policy for people. */
export function renderCharacteristics({ policy, promises, kinds }: PolicyCharacteristics): string {
  const lines = [describe(policy), '', ...alignCells([['What', 'within golds', 'wanted', 'exact', 'simulated', 'holds'], ...promises.map(promiseRow)]), '', ...kindTable(kinds)];
  return `${lines.join('\n')}\n`;
}

function describe(policy: RaterPolicy): string {
  if (policy.policy === 'strict') return `Policy strict: paused by more than ${policy.gold_failed_max} failed gold in a batch, κ below ${policy.kappa_min}, too fast, or attention.`;
  const { good, bad } = policy.hypotheses;
  const { freshPause, freshPass, freshGolds, freshFailedMax, driftPause } = policy.thresholds;
  return [
    `Policy sequential: ${percent(good)} against ${percent(bad)}. SPRT from ${freshPass} to ${freshPause}, cut at ${freshGolds} gold items (${freshFailedMax} failed pause);`,
    `CUSUM at ${driftPause}.`,
  ].join(' ');
}

function promiseRow({ what, within, wanted, exact, simulated }: Promised): string[] {
  return [what, String(within), `${wanted.relation} ${wanted.share.toFixed(2)}`, exact === null ? '–' : exact.toFixed(3), withInterval(simulated), verdictOn(wanted, simulated)];
}

/** By the simulation's interval, so that chance alone decides nothing. */
function verdictOn({ relation, share }: Promised['wanted'], { low, high }: Share): string {
  if (low === null || high === null) return '–';
  const [surely, surelyNot] = relation === '≤' ? [high <= share, low > share] : [low >= share, high < share];
  return surely ? 'yes' : surelyNot ? 'no' : 'undecided';
}

function kindTable(kinds: readonly KindCharacteristics[]): string[] {
  const within = kinds[0]!.pausedWithin.map(({ golds }) => `≤ ${golds}`);
  const header = ['Paused within golds', ...within, 'median golds', 'votes', 'hours', 'warned'];
  const rows = kinds.map(({ kind, pausedWithin, medianGolds, medianVotes, medianHours, warned }) => [
    `${kind.name}: ${kind.what}`,
    ...pausedWithin.map(({ share }) => withInterval(share)),
    medianGolds === null ? '–' : String(medianGolds),
    medianVotes === null ? '–' : String(medianVotes),
    medianHours === null ? '–' : medianHours.toFixed(1),
    shown(warned),
  ]);
  return alignCells([header, ...rows]);
}

const withInterval = ({ value, low, high }: Share): string => (value === null ? '–' : `${shown(value)} (${shown(low)}–${shown(high)})`);
const shown = (share: number | null): string => (share === null ? '–' : share.toFixed(3).replace(/^0/, ''));
const percent = (share: number): string => `${Math.round(share * 1_000) / 10} %`;
