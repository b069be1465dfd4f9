import { useMemo, type ReactNode } from 'react';
import { SidePanel } from './SidePanel.js';
import { VisibleText } from './VisibleText.js';
import { sideAcross, type Side } from './state/draft.js';
import type { ComparisonSession } from './state/session.js';
import { programOf, unifiedDiff, type DiffLine } from './state/unified-diff.js';

const SIGNS: Readonly<Record<DiffLine['kind'], string>> = { same: ' ', removed: '−', added: '+', gap: '⋯' };
const NAMES: Readonly<Record<DiffLine['kind'], string>> = { same: '', removed: 'only in A:', added: 'only in B:', gap: '' };

/** The programs of both responses as one unified diff, from A (left) to B. */
export function UnifiedDiffPanel({ session }: { readonly session: ComparisonSession }): ReactNode {
  const left = useProgram(session, 'a');
  const right = useProgram(session, 'b');
  const lines = useMemo(() => unifiedDiff(left, right), [left, right]);
  return (
    <SidePanel title="Programs: from A to B" size="wide" onClose={() => session.dispatch({ type: 'close' })}>
      {left === '' || right === '' ? <p>A unified diff needs code in both responses.</p> : <Diff lines={lines} />}
    </SidePanel>
  );
}

function useProgram(session: ComparisonSession, side: Side): string {
  const source = session.host.task[`response_${sideAcross(side, session.displayed)}`];
  return useMemo(() => programOf(source), [source]);
}

function Diff({ lines }: { readonly lines: readonly DiffLine[] | undefined }): ReactNode {
  if (lines === undefined) return <p>The two programs have too little in common for a diff.</p>;
  if (lines.length === 0) return <p>The two programs are the same.</p>;
  return (
    <pre className="pl-diff" aria-label="Unified diff">
      {lines.map(({ kind, text, left, right }, at) => (
        <div key={at} className="pl-diff-line" data-kind={kind}>
          <span className="pl-line-number" aria-hidden="true">{left}</span>
          <span className="pl-line-number" aria-hidden="true">{right}</span>
          <span className="pl-diff-sign" aria-hidden="true">{SIGNS[kind]}</span>
          {NAMES[kind] === '' ? null : <span className="pl-unseen">{NAMES[kind]}</span>}
          <code><VisibleText text={text} />{'\n'}</code>
        </div>
      ))}
    </pre>
  );
}
