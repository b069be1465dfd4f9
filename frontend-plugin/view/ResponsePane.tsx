import type { ReactNode } from 'react';
import type { Flag } from '../../core/domain/rubric.js';
import { CodeChecks } from './CodeChecks.js';
import { MarkdownText } from './MarkdownText.js';
import { ScrollingPart } from './ScrollingPart.js';
import type { Side } from './state/draft.js';
import type { TextDocument } from './state/text-document.js';
import type { CodeChecks as Checks } from '../../core/domain/pair.js';

interface ResponsePaneProps {
  readonly side: Side;
  readonly text: TextDocument;
  readonly checks: Checks | null;
  readonly chosen: boolean;
  readonly score: number | undefined;
  /** Red lines that it crosses. */
  readonly crossed: readonly Flag[];
  /** Line of its code that is set off. */
  readonly line: number | undefined;
  readonly outputOpen: boolean;
  onOutput(): void;
  onLine(line: number): void;
}

/** One response: its name, its text (which scrolls inside), its checks below. */
export function ResponsePane(props: ResponsePaneProps): ReactNode {
  const { side, text, checks, chosen, line, outputOpen, onOutput, onLine } = props;
  const name = `Response ${side.toUpperCase()}`;
  return (
    <section className="pl-pane" data-side={side} data-chosen={chosen} aria-label={name}>
      <header className="pl-pane-head">
        <span className="pl-badge" aria-hidden="true">{side.toUpperCase()}</span>
        <span className="pl-pane-name">{name}</span>
        {chosen ? <span className="pl-chosen">better</span> : null}
        <Score {...props} />
      </header>
      <ScrollingPart className="pl-pane-body" label={`Text of ${name}`}>
        <MarkdownText text={text} line={line} />
      </ScrollingPart>
      {checks === null ? null : <CodeChecks checks={checks} line={line} outputOpen={outputOpen} onOutput={onOutput} onLine={onLine} />}
    </section>
  );
}

/** The weighted score; a crossed red line is a veto, and takes its place. */
function Score({ crossed, score }: ResponsePaneProps): ReactNode {
  if (crossed.length > 0) return <span className="pl-score pl-bad">red line: {crossed.map(({ title }) => title).join(', ')}</span>;
  return score === undefined ? null : <span className="pl-score" title="Weighted score of the ratings, 1 to 5">score {score.toFixed(1)}</span>;
}
