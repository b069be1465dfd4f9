import { useEffect, useRef, type ReactNode } from 'react';
import { SKIP_REASONS } from './state/skip-reasons.js';

interface SkipDialogProps {
  onSkip(reason: string): void;
  onCancel(): void;
}

/** Asks why a pair is passed on; a click or its number is the answer. */
export function SkipDialog({ onSkip, onCancel }: SkipDialogProps): ReactNode {
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <dialog open className="pl-skip-dialog" aria-label="Why skip this pair?">
      <p>Why skip this pair?</p>
      {SKIP_REASONS.map(({ code, label }, at) => (
        <button key={code} ref={at === 0 ? first : null} type="button" className="pl-reason" onClick={() => onSkip(code)}>
          <kbd aria-hidden="true">{at + 1}</kbd> {label}
        </button>
      ))}
      <button type="button" className="pl-plain" onClick={onCancel}>Go on judging <kbd aria-hidden="true">Esc</kbd></button>
    </dialog>
  );
}
