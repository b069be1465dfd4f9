import { hasPrograms } from './unified-diff.js';
import { findingPlaces } from './findings.js';
import { STRENGTH_KEYS, VERDICT_KEYS } from './keymap.js';
import type { ComparisonSession } from './session.js';
import { arrangeTurns } from './turns.js';

type KeyMeaning = readonly [key: string, meaning: string];

/** The keys that do something for this pair, in groups; those of the host only where it has them. */
export function keySheet(session: ComparisonSession): { title: string; keys: KeyMeaning[] }[] {
  return [
    { title: 'Judge', keys: judging(session) },
    { title: 'Read', keys: reading(session) },
    { title: 'Understand', keys: [['G', 'Guideline'], ['H', 'Levels and flags, with examples'], ['?', 'These keys'], ['Esc', 'Close a panel, leave a field']] as KeyMeaning[] },
  ].filter(({ keys }) => keys.length > 0);
}

function judging({ rubric, host, state }: ComparisonSession): KeyMeaning[] {
  if (state.readOnly) return [];
  const { capabilities } = host;
  return [
    ...VERDICT_KEYS.map(({ key, label }): KeyMeaning => [key, label]),
    ...(rubric.strength ? STRENGTH_KEYS.map(({ key, label }): KeyMeaning => [key, label]) : []),
    ...(rubric.dimensions.length > 0 ? [['R', 'Rate: 1 to 5, row after row'] as KeyMeaning] : []),
    ...(rubric.flags.length > 0 ? [['F', 'Flags'] as KeyMeaning] : []),
    ['W', 'Why'],
    ['C', 'Critique'],
    ['P', 'Policy reference'],
    ...(host.canSkip ? [['S', 'Skip, with a reason'] as KeyMeaning] : []),
    ['Ctrl Enter', capabilities.veto || !capabilities.nativeSubmit ? 'Submit' : 'Show what is missing'],
    ...(capabilities.undo ? [['Ctrl Z', 'Undo'] as KeyMeaning] : []),
  ];
}

function reading(session: ComparisonSession): KeyMeaning[] {
  const { task } = session.host;
  const { earlier, system } = arrangeTurns(task.prompt, task.messages);
  const checks = session.checks();
  const output = [checks.a, checks.b].some((one) => (one?.execution?.output?.trim() ?? '') !== '');
  return [
    ['D', 'Differences'],
    ...(hasPrograms(task) ? [['U', 'Unified diff of the programs'] as KeyMeaning] : []),
    ...(findingPlaces(checks).length > 0 ? [['N', 'Next finding'] as KeyMeaning] : []),
    ...(output ? [['O', 'Output of the checks'] as KeyMeaning] : []),
    ...(earlier.length > 0 ? [['E', 'Earlier turns'] as KeyMeaning] : []),
    ...(system.length > 0 ? [['Y', 'System prompt'] as KeyMeaning] : []),
    ['V', 'View settings'],
    ['L', 'Side by side or stacked'],
    ['T', 'Scroll the responses together'],
    ['+ -', 'Text size'],
  ];
}
