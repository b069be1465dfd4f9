import { createHash } from 'node:crypto';
import { flagsName, LABEL_NAMES, likertName, OBJECT_NAME } from '../core/domain/label-names.js';
import type { Dimension, Flag, Rubric, Rule } from '../core/domain/rubric.js';
import type { Strength, Verdict } from '../core/domain/verdict.js';
import { alwaysHolds, conditionWords, requirementWords } from './rule-words.js';

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

/** Strengths in the order and with the keys of the view; Label Studio would number them on by itself, the other way round. */
const NATIVE_STRENGTHS: readonly { strength: Strength; text: string; key: string }[] = [
  { strength: 'slightly', text: 'Slightly better', key: '5' },
  { strength: 'much', text: 'Much better', key: '6' },
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
    ...indent(4, nativeLines(rubric)),
    '  </View>',
    '</View>',
  ].join('\n');
  return { xml, hash: createHash('sha256').update(xml, 'utf8').digest('hex') };
}

function nativeLines(rubric: Rubric): string[] {
  const dimensions = rubric.dimensions.flatMap((dimension) => dimensionLines(rubric, dimension));
  return [...pairLines(), ...verdictLines(rubric), ...strengthLines(rubric), ...textLines(rubric), ...flagLines(rubric), ...dimensions];
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

function strengthLines(rubric: Rubric): string[] {
  if (!rubric.strength) return [];
  return [
    tag('Header', { value: `By how much, if A or B is better${whenWords(rubric, rubric.require.strength)}`, size: '5' }),
    open('Choices', { name: LABEL_NAMES.strength, toName: OBJECT_NAME, choice: 'single-radio', showInline: 'true' }),
    ...NATIVE_STRENGTHS.map(({ strength, text, key }) => `  ${tag('Choice', { value: strength, html: text, hotkey: key })}`),
    '</Choices>',
  ];
}

/** The two sides beside each other. */
const COLUMNS = '<View style="display: flex; gap: 24px">';
/** Label Studio's smallest Header is still large and bold. */
const TEXT_STYLE = 'font-size: 14px; font-weight: 400';
const EXAMPLE_STYLE = `${TEXT_STYLE}; margin-left: 24px`;

function textLines(rubric: Rubric): string[] {
  const { rationale, critique, policy_reference: policy } = rubric.require;
  const always = alwaysHolds(rationale);
  const required = always ? { required: 'true', requiredMessage: 'Say why you chose this verdict.' } : {};
  return [
    tag('Header', { value: `Why${whenWords(rubric, rationale)}`, size: '5' }),
    tag('TextArea', { ...textArea(LABEL_NAMES.rationale, '3'), placeholder: 'The reason for your verdict', ...required }),
    tag('Header', { value: `Critique${whenWords(rubric, critique)}`, size: '5' }),
    tag('TextArea', { ...textArea(LABEL_NAMES.critique, '2'), placeholder: 'What would make the better answer better, in one sentence' }),
    tag('Header', { value: `Policy reference${whenWords(rubric, policy)}`, size: '5' }),
    tag('TextArea', { ...textArea(LABEL_NAMES.policyReference, '1'), placeholder: 'Section of the guideline or policy that decides' }),
  ];
}

function textArea(name: string, rows: string): Record<string, string> {
  return { name, toName: OBJECT_NAME, rows, maxSubmissions: '1', editable: 'true' };
}

/** Required by rules that a native control cannot follow is said in words. */
function whenWords(rubric: Rubric, rules: readonly Rule[]): string {
  if (rules.length === 0) return '';
  return alwaysHolds(rules) ? ' (required)' : ` (required for: ${requirementWords(rubric, rules)})`;
}

function flagLines(rubric: Rubric): string[] {
  if (rubric.flags.length === 0) return [];
  return [
    COLUMNS,
    ...indent(2, (['a', 'b'] as const).flatMap((side) => sideFlagLines(rubric, side))),
    '</View>',
    ...(rubric.flags.some(({ kind }) => kind === 'stale') ? staleLines() : []),
  ];
}

function sideFlagLines({ flags }: Rubric, side: 'a' | 'b'): string[] {
  return [
    '<View style="flex: 1 1 0">',
    `  ${tag('Header', { value: `Flags of ${side.toUpperCase()}`, size: '5' })}`,
    `  ${open('Choices', { name: flagsName(side), toName: OBJECT_NAME, choice: 'multiple' })}`,
    ...flags.map((flag) => `    ${tag('Choice', flagChoice(flag))}`),
    '  </Choices>',
    '</View>',
  ];
}

function flagChoice({ name, title, kind, question, when }: Flag): Record<string, string> {
  const notes = [...(kind === 'red_line' ? ['red line: can neither win nor tie'] : []), ...(when === undefined ? [] : [`only ${conditionWords(when)}`])];
  const html = notes.length === 0 ? title : `${title} (${notes.join('; ')})`;
  return { value: name, html, ...(question === undefined ? {} : { hint: question }) };
}

function staleLines(): string[] {
  return [
    tag('Header', { value: 'If a claim is out of date: which source says so, and from when is it?', size: '5' }),
    tag('TextArea', { ...textArea(LABEL_NAMES.staleSource, '1'), placeholder: 'Source' }),
    tag('TextArea', { ...textArea(LABEL_NAMES.staleDate, '1'), placeholder: 'Its date: 2026, 2026-05 or 2026-05-31' }),
  ];
}

/** A dimension is required here only where it is asked of every prompt: a native control cannot look at the prompt. */
function dimensionLines(rubric: Rubric, dimension: Dimension): string[] {
  const everywhere = dimension.weight > 0 && rubric.contexts.every(({ weights }) => weights[dimension.name] !== undefined);
  const suffix = !dimension.required ? '' : everywhere ? ' (required)' : ' (required where it applies)';
  return [
    tag('Header', { value: `${dimension.title}${suffix}`, size: '5' }),
    ...(dimension.question === undefined ? [] : [tag('Header', { value: dimension.question, size: '6', style: TEXT_STYLE })]),
    COLUMNS,
    ...indent(2, (['a', 'b'] as const).flatMap((side) => ratingLines(dimension, side, dimension.required && everywhere))),
    '</View>',
    ...levelLines(dimension),
  ];
}

/** Folded away until somebody wants to know: unfolded, they would push the next dimension off the screen. */
function levelLines({ title, levels }: Dimension): string[] {
  const lines = Object.entries(levels).flatMap(([level, { title: tier, text, example, counter_example: counter }]) => [
    tag('Header', { value: `${level}: ${tier === undefined ? '' : `${tier}. `}${text}`, size: '6', style: 'font-size: 14px' }),
    ...(example === undefined ? [] : [tag('Header', { value: `Example: ${example}`, size: '6', style: EXAMPLE_STYLE })]),
    ...(counter === undefined ? [] : [tag('Header', { value: `Not this: ${counter}`, size: '6', style: EXAMPLE_STYLE })]),
  ]);
  if (lines.length === 0) return [];
  return ['<Collapse>', `  ${open('Panel', { value: `What the levels of ${title} mean` })}`, '    <View>', ...indent(6, lines), '    </View>', '  </Panel>', '</Collapse>'];
}

function ratingLines(dimension: Dimension, side: 'a' | 'b', required: boolean): string[] {
  const message = `Rate ${dimension.title} of response ${side.toUpperCase()}.`;
  return [
    '<View style="flex: 1 1 0">',
    `  ${tag('Header', { value: side.toUpperCase(), size: '6' })}`,
    `  ${tag('Rating', { name: likertName(dimension.name, side), toName: OBJECT_NAME, maxRating: '5', ...(required ? { required: 'true', requiredMessage: message } : {}) })}`,
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
