import type { ProjectSummaryWire } from './wire.js';

/** A control of a label config: what an annotation's results refer to. */
export interface LabelControl {
  readonly name: string;
  /** The tag's name, as `Choices`. */
  readonly type: string;
  /** Names of the object tags it belongs to. */
  readonly toName: readonly string[];
  /** Values of its choices or labels, in order; none for other controls. */
  readonly choices: readonly string[];
}

const TAG = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<(?<close>\/)?(?<type>[A-Za-z][\w.-]*)(?<attributes>(?:[^<>"']|"[^"]*"|'[^']*')*)>/g;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/**
 * The controls of a label config's XML, as Label Studio tells them apart: every tag with a `name` and a
 * `toName`; a Choice or Label inside one is its choice (its `alias` where it has one). Expects
 * well-formed XML, such as the compiler writes; empty text has no controls.
 */
export function readControls(xml: string): LabelControl[] {
  const controls: (LabelControl & { choices: string[] })[] = [];
  let current: (LabelControl & { choices: string[] }) | undefined;
  for (const { groups } of xml.matchAll(TAG)) {
    if (groups?.['type'] === undefined) continue;
    const { type } = groups;
    if (groups['close'] !== undefined) {
      if (type === current?.type) current = undefined;
      continue;
    }
    const attributes = readAttributes(groups['attributes'] ?? '');
    const { name, toName } = attributes;
    if (name !== undefined && toName !== undefined) {
      const control = { name, type, toName: toName.split(','), choices: [] };
      controls.push(control);
      if (!groups['attributes']!.endsWith('/')) current = control;
    } else if (type === 'Choice' || type === 'Label') {
      const value = attributes['alias'] ?? attributes['value'];
      if (value !== undefined) current?.choices.push(value);
    }
  }
  return controls;
}

function readAttributes(text: string): Record<string, string> {
  const unescape = (value: string) => value.replace(/&(lt|gt|quot|apos|amp);/g, (_all, entity: string) => ENTITIES[entity]!);
  return Object.fromEntries([...text.matchAll(ATTRIBUTE)].map((match) => [match[1]!, unescape(match[2] ?? match[3] ?? '')]));
}

/** The fields of a task's data that a label config shows: every `value="$field"`, each once. */
export function readDataFields(xml: string): string[] {
  const values = [...xml.matchAll(TAG)].map(({ groups }) => readAttributes(groups?.['attributes'] ?? '')['value'] ?? '');
  return [...new Set(values.flatMap((value) => /^\$([\w.]+)$/.exec(value)?.[1] ?? []))];
}

/** Results that are stored in a project and would have no control, or no choice, in another label config. */
export interface Orphan {
  readonly control: string;
  /** The choice that is missing; null when the whole control is. */
  readonly choice: string | null;
  /** How many annotations use it; drafts of a control without choices are not counted by Label Studio. */
  readonly annotations: number;
  readonly drafts: number;
}

/**
 * What a project's annotations and drafts would lose if its label config had these controls, by a
 * count of the results stored in it, as in `GET /api/projects/ID/summary/`. A control counts as
 * lost when its name, its type or what it belongs to is another. Empty when nothing would be lost, and
 * for a project without annotations. Label Studio itself refuses some of these changes, but lets a
 * TextArea and single choices go (1.23.2, `Project.validate_config` on PATCH).
 */
export function findOrphans(summary: ProjectSummaryWire, controls: readonly LabelControl[]): Orphan[] {
  const kept = new Map(controls.map((control) => [keyOf(control), control]));
  const byName = new Map(controls.map((control) => [control.name, control]));
  const lost: Orphan[] = [];
  const lostNames = new Set<string>();
  for (const [key, annotations] of Object.entries(summary.created_annotations)) {
    const control = key.split('|')[0]!;
    if (kept.has(key)) continue;
    lostNames.add(control);
    lost.push({ control, choice: null, annotations, drafts: total(summary.created_labels_drafts[control]) });
  }
  for (const control of new Set([...Object.keys(summary.created_labels), ...Object.keys(summary.created_labels_drafts)])) {
    if (lostNames.has(control)) continue;
    const annotated = summary.created_labels[control] ?? {};
    const drafted = summary.created_labels_drafts[control] ?? {};
    for (const choice of new Set([...Object.keys(annotated), ...Object.keys(drafted)])) {
      if (byName.get(control)?.choices.includes(choice) === true) continue;
      lost.push({ control, choice, annotations: annotated[choice] ?? 0, drafts: drafted[choice] ?? 0 });
    }
  }
  return lost;
}

/** An orphan in words, as `verdict "tie" (2 annotations, 1 draft)`. */
export function describeOrphan({ control, choice, annotations, drafts }: Orphan): string {
  const counts = [count(annotations, 'annotation'), count(drafts, 'draft')].filter((text) => text !== '');
  return `${control}${choice === null ? '' : ` ${JSON.stringify(choice)}`} (${counts.join(', ')})`;
}

/** Label Studio's key of a control in a project's summary. */
export function keyOf({ name, toName, type }: LabelControl): string {
  return [name, toName.join(','), type.toLowerCase()].join('|');
}

function total(counts: Readonly<Record<string, number>> | undefined): number {
  return Object.values(counts ?? {}).reduce((sum, value) => sum + value, 0);
}

function count(number: number, noun: string): string {
  return number === 0 ? '' : `${number} ${noun}${number === 1 ? '' : 's'}`;
}
