import { useId, type ReactNode } from 'react';
import { saysStale } from '../../core/domain/applied-rubric.js';
import type { TextField } from './state/draft.js';
import { isTextRequired, type Requirement } from './state/requirements.js';
import type { ComparisonSession } from './state/session.js';

interface TextFieldsProps {
  readonly session: ComparisonSession;
  readonly missing: readonly Requirement[];
}

/** The words beside a verdict: why, what would be better, the policy that decides, and what shows that a claim aged. */
export function TextFields(props: TextFieldsProps): ReactNode {
  const { draft } = props.session.state;
  const stale = saysStale(props.session.rubric, draft.flags);
  return (
    <div className="pl-texts" data-stale={stale}>
      {stale ? <Field {...props} field="staleSource" label="Source that shows it is out of date" /> : null}
      {stale ? <Field {...props} field="staleDate" label="Date of that source" hint="2026, 2026-05 or 2026-05-31" /> : null}
      <Field {...props} field="rationale" label={draft.verdict === 'both_bad' ? 'Why are both bad' : 'Why, in a sentence'} shortcut="W" />
      <Field {...props} field="critique" label="Critique: what to improve" shortcut="C" />
      <Field {...props} field="policyReference" label="Policy reference" shortcut="P" />
    </div>
  );
}

interface FieldProps extends TextFieldsProps {
  readonly field: TextField;
  readonly label: string;
  readonly hint?: string;
  readonly shortcut?: string;
}

function Field({ session, missing, field, label, hint, shortcut }: FieldProps): ReactNode {
  const id = useId();
  const { draft, readOnly } = session.state;
  const required = isTextRequired(draft, session.rubric, field);
  const invalid = missing.some((one) => one.field === field);
  return (
    <div className={`pl-field pl-field-${field}`} data-invalid={invalid} data-wanted={required && draft[field].trim() === ''}>
      <label htmlFor={id}>
        <span>{label}{required ? <span className="pl-required"> · required</span> : null}</span>
        {shortcut === undefined ? null : <kbd aria-hidden="true">{shortcut}</kbd>}
      </label>
      <textarea id={id} rows={1} dir="auto" value={draft[field]} readOnly={readOnly} placeholder={hint} aria-required={required} aria-invalid={invalid}
        aria-keyshortcuts={shortcut} data-field={field} maxLength={5000} onBlur={session.flush}
        onChange={(event) => session.dispatch({ type: 'write', field, text: event.target.value })} />
    </div>
  );
}
