import { useState, type ReactNode } from 'react';
import type { CodeChecks as Checks } from '../../core/domain/pair.js';
import { CodeChecks } from './CodeChecks.js';
import { MarkdownText } from './MarkdownText.js';
import type { Side } from './state/draft.js';
import type { Block } from './state/markdown.js';

interface ResponsePaneProps {
  readonly side: Side;
  readonly blocks: readonly Block[];
  readonly checks: Checks | null;
  readonly chosen: boolean;
  readonly score: number | undefined;
}

/** One response: its name, its text (which scrolls inside), its checks below. */
export function ResponsePane({ side, blocks, checks, chosen, score }: ResponsePaneProps): ReactNode {
  const [line, setLine] = useState<number>();
  const name = `Response ${side.toUpperCase()}`;
  return (
    <section className="pl-pane" data-side={side} data-chosen={chosen} aria-label={name}>
      <header className="pl-pane-head">
        <span className="pl-badge" aria-hidden="true">{side.toUpperCase()}</span>
        <span className="pl-pane-name">{name}</span>
        {chosen ? <span className="pl-chosen">better</span> : null}
        {score === undefined ? null : <span className="pl-score" title="Weighted score of the ratings, 1 to 5">{score.toFixed(1)}</span>}
      </header>
      <section className="pl-pane-body" aria-label={`Text of ${name}`}>
        <MarkdownText blocks={blocks} line={line} />
      </section>
      {checks === null ? null : <CodeChecks checks={checks} line={line} onLine={setLine} />}
    </section>
  );
}
