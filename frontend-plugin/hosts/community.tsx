import { createRoot, type Root } from 'react-dom/client';
import { PausePanel } from '../view/PausePanel.js';
import type { ComparisonSession } from '../view/state/session.js';
import { addTheme, EditorMount } from './editor-mount.js';
import { listenToKeys } from './keyboard.js';
import { acknowledgeGuideline, askPresentation } from './presentation.js';
import { watchPauses } from './pause-watch.js';
import { listenToSigns } from './signs.js';

/** Label Studio's own Skip asks for no reason: its click opens our question instead. */
function listenToNativeSkip(open: () => ComparisonSession | undefined): void {
  const onClick = (event: MouseEvent): void => {
    const session = open();
    if (session?.host.canSkip !== true || !(event.target instanceof Element)) return;
    if (event.target.closest('button[aria-label="skip-task"]') === null) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    session.dispatch({ type: 'open', panel: 'skip' });
  };
  window.addEventListener('click', onClick, { capture: true });
}

let pause: { readonly root: Root; readonly place: HTMLElement } | undefined;

function showPause(reason: string | null): void {
  if (reason === null) {
    pause?.root.unmount();
    pause?.place.remove();
    pause = undefined;
    return;
  }
  if (pause === undefined) {
    const place = document.createElement('div');
    document.body.append(place);
    pause = { place, root: createRoot(place) };
  }
  pause.root.render(<PausePanel reason={reason} onRetry={() => window.location.reload()} />);
}

function start(): void {
  addTheme();
  const fetchIt = window.fetch.bind(window);
  const { session } = new EditorMount({
    present: (taskId) => askPresentation(taskId, fetchIt),
    acknowledge: (taskId, sha256) => acknowledgeGuideline(taskId, sha256, fetchIt),
  });
  listenToKeys(session);
  listenToSigns(session);
  listenToNativeSkip(session);
}

watchPauses(window, showPause);
if (document.body === null) document.addEventListener('DOMContentLoaded', start);
else start();
