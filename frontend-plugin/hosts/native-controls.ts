import { flagsName, LABEL_NAMES, likertName, META_KEY } from '../../core/domain/label-names.js';
import type { Rubric } from '../../core/domain/rubric.js';
import { strengthSchema, verdictSchema } from '../../core/domain/verdict.js';
import { voteMetaSchema, type VoteMeta } from '../../core/domain/vote.js';
import { EMPTY_DRAFT, SIDES, TEXT_FIELDS, type Change, type Draft, type Side } from '../view/state/draft.js';
import { readControlMeta, writeControlMeta } from './control-meta.js';
import type { EditorAnnotation, EditorControl } from './editor-store.js';

/** Key of our writes in the editor's history: what happens while frozen is one undo step. */
const HISTORY_KEY = 'pairloop';

/** Reads the judgement (canonical sides) that the native controls hold. Values out of range count as missing. */
export function readNativeDraft(annotation: EditorAnnotation, rubric: Rubric): Draft {
  const likert: Record<string, Draft['likert'][string]> = {};
  for (const { name } of rubric.dimensions) {
    likert[name] = { a: readLevel(annotation, likertName(name, 'a')), b: readLevel(annotation, likertName(name, 'b')) };
  }
  const texts = Object.fromEntries(TEXT_FIELDS.map((field) => [field, readText(annotation, LABEL_NAMES[field])]));
  const verdict = verdictSchema.safeParse(firstValue(annotation, LABEL_NAMES.verdict));
  const strength = strengthSchema.safeParse(firstValue(annotation, LABEL_NAMES.strength));
  const flags = { a: readFlags(annotation, 'a'), b: readFlags(annotation, 'b') };
  return { ...EMPTY_DRAFT, ...texts, likert, flags, verdict: verdict.success ? verdict.data : null, strength: strength.success ? strength.data : null };
}

/**
 * Names of the controls (and `control value` of the choices) that a rubric stores its judgement in and this editor
 * does not have: it was loaded before the project's label config changed. Empty when it has them all.
 */
export function missingControls(annotation: EditorAnnotation, rubric: Rubric): string[] {
  const names = [
    LABEL_NAMES.verdict,
    ...rubric.dimensions.flatMap(({ name }) => [likertName(name, 'a'), likertName(name, 'b')]),
    ...(rubric.strength ? [LABEL_NAMES.strength] : []),
    ...(rubric.flags.some(({ kind }) => kind === 'stale') ? [LABEL_NAMES.staleSource, LABEL_NAMES.staleDate] : []),
  ];
  const flags = SIDES.flatMap((side) => rubric.flags.map(({ name }) => [flagsName(side), name] as const));
  const lacksFlag = ([control, name]: readonly [string, string]): boolean => annotation.names?.get(control)?.findLabel?.(name) === undefined;
  return [...names.filter((name) => annotation.names?.has(name) !== true), ...flags.filter(lacksFlag).map((pair) => pair.join(' '))];
}

/** What an earlier vote recorded beside its verdict; null without one, or when it is not ours. */
export function readNativeMeta(annotation: EditorAnnotation): VoteMeta | null {
  const control = annotation.names?.get(LABEL_NAMES.verdict);
  const result = control?.result;
  if (result === undefined) return null;
  const parsed = voteMetaSchema.safeParse(result.area.meta?.[META_KEY] ?? result.meta?.[META_KEY] ?? readControlMeta(control)?.[META_KEY]);
  return parsed.success ? parsed.data : null;
}

/** Writes changes into the native controls, and `meta` beside the verdict, as one undo step. */
export function writeNativeChanges(annotation: EditorAnnotation, changes: readonly Change[], meta: VoteMeta): void {
  annotation.history.freeze(HISTORY_KEY);
  try {
    for (const change of changes) writeChange(annotation, change);
    writeMeta(annotation, meta);
  } finally {
    annotation.history.unfreeze(HISTORY_KEY);
  }
}

/** Records `meta` beside the verdict without an undo step. */
export function stampNativeMeta(annotation: EditorAnnotation, meta: VoteMeta): void {
  annotation.history.freeze(HISTORY_KEY);
  try {
    writeMeta(annotation, meta);
  } finally {
    annotation.history.safeUnfreeze(HISTORY_KEY);
  }
}

function writeChange(annotation: EditorAnnotation, change: Change): void {
  switch (change.part) {
    case 'verdict':
      return writeChoice(annotation, LABEL_NAMES.verdict, change.verdict);
    case 'strength':
      return writeChoice(annotation, LABEL_NAMES.strength, change.strength);
    case 'likert':
      return writeLevel(annotation, likertName(change.dimension, change.side), change.level);
    case 'flags':
      return writeFlags(annotation, change.side, change.flags);
    default:
      return writeText(annotation, LABEL_NAMES[change.part], change.text);
  }
}

/** Sets the one choice of a control; null takes it back. */
function writeChoice(annotation: EditorAnnotation, name: string, value: string | null): void {
  const control = annotation.names?.get(name);
  if (value === null) {
    clearChoices(annotation, control);
    return;
  }
  const choice = control?.findLabel?.(value);
  if (choice !== undefined && !choice.sel) choice.toggleSelected();
}

/** Takes every choice back before the result goes: one that kept its mark could not be chosen again. */
function clearChoices(annotation: EditorAnnotation, control: EditorControl | undefined): void {
  const value = control?.result?.mainValue;
  for (const name of isList(value) ? [...value] : []) {
    const choice = typeof name === 'string' ? control?.findLabel?.(name) : undefined;
    if (choice?.sel === true) choice.toggleSelected();
  }
  deleteResult(annotation, control);
}

function writeFlags(annotation: EditorAnnotation, side: Side, flags: readonly string[]): void {
  const control = annotation.names?.get(flagsName(side));
  if (flags.length === 0) {
    clearChoices(annotation, control);
    return;
  }
  const before = readFlags(annotation, side);
  for (const name of [...before.filter((one) => !flags.includes(one)), ...flags.filter((one) => !before.includes(one))]) control?.findLabel?.(name)?.toggleSelected();
}

function writeLevel(annotation: EditorAnnotation, name: string, level: number | null): void {
  const control = annotation.names?.get(name);
  control?.setRating?.(level ?? 0);
  if (level === null) deleteResult(annotation, control);
}

function writeText(annotation: EditorAnnotation, name: string, text: string): void {
  const control = annotation.names?.get(name);
  control?.updateFromResult?.(text === '' ? [] : [text]);
  if (text === '') deleteResult(annotation, control);
  else control?.onChange?.();
}

/** Label Studio would keep an emptied control as a result without a value; a missing part has no result. */
function deleteResult(annotation: EditorAnnotation, control: EditorControl | undefined): void {
  if (control?.result !== undefined) annotation.deleteArea(control.result.area);
}

function writeMeta(annotation: EditorAnnotation, meta: VoteMeta): void {
  const control = annotation.names?.get(LABEL_NAMES.verdict);
  const result = control?.result;
  if (control !== undefined && result !== undefined && result.setMetaValue === undefined) return writeControlMeta(control, { [META_KEY]: meta });
  result?.setMetaValue?.(META_KEY, meta);
  if (result?.area.meta?.[META_KEY] === undefined) return;
  const value = { ...result.area.meta, [META_KEY]: meta };
  result.area.$treenode?.applyPatches?.([{ op: 'replace', path: '/meta', value }]);
}

function readFlags(annotation: EditorAnnotation, side: Side): string[] {
  const value = annotation.names?.get(flagsName(side))?.result?.mainValue;
  return isList(value) ? value.filter((one) => typeof one === 'string').toSorted() : [];
}

function readText(annotation: EditorAnnotation, name: string): string {
  const value = firstValue(annotation, name);
  return typeof value === 'string' ? value : '';
}

function readLevel(annotation: EditorAnnotation, name: string): number | undefined {
  const value = firstValue(annotation, name);
  return typeof value === 'number' && value >= 1 && value <= 5 ? value : undefined;
}

/** A control's value; Choices and TextArea hold a list, of which ours have one element. */
function firstValue(annotation: EditorAnnotation, name: string): unknown {
  const value = annotation.names?.get(name)?.result?.mainValue;
  if (!isList(value)) return value;
  return value.length === 0 ? undefined : value[0];
}

/** The store's observable arrays are proxies of arrays. */
function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
