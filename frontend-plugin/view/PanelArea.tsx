import type { ReactNode } from 'react';
import { GuidelinePanel } from './GuidelinePanel.js';
import { KeysPanel } from './KeysPanel.js';
import { LevelsPanel } from './LevelsPanel.js';
import { ReadingPanel } from './ReadingPanel.js';
import { UnifiedDiffPanel } from './UnifiedDiffPanel.js';
import type { ComparisonSession } from './state/session.js';

/** The panel that is open, if any. Skip's question stands at its button instead. */
export function PanelArea({ session }: { readonly session: ComparisonSession }): ReactNode {
  switch (session.state.panel) {
    case 'guideline':
      return <GuidelinePanel session={session} />;
    case 'levels':
      return <LevelsPanel session={session} />;
    case 'keys':
      return <KeysPanel session={session} />;
    case 'reading':
      return <ReadingPanel session={session} />;
    case 'unified':
      return <UnifiedDiffPanel session={session} />;
    default:
      return null;
  }
}
