import { useMemo, useState, type ReactNode } from 'react';
import { messageOf } from '../../core/errors.js';
import { MarkdownText } from './MarkdownText.js';
import { SidePanel } from './SidePanel.js';
import type { ComparisonSession } from './state/session.js';
import { readText } from './state/text-document.js';

/** The guideline that this pair is judged by; a changed one is confirmed here before the next verdict. */
export function GuidelinePanel({ session }: { readonly session: ComparisonSession }): ReactNode {
  const { version, markdown, changed_from: changedFrom } = session.presentation.guideline;
  const text = useMemo(() => readText(markdown), [markdown]);
  return (
    <SidePanel title={`Guideline ${version}`} onClose={() => session.dispatch({ type: 'close' })}>
      {session.state.mustAcknowledge ? <Acknowledgement session={session} changedFrom={changedFrom ?? ''} version={version} /> : null}
      <div className="pl-guideline"><MarkdownText text={text} /></div>
    </SidePanel>
  );
}

interface AcknowledgementProps {
  readonly session: ComparisonSession;
  readonly changedFrom: string;
  readonly version: string;
}

function Acknowledgement({ session, changedFrom, version }: AcknowledgementProps): ReactNode {
  const [failure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(false);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    try {
      await session.acknowledge();
    } catch (error) {
      setFailure(messageOf(error));
      setBusy(false);
    }
  };
  const change = changedFrom === version ? `version ${version} has another text than before` : `from version ${changedFrom} to ${version}`;
  return (
    <div className="pl-acknowledge">
      <p>The guideline changed: {change}. Please read it before your next verdict.</p>
      <button type="button" className="pl-button" disabled={busy} onClick={() => void confirm()}>I have read it</button>
      {failure === undefined ? null : <p className="pl-bad" role="alert">That could not be stored ({failure}). Please try again in a moment.</p>}
    </div>
  );
}
