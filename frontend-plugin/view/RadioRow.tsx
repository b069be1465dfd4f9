import { useRef, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';

export interface RadioOption<T> {
  readonly value: T;
  readonly label: ReactNode;
  readonly name: string;
  readonly className?: string;
  readonly hint?: string | undefined;
  readonly keyShortcut?: string;
}

interface RadioRowProps<T> {
  readonly label: string;
  readonly options: readonly RadioOption<T>[];
  readonly value: T | null;
  readonly disabled: boolean;
  readonly className: string;
  readonly required?: boolean;
  readonly invalid?: boolean;
  /** Digits mean something of their own in this row, so it may keep the keyboard only where that was sent there, not by a mouse's click. */
  readonly takesDigits?: boolean;
  /** Name of the field, by which a missing one is found and brought into view. */
  readonly field: string;
  onChoose(value: T): void;
}

/** A radio group of buttons: one tab stop, arrow keys move and choose (WAI-ARIA radio group pattern). */
export function RadioRow<T extends string | number>(props: RadioRowProps<T>): ReactNode {
  const { options, value, disabled, onChoose } = props;
  const group = useRef<HTMLDivElement>(null);
  const chosen = options.findIndex((option) => option.value === value);
  const onClick = (chosenValue: T) => (event: MouseEvent<HTMLButtonElement>): void => {
    onChoose(chosenValue);
    if (props.takesDigits === true && event.nativeEvent instanceof PointerEvent && event.nativeEvent.pointerType !== '') event.currentTarget.blur();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // Ctrl+Enter is the host's Submit; without this the focused button would be clicked as well.
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.preventDefault();
    const step = stepOf(event);
    if (step === 0 || disabled) return;
    event.preventDefault();
    const buttons = [...(group.current?.querySelectorAll('button') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const next = (at + step + options.length) % options.length;
    buttons[next]?.focus();
    const option = options[next];
    if (option !== undefined && option.value !== value) onChoose(option.value);
  };
  return (
    <div ref={group} className={props.className} role="radiogroup" aria-label={props.label} aria-required={props.required ?? false}
      aria-invalid={props.invalid ?? false} data-field={props.field} onKeyDown={onKeyDown} tabIndex={-1}>
      {options.map((option, at) => (
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- Label Studio's undo keys do not reach it from an input
        <button key={option.value} type="button" role="radio" aria-checked={at === chosen} aria-label={option.name} disabled={disabled}
          tabIndex={at === Math.max(chosen, 0) ? 0 : -1} aria-keyshortcuts={option.keyShortcut} title={option.hint}
          className={option.className} onClick={onClick(option.value)}>
          {option.label}
        </button>
      ))}
    </div>
  );
}

function stepOf(event: KeyboardEvent): -1 | 0 | 1 {
  if (event.ctrlKey || event.metaKey || event.altKey) return 0;
  if (event.key === 'ArrowRight' || event.key === 'ArrowDown') return 1;
  return event.key === 'ArrowLeft' || event.key === 'ArrowUp' ? -1 : 0;
}
