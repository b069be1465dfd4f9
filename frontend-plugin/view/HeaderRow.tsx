import type { ReactNode } from 'react';
import { ProgressStrip } from './ProgressStrip.js';
import type { Panel } from './state/comparison.js';
import type { ComparisonSession } from './state/session.js';

/** What is asked, how far the annotator is, and the means at hand. */
export function HeaderRow({ session }: { readonly session: ComparisonSession }): ReactNode {
  const { presentation, rubric, host, state, dispatch } = session;
  const { guideline, progress } = presentation;
  const panel = (name: Panel, key: string, label: string): ReactNode => (
    <button type="button" className="pl-plain" aria-pressed={state.panel === name} aria-keyshortcuts={key} onClick={() => dispatch({ type: 'open', panel: name })}>
      {label} <kbd aria-hidden="true">{key}</kbd>
    </button>
  );
  return (
    <header className="pl-head">
      <span className="pl-domain">{rubric.context ?? host.task.domain}</span>
      <strong className="pl-question">{rubric.question}</strong>
      {state.readOnly ? <span className="pl-read-only">read-only</span> : null}
      <span className="pl-spring" />
      {progress === null ? null : <ProgressStrip progress={progress} />}
      {panel('guideline', 'G', `Guideline ${guideline.version}`)}
      <button type="button" className="pl-plain" aria-pressed={state.differences} aria-keyshortcuts="D" onClick={() => dispatch({ type: 'differences' })}>
        Differences <kbd aria-hidden="true">D</kbd>
      </button>
      {panel('reading', 'V', 'View')}
      {panel('keys', '?', 'Keys')}
    </header>
  );
}
