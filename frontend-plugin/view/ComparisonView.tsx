import { useEffect, useMemo, useRef, useSyncExternalStore, type ReactNode } from 'react';
import { HeaderRow } from './HeaderRow.js';
import { NoticeBar } from './NoticeBar.js';
import { PanelArea } from './PanelArea.js';
import { Panes } from './Panes.js';
import { PromptPanel } from './PromptPanel.js';
import { RubricForm } from './RubricForm.js';
import { TextFields } from './TextFields.js';
import { VerdictBar } from './VerdictBar.js';
import type { Draft } from './state/draft.js';
import { missingRequirements, type Requirement } from './state/requirements.js';
import type { ComparisonSession } from './state/session.js';
import { useFocusInView, useFocusOnRefusal, useFocusOnWish } from './use-focus.js';
import { useStacked } from './use-stacked.js';

/** The comparison of one pair. Draws the session's state and turns what the annotator does into transactions. */
export function ComparisonView({ session }: { readonly session: ComparisonSession }): ReactNode {
  const state = useSyncExternalStore(session.subscribe, () => session.state);
  const { dispatch, rubric } = session;
  const root = useRef<HTMLElement>(null);
  const lacking = useMemo(() => missingRequirements(state.draft, rubric), [state.draft, rubric]);
  const missing = state.readOnly ? [] : lacking.filter((one) => state.refusals > 0 || isVeto(one, state.draft));
  useFocusOnRefusal(root, state.refusals);
  useFocusOnWish(root, state.focus);
  useFocusInView(root);
  usePainted(session);
  const stacked = useStacked(root, state.preferences.layout);
  return (
    <section className="pairloop" ref={root} aria-label="Comparison of two responses" aria-busy={state.leaving} data-stacked={stacked} data-text-size={state.preferences.textSize}>
      <HeaderRow session={session} />
      {state.notice === null ? null : <NoticeBar notice={state.notice} />}
      <div className="pl-work">
        <PromptPanel session={session} />
        <Panes session={session} />
        <RubricForm rubric={rubric} draft={state.draft} disabled={state.readOnly} missing={missing}
          onRate={(dimension, side, level) => dispatch({ type: 'rate', dimension, side, level })}
          onFlag={(side, flag) => dispatch({ type: 'flag', side, flag })} onHelp={() => dispatch({ type: 'open', panel: 'levels' })} />
        <PanelArea session={session} />
      </div>
      <div className="pl-decision">
        {missing[0] === undefined ? null : <Refusal missing={missing} />}
        <VerdictBar session={session} missing={missing} />
        <TextFields session={session} missing={missing} />
      </div>
    </section>
  );
}

/** A verdict that a red line forbids is said at once; what is merely not yet done, only when Submit was refused. */
function isVeto({ field }: Requirement, { verdict }: Draft): boolean {
  return field === 'verdict' && verdict !== null;
}

/** Why Submit was refused, in words, above the fields. */
function Refusal({ missing }: { readonly missing: readonly Requirement[] }): ReactNode {
  const more = missing.length - 1;
  return (
    <p className="pl-refusal" role="alert">
      {missing[0]?.reason}
      {more > 0 ? <span> {more === 1 ? 'One more thing is' : `${more} more things are`} missing.</span> : null}
    </p>
  );
}

/** Tells the session when the pair is on the screen: after the frame in which it was drawn. */
function usePainted(session: ComparisonSession): void {
  useEffect(() => {
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => session.painted());
    });
    return () => cancelAnimationFrame(frame);
  }, [session]);
}
