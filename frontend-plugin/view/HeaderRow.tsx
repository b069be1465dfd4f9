import type { ReactNode } from 'react';
import type { Panel } from './state/comparison.js';

interface HeaderRowProps {
  readonly domain: string;
  readonly question: string;
  readonly guideline: string;
  readonly differences: boolean;
  readonly panel: Panel | null;
  readonly readOnly: boolean;
  onPanel(panel: Panel): void;
  onDifferences(): void;
}

/** What is asked, and the means at hand. */
export function HeaderRow(props: HeaderRowProps): ReactNode {
  const { domain, question, guideline, differences, panel, readOnly, onPanel, onDifferences } = props;
  return (
    <header className="pl-head">
      <span className="pl-domain">{domain}</span>
      <strong className="pl-question">{question}</strong>
      {readOnly ? <span className="pl-read-only">read-only</span> : null}
      <span className="pl-spring" />
      <button type="button" className="pl-plain" aria-pressed={panel === 'guideline'} onClick={() => onPanel('guideline')}>
        Guideline {guideline}
      </button>
      <button type="button" className="pl-plain" aria-pressed={differences} aria-keyshortcuts="D" onClick={onDifferences}>
        Differences <kbd aria-hidden="true">D</kbd>
      </button>
      <button type="button" className="pl-plain" aria-pressed={panel === 'keys'} aria-keyshortcuts="?" onClick={() => onPanel('keys')}>
        Keys <kbd aria-hidden="true">?</kbd>
      </button>
    </header>
  );
}
