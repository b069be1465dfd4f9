import type { ReactNode } from 'react';
import { openVerdicts } from '../../core/domain/applied-rubric.js';
import { RadioRow } from './RadioRow.js';
import { SkipDialog } from './SkipDialog.js';
import { StrengthRow } from './StrengthRow.js';
import { VERDICT_KEYS } from './state/keymap.js';
import type { Requirement } from './state/requirements.js';
import type { ComparisonSession } from './state/session.js';

interface VerdictBarProps {
  readonly session: ComparisonSession;
  readonly missing: readonly Requirement[];
}

/** The four verdicts, in the order of the responses; Skip; and Submit where the host has none. */
export function VerdictBar({ session, missing }: VerdictBarProps): ReactNode {
  const { state, rubric, host, dispatch } = session;
  const open = openVerdicts(rubric, state.draft.flags);
  const options = VERDICT_KEYS.map(({ key, verdict, label }) => ({
    value: verdict,
    name: open.includes(verdict) ? label : `${label}, closed by a red line`,
    keyShortcut: key,
    className: `pl-verdict pl-verdict-${verdict === 'a' || verdict === 'b' ? 'wide' : 'narrow'}${open.includes(verdict) ? '' : ' pl-closed'}`,
    label: <><span>{label}</span><kbd aria-hidden="true">{key}</kbd></>,
  }));
  return (
    <>
      <div className="pl-verdict-bar">
        <RadioRow className="pl-verdicts" label="Verdict" options={options} value={state.draft.verdict} disabled={state.readOnly} required
          invalid={missing.some((one) => one.field === 'verdict')} field="verdict" onChoose={(verdict) => dispatch({ type: 'choose', verdict })} />
        {host.canSkip && !state.readOnly ? <Skip session={session} /> : null}
        {host.capabilities.nativeSubmit || state.readOnly ? null : (
          <button type="button" className="pl-button" aria-keyshortcuts="Control+Enter" onClick={() => session.submit()}>Submit</button>
        )}
      </div>
      {rubric.strength ? <StrengthRow session={session} invalid={missing.some((one) => one.field === 'strength')} /> : null}
    </>
  );
}

function Skip({ session }: { readonly session: ComparisonSession }): ReactNode {
  const open = session.state.panel === 'skip';
  const toggle = (): void => session.dispatch({ type: 'open', panel: 'skip' });
  return (
    <div className="pl-skip">
      <button type="button" className="pl-plain" aria-expanded={open} aria-haspopup="dialog" aria-keyshortcuts="S" onClick={toggle}>
        Skip <kbd aria-hidden="true">S</kbd>
      </button>
      {open ? <SkipDialog onSkip={(reason) => session.skip(reason)} onCancel={toggle} /> : null}
    </div>
  );
}
