import type { RequiredField, Rubric } from '../core/domain/rubric.js';
import { conditionWords, requirementWords } from './rule-words.js';

const FIELD_WORDS: Readonly<Record<RequiredField, string>> = {
  rationale: 'Rationale',
  critique: 'Critique',
  policy_reference: 'Policy reference',
  strength: 'Strength',
};
const KIND_WORDS = { red_line: ' (red line)', stale: ' (asks for source and date)', note: '' } as const;
const BREAK = '<br>';

/** Rubrics as a Markdown table, a row each: what for, what is rated with which weights, flags, and what is required when. */
export function rubricTable(rubrics: readonly Rubric[]): string {
  const head = ['| rubric | dimensions and weights | flags on a response | required, beside the verdict |', '|---|---|---|---|'];
  const rows = rubrics.map((rubric) => `| ${[nameCell(rubric), weightCell(rubric), flagCell(rubric), requiredCell(rubric)].map(escapeCell).join(' | ')} |`);
  return `${[...head, ...rows].join('\n')}\n`;
}

function nameCell({ name, title, about }: Rubric): string {
  return [`**\`${name}\`**`, about ?? title].join(BREAK);
}

function weightCell({ dimensions, contexts, score }: Rubric): string {
  const weightsOf = (weights: readonly (readonly [string, number])[]): string => weights.map(([title, weight]) => `${title} ${weightText(weight)}`).join(', ');
  const titleOf = (name: string): string => dimensions.find((dimension) => dimension.name === name)?.title ?? name;
  const tiers = dimensions.some(({ scale }) => scale === 'tiers') ? ', in tiers' : '';
  const usual = dimensions.filter(({ weight }) => weight > 0).map(({ title, weight }) => [title, weight] as const);
  return [
    `${weightsOf(usual)}${tiers}${score === 'hidden' ? ', score hidden' : ''}`,
    ...contexts.map(({ when, weights }) => `${conditionWords(when)}: ${weightsOf(Object.entries(weights).map(([name, weight]) => [titleOf(name), weight] as const))}`),
  ].join(BREAK);
}

function flagCell({ flags, strength }: Rubric): string {
  const marks = flags.map(({ title, kind, when }) => `${title}${KIND_WORDS[kind]}${when === undefined ? '' : `, ${conditionWords(when)}`}`);
  return [...marks, ...(strength ? ['and, for A or B better: much or slightly'] : [])].join(BREAK);
}

function requiredCell(rubric: Rubric): string {
  const dimensions = rubric.dimensions.filter(({ required }) => required).map(({ title }) => title);
  const fields = (['rationale', 'critique', 'policy_reference', 'strength'] as const).flatMap((field) => {
    const words = requirementWords(rubric, rubric.require[field]);
    return words === null ? [] : [`${FIELD_WORDS[field]}: ${words}`];
  });
  return [...(dimensions.length === 0 ? [] : [dimensions.join(', ')]), ...fields].join(BREAK);
}

/** `.5` for 0.5, as rubrics speak of weights. */
function weightText(weight: number): string {
  return String(weight).replace(/^0\./, '.');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
