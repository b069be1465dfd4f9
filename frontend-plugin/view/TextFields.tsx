import { useId, type ReactNode } from 'react';
import type { Draft, TextField } from './state/draft.js';

interface TextFieldsProps {
  readonly draft: Draft;
  readonly disabled: boolean;
  readonly rationaleRequired: boolean;
  readonly rationaleMissing: boolean;
  onWrite(field: TextField, text: string): void;
  onLeave(): void;
}

/** The words beside a verdict: why, what would be better, and the policy that decides. */
export function TextFields(props: TextFieldsProps): ReactNode {
  return (
    <div className="pl-texts">
      <Field {...props} field="rationale" label={props.draft.verdict === 'both_bad' ? 'Why are both bad' : 'Why, in a sentence'}
        required={props.rationaleRequired} invalid={props.rationaleMissing} />
      <Field {...props} field="critique" label="Critique: what to improve" required={false} invalid={false} />
      <Field {...props} field="policyReference" label="Policy reference" required={false} invalid={false} />
    </div>
  );
}

interface FieldProps extends TextFieldsProps {
  readonly field: TextField;
  readonly label: string;
  readonly required: boolean;
  readonly invalid: boolean;
}

function Field({ field, label, required, invalid, draft, disabled, onWrite, onLeave }: FieldProps): ReactNode {
  const id = useId();
  return (
    <div className={`pl-field pl-field-${field}`} data-invalid={invalid} data-wanted={required && draft[field].trim() === ''}>
      <label htmlFor={id}>{label}{required ? <span className="pl-required"> · required</span> : null}</label>
      <textarea id={id} rows={1} value={draft[field]} disabled={disabled} aria-required={required} aria-invalid={invalid} data-field={field}
        maxLength={5000} onChange={(event) => onWrite(field, event.target.value)} onBlur={onLeave} />
    </div>
  );
}
