import type { ReactNode } from 'react';
import type { Verdict } from '../../core/domain/verdict.js';
import { RadioRow } from './RadioRow.js';
import { SkipDialog } from './SkipDialog.js';
import { VERDICT_KEYS } from './state/keymap.js';

interface VerdictBarProps {
  readonly verdict: Verdict | null;
  readonly disabled: boolean;
  readonly invalid: boolean;
  readonly canSkip: boolean;
  readonly skipOpen: boolean;
  onChoose(verdict: Verdict): void;
  onSkipToggle(): void;
  onSkip(reason: string): void;
}

/** The four verdicts, in the order of the responses, and Skip. */
export function VerdictBar(props: VerdictBarProps): ReactNode {
  const options = VERDICT_KEYS.map(({ key, verdict, label }) => ({
    value: verdict,
    name: label,
    keyShortcut: key,
    className: `pl-verdict pl-verdict-${verdict === 'a' || verdict === 'b' ? 'wide' : 'narrow'}`,
    label: <><span>{label}</span><kbd aria-hidden="true">{key}</kbd></>,
  }));
  return (
    <div className="pl-verdict-bar">
      <RadioRow className="pl-verdicts" label="Verdict" options={options} value={props.verdict} disabled={props.disabled} required
        invalid={props.invalid} field="verdict" onChoose={props.onChoose} />
      {props.canSkip ? (
        <div className="pl-skip">
          <button type="button" className="pl-plain" aria-expanded={props.skipOpen} aria-haspopup="dialog" aria-keyshortcuts="S" onClick={props.onSkipToggle}>
            Skip <kbd aria-hidden="true">S</kbd>
          </button>
          {props.skipOpen ? <SkipDialog onSkip={props.onSkip} onCancel={props.onSkipToggle} /> : null}
        </div>
      ) : null}
    </div>
  );
}
