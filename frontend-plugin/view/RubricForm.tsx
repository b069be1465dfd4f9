import type { ReactNode } from 'react';
import type { AppliedRubric } from '../../core/domain/applied-rubric.js';
import type { Dimension } from '../../core/domain/rubric.js';
import { FlagRow } from './FlagRow.js';
import { RadioRow, type RadioOption } from './RadioRow.js';
import type { Draft, Side } from './state/draft.js';
import { levelsOf, type Requirement } from './state/requirements.js';

interface RubricFormProps {
  readonly rubric: AppliedRubric;
  readonly draft: Draft;
  readonly disabled: boolean;
  readonly missing: readonly Requirement[];
  onRate(dimension: string, side: Side, level: number): void;
  onFlag(side: Side, flag: string): void;
  onHelp(): void;
}

/** The rubric's dimensions, one row each, rated for both responses side by side, and the flags below. */
export function RubricForm(props: RubricFormProps): ReactNode {
  const { rubric, draft, disabled, onFlag, onHelp } = props;
  if (rubric.dimensions.length + rubric.flags.length === 0) return null;
  return (
    <section className="pl-rubric" aria-label={rubric.dimensions.length === 0 ? 'Flags' : 'Ratings, 1 worst to 5 best, and flags'}>
      {rubric.dimensions.map((dimension) => (
        <div className="pl-dimension" key={dimension.name}>
          <LevelRow side="a" dimension={dimension} {...props} />
          <DimensionName dimension={dimension} onHelp={onHelp} />
          <LevelRow side="b" dimension={dimension} {...props} />
        </div>
      ))}
      {rubric.flags.length === 0 ? null : (
        <div className="pl-dimension">
          <FlagRow side="a" flags={rubric.flags} set={draft.flags.a} disabled={disabled} onFlag={onFlag} />
          <button type="button" className="pl-dimension-name" aria-keyshortcuts="H" onClick={onHelp}><strong>Flags</strong><span className="pl-unseen">: what they mean</span></button>
          <FlagRow side="b" flags={rubric.flags} set={draft.flags.b} disabled={disabled} onFlag={onFlag} />
        </div>
      )}
    </section>
  );
}

function DimensionName({ dimension, onHelp }: { readonly dimension: Dimension; onHelp(): void }): ReactNode {
  const { title, question, required, weight } = dimension;
  return (
    <button type="button" className="pl-dimension-name" title={question} aria-keyshortcuts="H" onClick={onHelp}>
      <strong>{title}</strong>
      <span> · {weightText(weight)}{required ? ' · required' : ''}</span>
      <span className="pl-unseen">: what its levels mean</span>
    </button>
  );
}

interface LevelRowProps extends RubricFormProps {
  readonly dimension: Dimension;
  readonly side: Side;
}

function LevelRow({ dimension, side, draft, disabled, missing, onRate }: LevelRowProps): ReactNode {
  const value = draft.likert[dimension.name]?.[side] ?? null;
  const field = `likert:${dimension.name}:${side}`;
  const options = levelsOf(dimension).map((level) => levelOption(dimension, level));
  const said = value === null ? undefined : dimension.levels[String(value)]?.text;
  return (
    <div className="pl-levels" data-side={side} data-scale={dimension.scale}>
      <span className="pl-side-name" aria-hidden="true">{side.toUpperCase()}</span>
      <RadioRow className="pl-level-row" label={`${dimension.title}, response ${side.toUpperCase()}`} options={options} value={value}
        disabled={disabled} takesDigits required={dimension.required} invalid={missing.some((one) => one.field === field)} field={field}
        onChoose={(level) => onRate(dimension.name, side, level)} />
      <span className="pl-level-text" title={said}>{said}</span>
    </div>
  );
}

function levelOption({ scale, levels }: Dimension, level: number): RadioOption<number> {
  const { title, text } = levels[String(level)] ?? {};
  const named = title === undefined ? `${level} of 5` : `${title}, ${level} of 5`;
  const shown = scale === 'tiers' ? <>{title}<kbd aria-hidden="true">{level}</kbd></> : level;
  return { value: level, label: shown, name: text === undefined ? named : `${named}: ${text}`, hint: text, className: 'pl-level' };
}

/** `0.5` for a half, as weights are written in a rubric. */
function weightText(weight: number): string {
  return String(Math.round(weight * 100) / 100);
}
