import { createHash } from 'node:crypto';
import { LABEL_NAMES, OBJECT_NAME, likertName } from '../core/domain/label-names.js';
import type { Dimension, Rubric } from '../core/domain/rubric.js';
import { VERDICTS, type Verdict } from '../core/domain/verdict.js';

/** A label config for Label Studio and its identity: the SHA-256 (hex) of the XML's UTF-8 bytes. */
export interface LabelConfig {
  readonly xml: string;
  readonly hash: string;
}

/**
 * The verdicts as the native controls show them, in the order and with the keys of the comparison
 * view, so that hands need not relearn when the view is off. `html` only changes what is shown: the
 * stored value stays the verdict (an `alias` would be stored in its place).
 */
const NATIVE_VERDICTS: readonly { verdict: Verdict; text: string; key: string }[] = [
  { verdict: 'a', text: 'A is better', key: '1' },
  { verdict: 'tie', text: 'Tie: equally good', key: '2' },
  { verdict: 'both_bad', text: 'Both bad', key: '3' },
  { verdict: 'b', text: 'B is better', key: '4' },
];

/**
 * Compiles a rubric into a label config: a node for the comparison view to mount on, and the same
 * judgement as native controls (LABEL_NAMES), which are what is stored with or without the view.
 * The XML is deterministic, so that equal rubrics have equal hashes, and has no white space around it,
 * which Label Studio would trim: what it stores is this text, byte for byte.
 *
 * Label Studio can require a text always or never, not for one verdict (a control with `visibleWhen`
 * would lose its text on the other verdicts), so a rationale that only some verdicts need is asked for
 * in words here and enforced by the view.
 */
export function compileLabelConfig(rubric: Rubric): LabelConfig {
  const xml = [
    '<View className="pairloop-root">',
    '  <View className="pairloop-mount"></View>',
    '  <View className="pairloop-fallback">',
    ...indent(4, [...pairLines(), ...verdictLines(rubric), ...textLines(rubric), ...rubric.dimensions.flatMap(dimensionLines)]),
    '  </View>',
    '</View>',
  ].join('\n');
  return { xml, hash: createHash('sha256').update(xml, 'utf8').digest('hex') };
}

function pairLines(): string[] {
  return [
    tag('Header', { value: 'Prompt', size: '5' }),
    tag('Text', { name: OBJECT_NAME, value: '$prompt_text' }),
    '<View style="display: flex; gap: 24px; align-items: flex-start">',
    ...indent(2, [...responseLines('a'), ...responseLines('b')]),
    '</View>',
  ];
}

/** Names start with the side, so that no dimension's Rating (`likertName`: the side last) can have the same. */
function responseLines(side: 'a' | 'b'): string[] {
  return [
    // Label Studio's Text would collapse the indentation of code.
    '<View style="flex: 1 1 0; min-width: 0; white-space: pre-wrap">',
    `  ${tag('Header', { value: `Response ${side.toUpperCase()}`, size: '5' })}`,
    `  ${tag('Text', { name: `${side}_response`, value: `$response_${side}` })}`,
    `  ${tag('Header', { value: `Checks of ${side.toUpperCase()}`, size: '6' })}`,
    `  ${tag('Text', { name: `${side}_checks`, value: `$checks_${side}_text` })}`,
    '</View>',
  ];
}

function verdictLines(rubric: Rubric): string[] {
  const choices = { name: LABEL_NAMES.verdict, toName: OBJECT_NAME, choice: 'single-radio', showInline: 'true' };
  const required = { required: 'true', requiredMessage: 'Choose a verdict: A is better, B is better, Tie or Both bad.' };
  return [
    tag('Header', { value: rubric.question, size: '5' }),
    open('Choices', { ...choices, ...required }),
    ...NATIVE_VERDICTS.map(({ verdict, text, key }) => `  ${tag('Choice', { value: verdict, html: text, hotkey: key })}`),
    '</Choices>',
  ];
}

function textLines(rubric: Rubric): string[] {
  const needed = rubric.rationale_required_on;
  const always = VERDICTS.every((verdict) => needed.includes(verdict));
  const named = NATIVE_VERDICTS.filter(({ verdict }) => needed.includes(verdict)).map(({ text }) => text.split(':')[0]);
  const suffix = needed.length === 0 ? '' : always ? ' (required)' : ` (required for: ${named.join(', ')})`;
  const required = always ? { required: 'true', requiredMessage: 'Say why you chose this verdict.' } : {};
  return [
    tag('Header', { value: `Why${suffix}`, size: '5' }),
    tag('TextArea', { ...textArea(LABEL_NAMES.rationale, '3'), placeholder: 'The reason for your verdict', ...required }),
    tag('Header', { value: 'Critique', size: '5' }),
    tag('TextArea', { ...textArea(LABEL_NAMES.critique, '2'), placeholder: 'What would make the better answer better, in one sentence' }),
    tag('Header', { value: 'Policy reference', size: '5' }),
    tag('TextArea', { ...textArea(LABEL_NAMES.policyReference, '1'), placeholder: 'Section of the guideline or policy that decides' }),
  ];
}

function textArea(name: string, rows: string): Record<string, string> {
  return { name, toName: OBJECT_NAME, rows, maxSubmissions: '1', editable: 'true' };
}

function dimensionLines(dimension: Dimension): string[] {
  const levels = Object.entries(dimension.levels).map(([level, text]) => `${level}: ${text}`);
  return [
    tag('Header', { value: `${dimension.title}${dimension.required ? ' (required)' : ''}`, size: '5' }),
    ...(dimension.question === undefined ? [] : [tag('Header', { value: dimension.question, size: '6' })]),
    ...(levels.length === 0 ? [] : [tag('Header', { value: levels.join(' · '), size: '6' })]),
    '<View style="display: flex; gap: 24px">',
    ...indent(2, [...ratingLines(dimension, 'a'), ...ratingLines(dimension, 'b')]),
    '</View>',
  ];
}

function ratingLines(dimension: Dimension, side: 'a' | 'b'): string[] {
  const message = `Rate ${dimension.title} of response ${side.toUpperCase()}.`;
  const required = dimension.required ? { required: 'true', requiredMessage: message } : {};
  return [
    '<View style="flex: 1 1 0">',
    `  ${tag('Header', { value: side.toUpperCase(), size: '6' })}`,
    `  ${tag('Rating', { name: likertName(dimension.name, side), toName: OBJECT_NAME, maxRating: '5', ...required })}`,
    '</View>',
  ];
}

function indent(columns: number, lines: readonly string[]): string[] {
  return lines.map((line) => ' '.repeat(columns) + line);
}

function open(name: string, attributes: Readonly<Record<string, string>>): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`);
  return `<${name}${written.join('')}>`;
}

function tag(name: string, attributes: Readonly<Record<string, string>>): string {
  return open(name, attributes).replace(/>$/, '/>');
}

/** Rubrics are written by people: markup, and characters that XML 1.0 does not allow, must not break the config. */
function escapeAttribute(value: string): string {
  return value
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[\t\n\r]+/g, ' ');
}
