import type { ReactNode } from 'react';
import { RadioRow } from './RadioRow.js';
import { isWin } from './state/draft.js';
import { STRENGTH_KEYS } from './state/keymap.js';
import type { ComparisonSession } from './state/session.js';

/** How clear a win is. It has its place also before there is a win, so that nothing moves under the hand. */
export function StrengthRow({ session, invalid }: { readonly session: ComparisonSession; readonly invalid: boolean }): ReactNode {
  const { draft, readOnly } = session.state;
  const options = STRENGTH_KEYS.map(({ key, strength, label }) => ({
    value: strength,
    name: label,
    keyShortcut: key,
    className: 'pl-strength',
    label: <><span>{label}</span><kbd aria-hidden="true">{key}</kbd></>,
  }));
  return (
    <div className="pl-strength-row" data-idle={!isWin(draft.verdict)}>
      <span>By how much?</span>
      <RadioRow className="pl-strengths" label="By how much" options={options} value={draft.strength} disabled={readOnly || !isWin(draft.verdict)}
        invalid={invalid} field="strength" onChoose={(strength) => session.dispatch({ type: 'strengthen', strength })} />
    </div>
  );
}
