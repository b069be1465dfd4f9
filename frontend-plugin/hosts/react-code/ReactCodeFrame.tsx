import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore, type ReactNode } from 'react';
import { ComparisonView } from '../../view/ComparisonView.js';
import { withoutUnasked } from '../../view/state/draft.js';
import { missingRequirements } from '../../view/state/requirements.js';
import type { ComparisonSession } from '../../view/state/session.js';
import type { ReactCodeProps } from './contract.js';
import type { ReactCodeDesk } from './desk.js';
import type { ReactCodeHost } from './host.js';

interface ReactCodeFrameProps {
  /** Makes the desk of a tag that was just drawn for the first time. */
  open(): ReactCodeDesk;
  /** All desks that are drawn in this page; the last has the keyboard. */
  readonly desks: Set<ReactCodeDesk>;
  readonly props: ReactCodeProps;
}

/** One ReactCode tag: gives each drawing's props to its desk, and draws what the desk shows. */
export function ReactCodeFrame({ open, desks, props }: ReactCodeFrameProps): ReactNode {
  const [desk] = useState(open);
  const shown = useSyncExternalStore(desk.subscribe, desk.shown);
  useLayoutEffect(() => desk.take(props));
  useEffect(() => {
    desks.add(desk);
    return () => {
      desks.delete(desk);
      desk.leave();
    };
  }, [desk, desks]);
  const place = useKeyboardAtHand(shown, props.viewState?.currentScreen === 'label_stream');
  return (
    <div className="pairloop-root pairloop-frame" data-color-scheme={props.viewState?.darkMode === true ? 'dark' : 'light'}>
      <div className="pairloop-place" ref={place} tabIndex={-1}>
        {shown === 'no-pair' ? <p className="pairloop pl-frame-note">This task holds no pair that Pairloop could show.</p> : null}
        {typeof shown === 'string' ? null : <ComparisonView key={shown.host.id} session={shown.session} />}
      </div>
      {typeof shown === 'string' ? null : <Standing host={shown.host} session={shown.session} />}
    </div>
  );
}

/** After Submit the keyboard is with the page around the frame: in the label stream the next pair takes it. */
function useKeyboardAtHand(shown: unknown, streaming: boolean): React.RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (streaming && typeof shown !== 'string' && place.current?.contains(document.activeElement) !== true) place.current?.focus({ preventScroll: true });
  }, [shown, streaming]);
  return place;
}

/** Nothing holds Submit back here: the annotator is told what it would be worth. */
function Standing({ host, session }: { readonly host: ReactCodeHost; readonly session: ComparisonSession }): ReactNode {
  const { draft, readOnly } = useSyncExternalStore(session.subscribe, () => session.state);
  if (readOnly) return null;
  const [missing] = missingRequirements(withoutUnasked(draft, session.rubric), session.rubric);
  return (
    <output className="pairloop pl-standing" data-complete={missing === undefined && !host.lost}>
      {host.lost ? 'Label Studio has not stored the last change; perhaps this annotation cannot be edited. ' : ''}
      {missing === undefined ? 'Complete: submit it with Label Studio’s Submit.' : `${missing.reason} Until then a submission does not count.`}
    </output>
  );
}
