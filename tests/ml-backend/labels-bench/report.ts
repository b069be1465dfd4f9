import type { ConditionFigures, Saving } from './figures.js';
import type { Protocol } from './protocol.js';

export interface LabelsReport {
  readonly pool: { readonly prompts: number; readonly pairs: number; readonly development: number };
  readonly seconds: number;
  readonly machine: string;
  readonly conditions: readonly { readonly name: string; readonly figures: ConditionFigures }[];
}

/** A page of plain text. */
export function describeLabels({ pool, seconds, machine, conditions }: LabelsReport, protocol: Protocol): string {
  return [
    `${machine}; ${seconds.toFixed(0)} s`,
    `${pool.pairs} pairs with a known winner on ${pool.prompts} prompts; ${pool.development} prompts for development, the others in ${protocol.test_folds} disjoint test folds; ${protocol.conditions.map(({ seeds }) => seeds).join(', ')} seeds a fold; start ${protocol.start} labels by lot.`,
    'Saving: 1 − labels / labels of the better of the baselines (marked *), [95 % interval over test prompts and seeds], then each fold by itself.',
    ...conditions.flatMap(({ name, figures }) => ['', ...conditionLines(name, figures, protocol)]),
    '',
  ].join('\n');
}

function conditionLines(name: string, { whole, start, saturated, curves, savings }: ConditionFigures, { arms, start: labels }: Protocol): string[] {
  const shown = [0, 3, 6, 9, 12, 15, 17, 19, 21].filter((round) => round < Math.max(...curves.map((curve) => curve.labels.length)));
  const longest = curves.reduce((one, other) => (other.labels.length > one.labels.length ? other : one));
  const width = Math.max(...arms.map((arm) => arm.name.length)) + 4;
  return [
    `== ${name}: accuracy ${points(whole.accuracy)} with the whole pool, ${points(start)} with ${labels} labels${saturated ? ': SATURATED, there is nothing to save here' : ''}; log-loss ${whole.logLoss.toFixed(4)}`,
    `${'accuracy after labels'.padEnd(width)}${shown.map((round) => String(longest.labels[round]).padStart(8)).join('')}`,
    ...curves.map(({ accuracy }, at) => `${nameOf(arms[at]!).padEnd(width)}${shown.map((round) => (accuracy[round] === undefined ? '' : points(accuracy[round])).padStart(8)).join('')}`),
    `${'log-loss after labels'.padEnd(width)}${shown.map((round) => String(longest.labels[round]).padStart(8)).join('')}`,
    ...curves.map(({ logLoss }, at) => `${nameOf(arms[at]!).padEnd(width)}${shown.map((round) => (logLoss[round] === undefined ? '' : logLoss[round].toFixed(3)).padStart(8)).join('')}`),
    ...[...new Set(savings.map(({ target }) => target))].flatMap((target) => ['', `${target.padEnd(width)}  labels  saving`, ...savings.filter((one) => one.target === target).map((one, at) => `${nameOf(arms[at]!).padEnd(width)}${savingWords(one)}`)]),
  ];
}

function nameOf({ name, baseline }: Protocol['arms'][number]): string {
  return baseline ? `${name} *` : name;
}

function savingWords({ labels, saving, low, high, folds }: Saving): string {
  const needed = labels === Infinity ? 'never' : labels.toFixed(0);
  if (saving === undefined) return `${needed.padStart(8)}  no baseline gets there`;
  return `${needed.padStart(8)}  ${percent(saving).padStart(6)} [${percent(low)}, ${percent(high)}]   ${folds.map((one) => (one === undefined ? '?' : percent(one))).join(' ')}`;
}

function percent(share: number): string {
  if (Number.isNaN(share)) return '?';
  return share === -Infinity ? 'failed' : `${(100 * share).toFixed(0)} %`;
}

function points(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
