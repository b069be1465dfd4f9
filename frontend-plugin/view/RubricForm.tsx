import type { ReactNode } from 'react';
import type { AppliedRubric } from '../../core/domain/applied-rubric.js';
import type { Dimension } from '../../core/domain/rubric.js';
import { RadioRow, type RadioOption } from './RadioRow.js';
import type { Draft, Side } from './state/draft.js';
import type { Requirement } from './state/requirements.js';

interface RubricFormProps {
  readonly rubric: AppliedRubric;
  readonly draft: Draft;
  readonly disabled: boolean;
  readonly missing: readonly Requirement[];
  onRate(dimension: string, side: Side, level: number): void;
}

/** The rubric's dimensions, one row each, rated 1 to 5 for both responses side by side. */
export function RubricForm({ rubric, draft, disabled, missing, onRate }: RubricFormProps): ReactNode {
  if (rubric.dimensions.length === 0) return null;
  return (
    <section className="pl-rubric" aria-label="Ratings, 1 worst to 5 best">
      {rubric.dimensions.map((dimension) => (
        <div className="pl-dimension" key={dimension.name}>
          <LevelRow side="a" {...{ dimension, draft, disabled, missing, onRate }} />
          <div className="pl-dimension-name" title={dimension.question}>
            <strong>{dimension.title}</strong>
            <span> · {dimension.required ? 'required' : weightText(dimension.weight)}</span>
          </div>
          <LevelRow side="b" {...{ dimension, draft, disabled, missing, onRate }} />
        </div>
      ))}
    </section>
  );
}

interface LevelRowProps extends Omit<RubricFormProps, 'rubric'> {
  readonly dimension: Dimension;
  readonly side: Side;
}

function LevelRow({ dimension, side, draft, disabled, missing, onRate }: LevelRowProps): ReactNode {
  const value = draft.likert[dimension.name]?.[side] ?? null;
  const field = `likert:${dimension.name}:${side}`;
  const invalid = missing.some((one) => one.field === field);
  const options = [1, 2, 3, 4, 5].map((level): RadioOption<number> => {
    const text = dimension.levels[String(level)]?.text;
    return { value: level, label: level, name: text === undefined ? `${level} of 5` : `${level} of 5: ${text}`, hint: text, className: 'pl-level' };
  });
  const said = value === null ? undefined : dimension.levels[String(value)]?.text;
  return (
    <div className="pl-levels" data-side={side}>
      <span className="pl-side-name" aria-hidden="true">{side.toUpperCase()}</span>
      <RadioRow className="pl-level-row" label={`${dimension.title}, response ${side.toUpperCase()}`} options={options} value={value}
        disabled={disabled} required={dimension.required} invalid={invalid} field={field}
        onChoose={(level) => onRate(dimension.name, side, level)} />
      <span className="pl-level-text" title={said}>{said}</span>
    </div>
  );
}

/** `.5` for 0.5, as weights are written in a rubric. */
function weightText(weight: number): string {
  return String(Math.round(weight * 100) / 100);
}
