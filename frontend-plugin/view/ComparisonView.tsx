import { useEffect, useMemo, useRef, useSyncExternalStore, type ReactNode, type RefObject } from 'react';
import { HeaderRow } from './HeaderRow.js';
import { PromptPanel } from './PromptPanel.js';
import { ResponsePane } from './ResponsePane.js';
import { RubricForm } from './RubricForm.js';
import { GuidelinePanel, KeysPanel } from './SidePanel.js';
import { TextFields } from './TextFields.js';
import { VerdictBar } from './VerdictBar.js';
import { sideAcross, type Side } from './state/draft.js';
import { parseMarkdown } from './state/markdown.js';
import { isTextRequired, missingRequirements, weightedScore, type Requirement } from './state/requirements.js';
import type { ComparisonSession } from './state/session.js';
import { markDifferences } from './state/word-difference.js';

/** The comparison of one pair. Draws the session's state and turns what the annotator does into transactions. */
export function ComparisonView({ session }: { readonly session: ComparisonSession }): ReactNode {
  const state = useSyncExternalStore(session.subscribe, () => session.state);
  const { dispatch, presentation, host, rubric } = session;
  const { guideline } = presentation;
  const root = useRef<HTMLElement>(null);
  const lacking = useMemo(() => missingRequirements(state.draft, rubric), [state.draft, rubric]);
  const missing = state.refusals > 0 ? lacking : [];
  useFocusOnRefusal(root, state.refusals);
  return (
    <section className="pairloop" ref={root} aria-label="Comparison of two responses">
      <HeaderRow domain={host.task.domain} question={rubric.question} guideline={guideline.version} differences={state.differences}
        panel={state.panel} readOnly={state.readOnly} onPanel={(panel) => dispatch({ type: 'open', panel })}
        onDifferences={() => dispatch({ type: 'differences' })} />
      <PromptPanel prompt={host.task.prompt} messages={host.task.messages} />
      <Panes session={session} />
      <RubricForm rubric={rubric} draft={state.draft} disabled={state.readOnly} missing={missing}
        onRate={(dimension, side, level) => dispatch({ type: 'rate', dimension, side, level })} />
      <div className="pl-decision">
        {missing[0] === undefined ? null : <Refusal missing={missing} />}
        <VerdictBar verdict={state.draft.verdict} disabled={state.readOnly} invalid={missing.some((one) => one.field === 'verdict')}
          canSkip={host.canSkip && !state.readOnly} skipOpen={state.panel === 'skip'} onChoose={(verdict) => dispatch({ type: 'choose', verdict })}
          onSkipToggle={() => dispatch({ type: 'open', panel: 'skip' })} onSkip={(reason) => session.skip(reason)} />
        <TextFields draft={state.draft} disabled={state.readOnly} rationaleRequired={isTextRequired(state.draft, rubric, 'rationale')}
          rationaleMissing={missing.some((one) => one.field === 'rationale')} onLeave={session.flush}
          onWrite={(field, text) => dispatch({ type: 'write', field, text })} />
      </div>
      {state.panel === 'guideline' ? <GuidelinePanel version={guideline.version} markdown={guideline.markdown} onClose={() => dispatch({ type: 'close' })} /> : null}
      {state.panel === 'keys' ? <KeysPanel onClose={() => dispatch({ type: 'close' })} /> : null}
    </section>
  );
}

function Panes({ session }: { readonly session: ComparisonSession }): ReactNode {
  const { draft, differences } = useSyncExternalStore(session.subscribe, () => session.state);
  const { task } = session.host;
  const shown = (side: Side): Side => sideAcross(side, session.displayed);
  const left = task[`response_${shown('a')}`];
  const right = task[`response_${shown('b')}`];
  const blocks = useMemo(
    () => (differences ? markDifferences(left, right) : { a: parseMarkdown(left), b: parseMarkdown(right) }),
    [differences, left, right],
  );
  return (
    <div className="pl-panes">
      {(['a', 'b'] as const).map((side) => (
        <ResponsePane key={side} side={side} blocks={blocks[side]} checks={task[`checks_${shown(side)}`]} chosen={draft.verdict === side}
          score={weightedScore(draft, session.rubric, side)} />
      ))}
    </div>
  );
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

/** Brings the first missing field into view and focuses it, each time Submit is refused. */
function useFocusOnRefusal(root: RefObject<HTMLElement | null>, refusals: number): void {
  useEffect(() => {
    const field = root.current?.querySelector<HTMLElement>('[data-field][aria-invalid="true"]');
    if (refusals === 0 || field === null || field === undefined) return;
    field.scrollIntoView({ block: 'nearest' });
    (field.querySelector<HTMLElement>('[tabindex="0"]') ?? field).focus({ preventScroll: true });
  }, [refusals, root]);
}
