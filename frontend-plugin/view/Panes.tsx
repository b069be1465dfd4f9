import { useMemo, useRef, type ReactNode } from 'react';
import { redLines } from '../../core/domain/applied-rubric.js';
import { ResponsePane } from './ResponsePane.js';
import { sideAcross, SIDES, type Side } from './state/draft.js';
import { parseMarkdown } from './state/markdown.js';
import { weightedScore } from './state/requirements.js';
import type { ComparisonSession } from './state/session.js';
import { markDifferences } from './state/word-difference.js';
import { useScrollTogether } from './use-scroll-together.js';

/** The two responses, left and right as they are displayed. */
export function Panes({ session }: { readonly session: ComparisonSession }): ReactNode {
  const { draft, differences, preferences, line, parts } = session.state;
  const { host, rubric } = session;
  const { task } = host;
  const shown = (side: Side): Side => sideAcross(side, session.displayed);
  const left = task[`response_${shown('a')}`];
  const right = task[`response_${shown('b')}`];
  const blocks = useMemo(
    () => (differences ? markDifferences(left, right) : { a: parseMarkdown(left), b: parseMarkdown(right) }),
    [differences, left, right],
  );
  const panes = useRef<HTMLDivElement>(null);
  useScrollTogether(panes, preferences.scrollTogether);
  const checks = session.checks();
  const crossed = redLines(rubric, draft.flags);
  return (
    <div className="pl-panes" ref={panes}>
      {SIDES.map((side) => (
        <ResponsePane key={side} side={side} blocks={blocks[side]} checks={checks[side]} chosen={draft.verdict === side} crossed={crossed[side]}
          score={rubric.score === 'shown' ? weightedScore(draft, rubric, side) : undefined} line={line?.side === side ? line.line : undefined}
          outputOpen={parts.output} onOutput={() => session.dispatch({ type: 'toggle', part: 'output' })}
          onLine={(at) => session.dispatch({ type: 'line', place: { side, line: at } })} />
      ))}
    </div>
  );
}
