import { useMemo, useRef, type ReactNode } from 'react';
import { redLines } from '../../core/domain/applied-rubric.js';
import { ResponsePane } from './ResponsePane.js';
import { sideAcross, SIDES, type Side } from './state/draft.js';
import { weightedScore } from './state/requirements.js';
import type { ComparisonSession } from './state/session.js';
import { readText } from './state/text-document.js';
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
  const plain = useMemo(() => ({ a: readText(left), b: readText(right), isTooLong: false }), [left, right]);
  const texts = useMemo(() => (differences ? markDifferences(plain.a, plain.b) : plain), [differences, plain]);
  const panes = useRef<HTMLDivElement>(null);
  useScrollTogether(panes, preferences.scrollTogether);
  const checks = session.checks();
  const crossed = redLines(rubric, draft.flags);
  return (
    <>
      {texts.isTooLong ? <output className="pl-too-long">These responses are too long for their differences to be marked.</output> : null}
      <div className="pl-panes" ref={panes}>
        {SIDES.map((side) => (
          <ResponsePane key={side} side={side} text={texts[side]} checks={checks[side]} chosen={draft.verdict === side} crossed={crossed[side]}
            score={rubric.score === 'shown' ? weightedScore(draft, rubric, side) : undefined} line={line?.side === side ? line.line : undefined}
            outputOpen={parts.output} onOutput={() => session.dispatch({ type: 'toggle', part: 'output' })}
            onLine={(at) => session.dispatch({ type: 'line', place: { side, line: at } })} />
        ))}
      </div>
    </>
  );
}
